#include "station/client.hpp"

#include <algorithm>

#include "station/service/action.hpp"

namespace blathy::station {
namespace {

constexpr dlms::AttributeDescriptor object_list_attribute{15, dlms::Obis(0, 0, 40, 0, 0), 2};

// More in one list would make answers long, and one refusal of the whole list expensive.
constexpr std::size_t max_list = 32;

constexpr std::chrono::milliseconds release_patience{2000};

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
            return false;
    }
    return false;
}

}  // namespace

std::string text_of(const Reading& reading) {
    return to_text(reading.value, reading.scaler_unit ? reading.scaler_unit->scaler : 0);
}

Result<Client, Error> Client::connect(const Url& url, const Options& options) {
    for (unsigned attempt = 0;; ++attempt) {
        auto link = open_link(url, options.link);
        auto client = link ? associate(std::move(*link), options) : Result<Client, Error>(fail(link.error()));
        if (client || attempt == options.link.retries || !is_transient(client.error())) {
            if (!client) client.error().text = name_of(url) + ": " + client.error().text;
            return client;
        }
    }
}

Result<Client, Error> Client::associate(std::unique_ptr<Link> link, const Options& options) {
    Client client(std::move(link), options);
    AssociationRequest request(options.association);
    if (auto done = client.run(request); !done) {
        client.link_->close(Deadline::after(options.link.response_timeout));
        client.link_.reset();
        return fail(done.error());
    }
    client.context_ = request.agreed();
    return client;
}

Client::Client(std::unique_ptr<Link> link, const Options& options) : link_(std::move(link)), options_(options) {}

Client& Client::operator=(Client&& other) noexcept {
    close();
    link_ = std::move(other.link_);
    options_ = std::move(other.options_);
    context_ = other.context_;
    objects_ = std::move(other.objects_);
    invoke_ = other.invoke_;
    lists_work_ = other.lists_work_;
    answers_ = other.answers_;
    return *this;
}

Client::~Client() {
    close();
}

void Client::close() {
    if (!link_) return;
    // A meter that has just been silent would only be waited for again.
    if (answers_) {
        ReleaseRequest release(context_);
        // Whatever comes of it, the client is gone afterwards; some meters never answer.
        (void)run(release, std::min(options_.link.response_timeout, release_patience));
    }
    if (link_) link_->close(Deadline::after(options_.link.response_timeout));
    link_.reset();
}

Result<void, Error> Client::run(Exchange& exchange) {
    return run(exchange, options_.link.response_timeout);
}

Result<void, Error> Client::run(Exchange& exchange, std::chrono::milliseconds timeout) {
    if (!link_) return fail(connection_error("the connection to the meter is closed"));
    auto step = exchange.begin();
    while (step && step->kind == Step::Kind::send) step = converse(exchange, step->apdu, timeout);
    if (step) return {};
    answers_ = step.error().kind != ErrorKind::timeout;
    if (step.error().kind == ErrorKind::connection) link_.reset();
    return fail(step.error());
}

// Sends a request until the exchange has taken its answer.
Result<Step, Error> Client::converse(Exchange& exchange, const Octets& request, std::chrono::milliseconds timeout) {
    unsigned repeats = link_->is_reliable() || !exchange.repeatable() ? 0 : options_.link.retries;
    while (true) {
        const auto deadline = Deadline::after(timeout);
        if (auto sent = link_->send(request, deadline); !sent) return fail(sent.error());
        while (true) {
            const auto apdu = link_->receive(deadline);
            if (!apdu) {
                if (apdu.error().kind != ErrorKind::timeout || repeats == 0) return fail(apdu.error());
                break;
            }
            auto step = exchange.take(*apdu);
            if (!step || step->kind != Step::Kind::wait) return step;
        }
        --repeats;
    }
}

dlms::InvokeId Client::next_invoke_id() {
    invoke_ = static_cast<std::uint8_t>((invoke_ + 1U) & 0x0FU);
    return dlms::InvokeId::make(invoke_);
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

Result<std::vector<GetResult>, Error> Client::get_batch(std::span<const dlms::AttributeDescriptor> batch) {
    std::vector<AttributeTarget> targets;
    for (const auto& attribute : batch) targets.push_back({attribute, std::nullopt});
    GetListExchange exchange(context_, next_invoke_id(), std::move(targets));
    if (auto done = run(exchange); !done) return fail(done.error());
    return std::move(exchange.results());
}

Result<std::vector<Result<Value, Error>>, Error> Client::get_list(
    std::span<const dlms::AttributeDescriptor> attributes) {
    const std::size_t room = context_.max_request_octets > GetListExchange::request_overhead
                                 ? context_.max_request_octets - GetListExchange::request_overhead
                                 : 0;
    const std::size_t fitting = std::min(max_list, room / encoded_size(AttributeTarget{}));
    std::vector<Result<Value, Error>> values;
    values.reserve(attributes.size());
    while (!attributes.empty()) {
        if (lists_work_ && fitting > 1 && attributes.size() > 1 &&
            context_.has(dlms::Conformance::multiple_references)) {
            const auto batch = attributes.first(std::min(fitting, attributes.size()));
            if (auto results = get_batch(batch)) {
                for (const GetResult& result : *results) {
                    if (result.result == dlms::DataAccessResult::success) {
                        values.push_back(decode_value(result.data, options_.values));
                    } else {
                        values.push_back(fail(refusal(result.result)));
                    }
                }
                attributes = attributes.subspan(batch.size());
                continue;
            } else if (!is_about_the_request(results.error())) {
                return fail(results.error());
            }
            // Some meters negotiate lists and then refuse them; one by one is slower, and works.
            lists_work_ = false;
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
