// The client: one association with one meter, blocking.
//
//     auto client = Client::connect(*parse_url("tcp://192.0.2.7"), {});
//     if (!client) return report(client.error());
//     auto energy = client->read(dlms::Obis(1, 0, 1, 8, 0));
//     if (energy) print(text_of(*energy));  // "1234.567", exact, in the unit of energy->scaler_unit
//
// A Client is used by one thread at a time. It releases the association when it is closed or destroyed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "station/association.hpp"
#include "station/conversation.hpp"
#include "station/format.hpp"
#include "station/link/link.hpp"
#include "station/notification.hpp"
#include "station/object_list.hpp"
#include "station/service/access.hpp"
#include "station/service/action.hpp"
#include "station/service/get.hpp"
#include "station/service/set.hpp"
#include "station/service/target.hpp"
#include "station/url.hpp"
#include "station/value.hpp"

namespace blathy::station {

struct Options {
    LinkOptions link;
    AssociationOptions association;
    ValueLimits values;
    bool high_priority = true;  // of every request
};

// A value with what is needed to print it.
struct Reading {
    dlms::AttributeDescriptor attribute;
    Value value;
    std::optional<ScalerUnit> scaler_unit;  // of registers and demand registers
};
// The value scaled, without its unit.
std::string text_of(const Reading& reading);

class Client {
  public:
    // Opens the link and the association. Fails after `retries` further attempts when there is no answer; a refusal is
    // final. Later on, when the connection breaks or the meter falls silent, both are opened again and the request is
    // repeated, as often, if nothing can be done twice by that. When the meter refuses a key that may only have been
    // counted on elsewhere, it is asked, as the public client, for the counter that it expects.
    static Result<Client, Error> connect(const Url& url, const Options& options);
    // The association over a link that is open already.
    static Result<Client, Error> associate(std::unique_ptr<Link> link, const Options& options);

    // To every meter that hears it, without an association (the pre-established client): post_set() and post_call()
    // alone work, and nothing answers. `security` has the broadcast key (Security::key_set).
    static Result<Client, Error> broadcast(const Url& url, const Options& options);
    static Result<Client, Error> broadcast(std::unique_ptr<Link> link, const Options& options);

    Client(Client&&) noexcept = default;
    Client& operator=(Client&&) noexcept;
    ~Client();

    Result<Value, Error> get(const dlms::AttributeDescriptor& attribute, std::optional<Selection> selection = {});
    // The pieces of the encoded value as they come; for values too long to keep.
    Result<void, Error> get(const dlms::AttributeDescriptor& attribute, std::optional<Selection> selection,
                            ValueSink sink);
    // As many values or refusals as attributes: with ACCESS or in lists where the meter serves them, else one by one.
    // An error of the whole: the connection, or the meter broke the protocol.
    Result<std::vector<Result<Value, Error>>, Error> get_list(std::span<const dlms::AttributeDescriptor> attributes);
    Result<void, Error> set(const dlms::AttributeDescriptor& attribute, const Value& value,
                            std::optional<Selection> selection = {});
    // As many results as assignments, in one SET.
    Result<std::vector<Result<void, Error>>, Error> set_list(std::vector<Assignment> assignments);
    // Return parameters, if the method has any.
    Result<std::optional<Value>, Error> call(const dlms::MethodDescriptor& method,
                                             const std::optional<Value>& parameters = {});
    // As many replies as invocations, in one ACTION.
    Result<std::vector<ActionReply>, Error> call_list(std::vector<MethodTarget> invocations);
    // Several services in one request, carried out in order. With `stop_at_failure` those behind a failure are not, and
    // there may be fewer replies.
    Result<std::vector<AccessReply>, Error> access(std::vector<AccessItem> items, bool stop_at_failure = false);

    // Unconfirmed services: sent, and no answer will come.
    Result<void, Error> post_set(const dlms::AttributeDescriptor& attribute, const Value& value,
                                 std::optional<Selection> selection = {});
    Result<void, Error> post_call(const dlms::MethodDescriptor& method, const std::optional<Value>& parameters = {});

    // Takes what the meter says unasked, whenever it comes; without a sink it is dropped. A DataNotification that asks
    // for it is confirmed.
    void on_notification(NotificationSink sink) { notify_ = std::move(sink); }
    // Waits that long for notifications only.
    Result<void, Error> listen(std::chrono::milliseconds time);

    // Read once and kept; valid as long as the client.
    Result<const ObjectList*, Error> object_list();
    // The value of the object with this name, whatever its class, with its scaler and unit.
    Result<Reading, Error> read(const dlms::Obis& instance);
    // The attribute that holds the scaler_unit of `attribute`, if it has one: (3, 2) has (3, 3).
    static std::optional<dlms::AttributeDescriptor> scaler_unit_of(const dlms::AttributeDescriptor& attribute);

    // Drives any exchange over this client's link.
    Result<void, Error> run(Exchange& exchange);
    dlms::InvokeId next_invoke_id(bool confirmed = true);
    [[nodiscard]] const Context& context() const { return context_; }
    // None: an association without security, or with a password alone.
    [[nodiscard]] const Security* security() const { return session_ ? &session_->security() : nullptr; }
    // As the meter said it. None: it was not asked for.
    [[nodiscard]] std::optional<SystemTitle> server_title() const {
        return session_ ? session_->server_title() : std::nullopt;
    }

    // Releases the association and closes the link. Nothing works afterwards.
    void close();

  private:
    Client(std::unique_ptr<Link> link, const Options& options);
    using Values = std::vector<Result<Value, Error>>;

    Result<void, Error> attempt(Exchange& exchange, std::chrono::milliseconds timeout);
    Result<Step, Error> converse(Exchange& exchange, const Octets& request, std::chrono::milliseconds timeout);
    Result<void, Error> reconnect();
    // Passes 3 and 4 of high-level security.
    Result<void, Error> prove();
    Result<Octets, Error> protect(const Octets& apdu);
    // What is inside an APDU that came. None: nothing that concerns a request, and dealt with.
    Result<std::optional<Bytes>, Error> open(Bytes apdu);
    void take_unasked(Bytes apdu);
    void post_confirmations();
    void take_unprotected(Bytes apdu);
    // How the next of a list of attributes are read, by what was negotiated and what has worked so far.
    enum class ListService : std::uint8_t { access, get_with_list, get };
    [[nodiscard]] ListService list_service() const;
    [[nodiscard]] std::size_t list_room(ListService service) const;
    Result<Values, Error> get_batch(ListService service, std::span<const dlms::AttributeDescriptor> batch);

    std::unique_ptr<Link> link_;
    Options options_;
    std::unique_ptr<SecuritySession> session_;  // none: without security, or with a password
    Context context_;                           // of requests and answers before they are protected
    Context carrier_;                           // the same of what the link carries
    std::optional<Url> url_;                    // to connect again to
    std::unique_ptr<ObjectList> objects_;
    NotificationSink notify_;
    std::vector<Octets> confirmations_;  // that are still to be sent
    BlockRoom room_;
    std::uint32_t invoke_ = 0;
    bool lists_work_ = true;
    bool access_works_ = true;
    bool answers_ = true;        // the meter was not silent to the last request
    bool is_broadcast_ = false;  // there is no association, and nobody answers
};

}  // namespace blathy::station
