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
#include "station/format.hpp"
#include "station/link/link.hpp"
#include "station/object_list.hpp"
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
    // final.
    static Result<Client, Error> connect(const Url& url, const Options& options);
    // The association over a link that is open already.
    static Result<Client, Error> associate(std::unique_ptr<Link> link, const Options& options);

    Client(Client&&) noexcept = default;
    Client& operator=(Client&&) noexcept;
    ~Client();

    Result<Value, Error> get(const dlms::AttributeDescriptor& attribute, std::optional<Selection> selection = {});
    // The pieces of the encoded value as they come; for values too long to keep.
    Result<void, Error> get(const dlms::AttributeDescriptor& attribute, std::optional<Selection> selection,
                            ValueSink sink);
    // As many values or refusals as attributes, in lists where the meter serves them, else one by one. An error of the
    // whole: the connection, or the meter broke the protocol.
    Result<std::vector<Result<Value, Error>>, Error> get_list(std::span<const dlms::AttributeDescriptor> attributes);
    Result<void, Error> set(const dlms::AttributeDescriptor& attribute, const Value& value,
                            std::optional<Selection> selection = {});
    // Return parameters, if the method has any.
    Result<std::optional<Value>, Error> call(const dlms::MethodDescriptor& method,
                                             const std::optional<Value>& parameters = {});

    // Read once and kept; valid as long as the client.
    Result<const ObjectList*, Error> object_list();
    // The value of the object with this name, whatever its class, with its scaler and unit.
    Result<Reading, Error> read(const dlms::Obis& instance);
    // The attribute that holds the scaler_unit of `attribute`, if it has one: (3, 2) has (3, 3).
    static std::optional<dlms::AttributeDescriptor> scaler_unit_of(const dlms::AttributeDescriptor& attribute);

    // Drives any exchange over this client's link.
    Result<void, Error> run(Exchange& exchange);
    dlms::InvokeId next_invoke_id();
    [[nodiscard]] const Context& context() const { return context_; }

    // Releases the association and closes the link. Nothing works afterwards.
    void close();

  private:
    Client(std::unique_ptr<Link> link, const Options& options);
    Result<void, Error> run(Exchange& exchange, std::chrono::milliseconds timeout);
    Result<Step, Error> converse(Exchange& exchange, const Octets& request, std::chrono::milliseconds timeout);
    Result<std::vector<GetResult>, Error> get_batch(std::span<const dlms::AttributeDescriptor> batch);

    std::unique_ptr<Link> link_;
    Options options_;
    Context context_;
    std::unique_ptr<ObjectList> objects_;
    std::uint8_t invoke_ = 0;
    bool lists_work_ = true;
    bool answers_ = true;  // the meter was not silent to the last request
};

}  // namespace blathy::station
