#include "station/client.hpp"

#include <algorithm>

#include "station/security/entropy.hpp"

namespace blathy::station {
namespace {

constexpr dlms::AttributeDescriptor object_list_attribute{15, dlms::Obis(0, 0, 40, 0, 0), 2};

// More in one list would make answers long, and one refusal of the whole list expensive.
constexpr std::size_t max_list = 32;

constexpr std::chrono::milliseconds release_patience{2000};

// A broadcast should not be cut on its way: nobody would say so.
constexpr std::size_t max_broadcast_octets = 1024;

// Of notifications that came while the meter had the turn.
constexpr std::size_t max_confirmations = 16;

// Worth another attempt with a new connection.
bool is_transient(const Error& error) {
    return error.kind == ErrorKind::timeout || error.kind == ErrorKind::connection;
}

// The connection and the protocol still stand: only what was asked for did not work.
bool is_about_the_request(const Error& error) {
    switch (error.kind) {
        case ErrorKind::refused:
        case ErrorKind::exception:
        case ErrorKind::not_negotiated:
        case ErrorKind::limit:
        case ErrorKind::usage:
            return true;
        case ErrorKind::connection:
        case ErrorKind::timeout:
        case ErrorKind::protocol:
        case ErrorKind::association:
        case ErrorKind::security:
            return false;
    }
    return false;
}

constexpr dlms::MethodDescriptor reply_to_hls_authentication{15, dlms::Obis(0, 0, 40, 0, 0), 1};

dlms::security::Random& entropy() {
    static SystemEntropy source;
    return source;
}

// May come of a counter that the meter has seen already. Many meters give no reason for it, and some fall silent.
bool may_be_about_counters(const Error& error) {
    switch (error.kind) {
        case ErrorKind::association:
        case ErrorKind::exception:
        case ErrorKind::refused:
        case ErrorKind::timeout:
        case ErrorKind::connection:
            return true;
        case ErrorKind::usage:
        case ErrorKind::protocol:
        case ErrorKind::not_negotiated:
        case ErrorKind::limit:
        case ErrorKind::security:
            return false;
    }
    return false;
}

// How a policy refuses what is protected too little.
bool may_be_about_protection(const Error& error) {
    constexpr std::uint32_t service_error = 0xFF;
    return error.kind == ErrorKind::exception &&
           (error.code & service_error) == static_cast<std::uint32_t>(dlms::ServiceError::operation_not_possible);
}

// The lowest counter that the meter has not seen of this client; none if the public client can't read it.
std::optional<std::uint32_t> expected_counter(const Url& url, const Options& options) {
    Options asking;
    asking.link = options.link;
    asking.link.client_sap = public_client_sap;
    asking.link.server_sap = management_logical_device;
    asking.link.retries = 0;
    asking.association.max_receive_pdu_octets = options.association.max_receive_pdu_octets;
    auto client = Client::connect(url, asking);
    if (!client) return std::nullopt;
    const std::uint8_t context = options.association.security->counter_object;
    const auto value = client->get({1, dlms::Obis(0, 0, 43, 1, context), 2});
    const auto counter = value ? value->integer() : std::nullopt;
    if (!counter || *counter < 0 || *counter >= dlms::security::last_counter) return std::nullopt;
    return static_cast<std::uint32_t>(*counter) + 1;
}

}  // namespace

std::string text_of(const Reading& reading) {
    return to_text(reading.value, {.scaler = reading.scaler_unit ? reading.scaler_unit->scaler : 0});
}

Result<Client, Error> Client::connect(const Url& url, const Options& options) {
    const auto& security = options.association.security;
    if (security && security->broadcasts()) {
        return fail(Error{ErrorKind::usage, 0, "with a broadcast key there is no association"});
    }
    const std::shared_ptr<Counters> counters =
        security && security->uses_global_key() ? security->counters : std::shared_ptr<Counters>();
    bool may_ask = counters != nullptr;
    const auto synchronise = [&]() -> Result<bool, Error> {
        may_ask = false;
        const auto expected = expected_counter(url, options);
        if (!expected) return false;
        const auto moved = counters->advance_to(*expected);
        if (!moved) return fail(moved.error());
        return *moved;
    };
    if (may_ask && !counters->are_known()) {
        if (const auto done = synchronise(); !done) return fail(done.error());
    }
    for (unsigned attempt = 0;; ++attempt) {
        auto link = open_link(url, options.link);
        const bool linked = link.has_value();
        auto client = link ? associate(std::move(*link), options) : Result<Client, Error>(fail(link.error()));
        if (client) {
            client->url_ = url;
            return client;
        }
        client.error().text = name_of(url) + ": " + client.error().text;
        if (linked && may_ask && may_be_about_counters(client.error())) {
            const auto moved = synchronise();
            if (!moved) return fail(moved.error());
            if (*moved) continue;
        }
        if (attempt >= options.link.retries || !is_transient(client.error())) return client;
    }
}

Result<Client, Error> Client::associate(std::unique_ptr<Link> link, const Options& options) {
    Client client(std::move(link), options);
    const auto leave = [&](Error error) -> Result<Client, Error> {
        if (client.link_) client.link_->close(Deadline::after(options.link.response_timeout));
        client.link_.reset();
        return fail(std::move(error));
    };
    if (options.association.security) {
        auto session = SecuritySession::make(*options.association.security, entropy());
        if (!session) return leave(session.error());
        client.session_ = std::move(*session);
    }
    AssociationRequest request(options.association, client.session_.get());
    if (auto done = client.attempt(request, options.link.response_timeout); !done) return leave(done.error());
    client.context_ = client.carrier_ = request.agreed();
    if (client.session_) {
        client.context_.max_request_octets = client.session_->largest_request(client.carrier_.max_request_octets);
    }
    if (auto proven = client.prove(); !proven) return leave(proven.error());
    return client;
}

Result<Client, Error> Client::broadcast(const Url& url, const Options& options) {
    const auto& security = options.association.security;
    if (!security) return fail(Error{ErrorKind::usage, 0, "broadcasts are protected with a broadcast key"});
    if (auto sound = check(*security); !sound) return fail(sound.error());
    // One meter can say how far the key has counted, if it is one that is talked to.
    const bool may_be_one = url.transport == Transport::tcp || url.transport == Transport::udp;
    if (!security->counters->are_known() && may_be_one) {
        Options asking = options;
        asking.link.response_timeout = std::min(asking.link.response_timeout, release_patience);
        if (const auto expected = expected_counter(url, asking)) {
            if (const auto moved = security->counters->advance_to(*expected); !moved) return fail(moved.error());
        }
    }
    auto link = open_broadcast_link(url, options.link);
    if (!link) {
        link.error().text = name_of(url) + ": " + link.error().text;
        return fail(link.error());
    }
    return broadcast(std::move(*link), options);
}

Result<Client, Error> Client::broadcast(std::unique_ptr<Link> link, const Options& options) {
    const auto& security = options.association.security;
    if (!security || !security->broadcasts()) {
        return fail(Error{ErrorKind::usage, 0, "broadcasts are protected with a broadcast key"});
    }
    auto session = SecuritySession::make(*security, entropy());
    if (!session) return fail(session.error());
    Client client(std::move(link), options);
    client.is_broadcast_ = true;
    client.session_ = std::move(*session);
    client.context_.conformance = client.carrier_.conformance = options.association.conformance;
    client.carrier_.max_request_octets = max_broadcast_octets;
    client.context_.max_request_octets = client.session_->largest_request(max_broadcast_octets);
    return client;
}

Client::Client(std::unique_ptr<Link> link, const Options& options) : link_(std::move(link)), options_(options) {}

Client& Client::operator=(Client&& other) noexcept {
    close();
    link_ = std::move(other.link_);
    options_ = std::move(other.options_);
    session_ = std::move(other.session_);
    context_ = other.context_;
    carrier_ = other.carrier_;
    url_ = std::move(other.url_);
    objects_ = std::move(other.objects_);
    notify_ = std::move(other.notify_);
    confirmations_ = std::move(other.confirmations_);
    room_ = std::move(other.room_);
    invoke_ = other.invoke_;
    lists_work_ = other.lists_work_;
    access_works_ = other.access_works_;
    answers_ = other.answers_;
    is_broadcast_ = other.is_broadcast_;
    return *this;
}

Client::~Client() {
    close();
}

void Client::close() {
    if (!link_) return;
    // A meter that has just been silent would only be waited for again.
    if (answers_ && !is_broadcast_) {
        ReleaseRequest release(context_, session_.get());
        // Whatever comes of it, the client is gone afterwards; some meters never answer.
        (void)attempt(release, std::min(options_.link.response_timeout, release_patience));
    }
    if (link_) link_->close(Deadline::after(options_.link.response_timeout));
    link_.reset();
}

Result<void, Error> Client::run(Exchange& exchange) {
    for (unsigned retry = 0;; ++retry) {
        auto done = attempt(exchange, options_.link.response_timeout);
        const bool again = !done && is_transient(done.error()) && url_ && exchange.repeatable();
        if (!again || retry == options_.link.retries) return done;
        if (const auto connected = reconnect(); !connected) return fail(connected.error());
    }
}

// The same link and association once more.
Result<void, Error> Client::reconnect() {
    if (link_) link_->close(Deadline::after(release_patience));
    link_.reset();
    auto again = connect(*url_, options_);
    if (!again) return fail(again.error());
    link_ = std::move(again->link_);
    session_ = std::move(again->session_);
    answers_ = true;
    if (again->context_ == context_) return {};
    return fail(protocol_error("the connection broke, and the meter does not agree to the same association again"));
}

Result<void, Error> Client::attempt(Exchange& exchange, std::chrono::milliseconds timeout) {
    if (!link_) return fail(connection_error("the connection to the meter is closed"));
    auto step = exchange.begin();
    if (is_broadcast_ && step && step->kind != Step::Kind::post) {
        return fail(Error{ErrorKind::usage, 0, "nobody answers a broadcast: nothing can be read by one"});
    }
    while (step && step->kind == Step::Kind::send) step = converse(exchange, step->apdu, timeout);
    if (step) post_confirmations();
    if (step && step->kind == Step::Kind::post) {
        const auto apdu = protect(step->apdu);
        const auto sent = apdu ? link_->post(*apdu, Deadline::after(timeout)) : fail(apdu.error());
        if (!sent) step = fail(sent.error());
    }
    if (step) {
        answers_ = true;
        return {};
    }
    Error error = std::move(step.error());
    answers_ = error.kind != ErrorKind::timeout;
    if (error.kind == ErrorKind::connection) link_.reset();
    if (session_ && may_be_about_protection(error)) {
        const std::string advice = session_->advice(SecuritySession::Refused::service);
        if (!advice.empty()) error.text += "; " + advice;
    }
    return fail(std::move(error));
}

// Sends a request until the exchange has taken its answer.
Result<Step, Error> Client::converse(Exchange& exchange, const Octets& request, std::chrono::milliseconds timeout) {
    const unsigned retries = options_.link.retries;
    unsigned repeats = link_->is_reliable() || !exchange.repeatable() ? 0 : retries;
    Conversation conversation(*link_, carrier_, room_, {timeout, retries},
                              [this](Bytes apdu) { take_unprotected(apdu); });
    // Association and release are never cut in blocks.
    const bool in_blocks = request[0] >= static_cast<std::uint8_t>(dlms::ApduTag::get_request);
    // Nothing that is protected is used before all of it has been checked.
    const bool is_plain = !session_ || !session_->security().protects();
    const auto peek =
        is_plain ? Conversation::Peek([&](Bytes beginning) { return exchange.peek(beginning); }) : nullptr;
    std::optional<Error> refusal;
    while (true) {
        // Anew each time, for a meter takes the same octets but once.
        const auto apdu = protect(request);
        if (!apdu) return fail(apdu.error());
        if (auto sent = conversation.send(*apdu, in_blocks); !sent) return fail(sent.error());
        const auto end = Deadline::after(timeout);
        bool answered = true;
        while (answered) {
            const auto incoming = conversation.receive(peek);
            if (!incoming) {
                if (incoming.error().kind != ErrorKind::timeout || repeats == 0 || !exchange.repeatable()) {
                    return fail(refusal.value_or(incoming.error()));
                }
                answered = false;
                continue;
            }
            const auto opened = open(incoming->apdu);
            // Over datagrams anybody may say anything, and the answer may still come.
            if (!opened && (link_->is_reliable() || end.passed())) return fail(opened.error());
            if (!opened) refusal = opened.error();
            if (opened && *opened) {
                auto step = exchange.take(**opened, incoming->carrier);
                if (!step || step->kind != Step::Kind::wait) return step;
            }
            // Answers to something else must not put the end off.
            if (end.passed()) return fail(timeout_error("the meter sends, but no answer to the request"));
        }
        --repeats;
    }
}

Result<Octets, Error> Client::protect(const Octets& apdu) {
    return session_ ? session_->protect(apdu) : Result<Octets, Error>(apdu);
}

Result<std::optional<Bytes>, Error> Client::open(Bytes apdu) {
    if (!session_) return apdu;
    auto plain = session_->open(apdu);
    if (!plain) return fail(plain.error());
    if (!is_notification(*plain)) return *plain;
    take_unasked(*plain);
    return std::nullopt;
}

Result<void, Error> Client::prove() {
    if (!session_ || !session_->has_to_prove()) return {};
    const auto proof = session_->proof();
    if (!proof) return fail(proof.error());
    std::vector<MethodTarget> invocations;
    invocations.push_back({reply_to_hls_authentication, encode(octet_string_value(*proof))});
    ActionExchange exchange(context_, next_invoke_id(), std::move(invocations));
    if (auto done = attempt(exchange, options_.link.response_timeout); !done) return done;
    const ActionReply& reply = exchange.replies().front();
    if (reply.result != dlms::ActionResult::success) {
        return fail(Error{ErrorKind::refused, static_cast<std::uint32_t>(reply.result),
                          "the meter does not take the client's proof; check the keys or the secret, the client "
                          "address and the system titles"});
    }
    Octets value;
    if (reply.returned && *reply.returned) {
        const auto returned = decode_value(**reply.returned, options_.values);
        if (returned && returned->octets()) value = to_octets(*returned->octets());
    }
    return session_->check_proof(value);
}

// In a ciphered association nothing is believed that anybody could have said.
void Client::take_unprotected(Bytes apdu) {
    if (!session_ || !session_->security().protects()) take_unasked(apdu);
}

void Client::take_unasked(Bytes apdu) {
    const auto notification = notification_from(apdu, options_.values);
    if (!notification) return;
    if (notification->wants_confirmation() && link_) {
        if (link_->is_half_duplex()) {
            // Once the turn is this side's. What is too much the meter will say again.
            if (confirmations_.size() < max_confirmations) confirmations_.push_back(confirmation_of(*notification));
        } else if (const auto confirmation = protect(confirmation_of(*notification))) {
            // A meter that does not hear it will say the same again.
            (void)link_->send(*confirmation, Deadline::after(options_.link.response_timeout));
        }
    }
    if (notify_) notify_(*notification);
}

// As unconfirmed services go: nothing answers them.
void Client::post_confirmations() {
    for (const Octets& plain : std::exchange(confirmations_, {})) {
        const auto confirmation = link_ ? protect(plain) : fail(connection_error("the link is gone"));
        if (confirmation) (void)link_->post(*confirmation, Deadline::after(options_.link.response_timeout));
    }
}

Result<void, Error> Client::listen(std::chrono::milliseconds time) {
    if (!link_) return fail(connection_error("the connection to the meter is closed"));
    const auto end = Deadline::after(time);
    Conversation conversation(*link_, carrier_, room_, {time, 0}, [this](Bytes apdu) { take_unprotected(apdu); });
    while (!end.passed()) {
        const auto incoming = conversation.receive();
        post_confirmations();
        // Late answers are nobody's.
        if (!incoming && incoming.error().kind != ErrorKind::timeout) return fail(incoming.error());
        if (!incoming) break;
        if (const auto opened = open(incoming->apdu); !opened && link_->is_reliable()) return fail(opened.error());
    }
    return {};
}

dlms::InvokeId Client::next_invoke_id(bool confirmed) {
    ++invoke_;
    return dlms::InvokeId::make(static_cast<std::uint8_t>(invoke_ & 0x0FU), confirmed, options_.high_priority);
}

Result<void, Error> Client::get(const dlms::AttributeDescriptor& attribute, std::optional<Selection> selection,
                                ValueSink sink) {
    GetExchange exchange(context_, next_invoke_id(), {attribute, std::move(selection)}, std::move(sink));
    return run(exchange);
}

Result<Value, Error> Client::get(const dlms::AttributeDescriptor& attribute, std::optional<Selection> selection) {
    Octets raw;
    const auto done = get(attribute, std::move(selection), [&](Bytes piece) -> Result<void, Error> {
        append(raw, piece);
        return {};
    });
    if (!done) return fail(done.error());
    return decode_value(raw, options_.values);
}

Client::ListService Client::list_service() const {
    // An answer that is too long for one APDU comes in the blocks of GET, but of ACCESS only in general blocks.
    const bool access = access_works_ && context_.has(dlms::Conformance::access);
    const bool lists = lists_work_ && context_.has(dlms::Conformance::multiple_references);
    if (access && (context_.uses_general_blocks() || !lists)) return ListService::access;
    return lists ? ListService::get_with_list : ListService::get;
}

// How many attributes go in one request.
std::size_t Client::list_room(ListService service) const {
    if (service == ListService::get) return 1;
    const bool access = service == ListService::access;
    const std::size_t head = access ? AccessExchange::request_overhead : GetListExchange::request_overhead;
    const std::size_t each = access ? AccessExchange::encoded_size(AttributeTarget{}) : encoded_size(AttributeTarget{});
    const std::size_t room = context_.max_request_octets > head ? context_.max_request_octets - head : 0;
    return std::clamp<std::size_t>(room / each, 1, max_list);
}

Result<Client::Values, Error> Client::get_batch(ListService service, std::span<const dlms::AttributeDescriptor> batch) {
    Values values;
    values.reserve(batch.size());
    if (service == ListService::access) {
        std::vector<AccessItem> items;
        for (const auto& attribute : batch) items.emplace_back(AttributeTarget{attribute, std::nullopt});
        const auto replies = access(std::move(items));
        if (!replies) return fail(replies.error());
        for (const AccessReply& reply : *replies) {
            if (reply.succeeded()) {
                values.push_back(decode_value(reply.data, options_.values));
            } else {
                values.push_back(fail(refusal(reply)));
            }
        }
        return values;
    }
    std::vector<AttributeTarget> targets;
    for (const auto& attribute : batch) targets.push_back({attribute, std::nullopt});
    GetListExchange exchange(context_, next_invoke_id(), std::move(targets));
    if (auto done = run(exchange); !done) return fail(done.error());
    for (const GetResult& result : exchange.results()) {
        if (result.result == dlms::DataAccessResult::success) {
            values.push_back(decode_value(result.data, options_.values));
        } else {
            values.push_back(fail(refusal(result.result)));
        }
    }
    return values;
}

Result<std::vector<Result<Value, Error>>, Error> Client::get_list(
    std::span<const dlms::AttributeDescriptor> attributes) {
    Values values;
    values.reserve(attributes.size());
    while (!attributes.empty()) {
        const ListService service = attributes.size() > 1 ? list_service() : ListService::get;
        const std::size_t count = std::min(list_room(service), attributes.size());
        if (count > 1) {
            auto batch = get_batch(service, attributes.first(count));
            if (batch) {
                std::move(batch->begin(), batch->end(), std::back_inserter(values));
                attributes = attributes.subspan(count);
            } else if (!is_about_the_request(batch.error())) {
                return fail(batch.error());
            } else if (service == ListService::access) {
                // Some meters negotiate a service and then refuse it; the next best is slower, and works.
                access_works_ = false;
            } else {
                lists_work_ = false;
            }
            continue;
        }
        auto value = get(attributes.front());
        if (!value && !is_about_the_request(value.error()) && value.error().kind != ErrorKind::protocol) {
            return fail(value.error());
        }
        values.push_back(std::move(value));
        attributes = attributes.subspan(1);
    }
    return values;
}

Result<void, Error> Client::set(const dlms::AttributeDescriptor& attribute, const Value& value,
                                std::optional<Selection> selection) {
    std::vector<Assignment> assignments;
    assignments.push_back({{attribute, std::move(selection)}, encode(value)});
    SetExchange exchange(context_, next_invoke_id(), std::move(assignments));
    if (auto done = run(exchange); !done) return done;
    const dlms::DataAccessResult result = exchange.results().front();
    if (result != dlms::DataAccessResult::success) return fail(refusal(result));
    return {};
}

Result<std::vector<Result<void, Error>>, Error> Client::set_list(std::vector<Assignment> assignments) {
    if (assignments.empty()) return std::vector<Result<void, Error>>{};
    SetExchange exchange(context_, next_invoke_id(), std::move(assignments));
    if (auto done = run(exchange); !done) return fail(done.error());
    std::vector<Result<void, Error>> results;
    for (const dlms::DataAccessResult result : exchange.results()) {
        results.push_back(result == dlms::DataAccessResult::success ? Result<void, Error>{}
                                                                    : Result<void, Error>(fail(refusal(result))));
    }
    return results;
}

Result<std::vector<ActionReply>, Error> Client::call_list(std::vector<MethodTarget> invocations) {
    if (invocations.empty()) return std::vector<ActionReply>{};
    ActionExchange exchange(context_, next_invoke_id(), std::move(invocations));
    if (auto done = run(exchange); !done) return fail(done.error());
    return exchange.replies();
}

Result<std::vector<AccessReply>, Error> Client::access(std::vector<AccessItem> items, bool stop_at_failure) {
    if (items.empty()) return std::vector<AccessReply>{};
    ++invoke_;
    const auto invoke =
        dlms::LongInvokeId::make(invoke_ & 0xFF'FFFFU, true, options_.high_priority, false, stop_at_failure);
    AccessExchange exchange(context_, invoke, std::move(items));
    if (auto done = run(exchange); !done) return fail(done.error());
    return std::move(exchange.replies());
}

Result<void, Error> Client::post_set(const dlms::AttributeDescriptor& attribute, const Value& value,
                                     std::optional<Selection> selection) {
    std::vector<Assignment> assignments;
    assignments.push_back({{attribute, std::move(selection)}, encode(value)});
    SetExchange exchange(context_, next_invoke_id(false), std::move(assignments));
    return run(exchange);
}

Result<void, Error> Client::post_call(const dlms::MethodDescriptor& method, const std::optional<Value>& parameters) {
    std::vector<MethodTarget> invocations;
    invocations.push_back({method, parameters ? encode(*parameters) : Octets{}});
    ActionExchange exchange(context_, next_invoke_id(false), std::move(invocations));
    return run(exchange);
}

Result<std::optional<Value>, Error> Client::call(const dlms::MethodDescriptor& method,
                                                 const std::optional<Value>& parameters) {
    std::vector<MethodTarget> invocations;
    invocations.push_back({method, parameters ? encode(*parameters) : Octets{}});
    ActionExchange exchange(context_, next_invoke_id(), std::move(invocations));
    if (auto done = run(exchange); !done) return fail(done.error());
    const ActionReply& reply = exchange.replies().front();
    if (reply.result != dlms::ActionResult::success) return fail(refusal(reply.result));
    if (!reply.returned) return std::nullopt;
    // The method worked, but what it returns can't be had.
    if (!*reply.returned) return fail(refusal(reply.returned->error()));
    auto value = decode_value(**reply.returned, options_.values);
    if (!value) return fail(value.error());
    return std::move(*value);
}

Result<const ObjectList*, Error> Client::object_list() {
    if (!objects_) {
        const auto value = get(object_list_attribute);
        if (!value) {
            Error error = value.error();
            error.text = "can't read the object list: " + error.text;
            return fail(error);
        }
        auto objects = object_list_from(*value);
        if (!objects) return fail(objects.error());
        objects_ = std::make_unique<ObjectList>(std::move(*objects));
    }
    return objects_.get();
}

std::optional<dlms::AttributeDescriptor> Client::scaler_unit_of(const dlms::AttributeDescriptor& attribute) {
    const bool is_register = attribute.class_id == 3 || attribute.class_id == 4;
    const bool is_demand_register = attribute.class_id == 5;
    if (is_register && attribute.attribute == 2)
        return dlms::AttributeDescriptor{attribute.class_id, attribute.instance, 3};
    if (is_demand_register && (attribute.attribute == 2 || attribute.attribute == 3)) {
        return dlms::AttributeDescriptor{attribute.class_id, attribute.instance, 4};
    }
    return std::nullopt;
}

Result<Reading, Error> Client::read(const dlms::Obis& instance) {
    const auto objects = object_list();
    if (!objects) return fail(objects.error());
    const ObjectEntry* object = find_object(**objects, instance);
    if (object == nullptr) return fail(refusal(dlms::DataAccessResult::object_undefined));
    Reading reading{{object->class_id, instance, 2}, {}, {}};
    std::vector<dlms::AttributeDescriptor> attributes{reading.attribute};
    if (const auto scaler_unit = scaler_unit_of(reading.attribute)) attributes.push_back(*scaler_unit);
    auto values = get_list(attributes);
    if (!values) return fail(values.error());
    if (!values->front()) return fail(values->front().error());
    reading.value = std::move(*values->front());
    if (values->size() > 1 && values->back()) reading.scaler_unit = scaler_unit_from(*values->back());
    return reading;
}

}  // namespace blathy::station
