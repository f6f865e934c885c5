#include <array>
#include <span>

#include "dlms/explain/parts.hpp"
#include "dlms/names.hpp"
#include "dlms/obis.hpp"
#include "dlms/obis_names.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms::explaining {
namespace {

// --- parts of services -----------------------------------------------------------------------------------------------

void explain_invoke_id(Tree& tree) {
    if (!tree.need("invoke-id-and-priority", 1)) return;
    const std::size_t start = tree.position();
    const auto octet = static_cast<std::uint8_t>(tree.take_number(1));
    const bool confirmed = (octet & 0x40) != 0;
    const bool high = (octet & 0x80) != 0;
    Value value;
    value << "invoke-id " << (octet & 0x0F) << (confirmed ? ", confirmed" : ", unconfirmed")
          << (high ? ", high priority" : ", normal priority");
    tree.group("invoke-id-and-priority", value.view(), start, 1, [&] {
        tree.leaf("priority (bit 7)", high ? "high" : "normal", start, 1);
        tree.leaf("service-class (bit 6)", confirmed ? "confirmed" : "unconfirmed", start, 1);
        Value id;
        id << (octet & 0x0F);
        tree.leaf("invoke-id (bits 0-3)", id.view(), start, 1);
    });
}

void explain_long_invoke_id(Tree& tree) {
    if (!tree.need("long-invoke-id-and-priority", 4)) return;
    const std::size_t start = tree.position();
    const auto bits = static_cast<std::uint32_t>(tree.take_number(4));
    const std::uint32_t id = bits & 0xFF'FFFF;
    const bool confirmed = (bits & 0x4000'0000) != 0;
    const bool high = (bits & 0x8000'0000) != 0;
    Value value;
    value << "invoke-id " << id << (confirmed ? ", confirmed" : ", unconfirmed")
          << (high ? ", high priority" : ", normal priority");
    tree.group("long-invoke-id-and-priority", value.view(), start, 4, [&] {
        tree.leaf("priority (bit 31)", high ? "high" : "normal", start, 1);
        tree.leaf("service-class (bit 30)", confirmed ? "confirmed" : "unconfirmed", start, 1);
        tree.leaf("processing-option (bit 29)", (bits & 0x2000'0000) != 0 ? "break on error" : "continue on error",
                  start, 1);
        tree.leaf("self-descriptive (bit 28)", (bits & 0x1000'0000) != 0 ? "yes" : "no", start, 1);
        Value number;
        number << id;
        tree.leaf("invoke-id (bits 0-23)", number.view(), start + 1, 3);
    });
}

enum class Member : std::uint8_t { attribute, method };

// COSEM-Attribute-Descriptor, COSEM-Method-Descriptor: class, logical name and number, nine octets.
void explain_descriptor(Tree& tree, Member member) {
    const bool attribute = member == Member::attribute;
    const std::string_view name = attribute ? "cosem-attribute-descriptor" : "cosem-method-descriptor";
    if (!tree.need(name, 9)) return;
    ByteReader in(tree.rest());
    const std::uint16_t class_id = in.u16();
    const ObisText logical_name(obis_from(in.bytes(6)).value_or(Obis{}));
    const std::int8_t number = in.i8();
    const std::string_view word = attribute ? attribute_name(class_id, number) : method_name(class_id, number);
    Value value;
    value << logical_name.view() << (attribute ? " attribute " : " method ") << number;
    if (!word.empty()) value << " (" << word << ')';
    if (attribute && number == 0) value << " (all)";
    tree.group(name, value.view(), tree.position(), 9, [&] {
        (void)tree.field("class-id", 2, [](TextWriter& out, std::uint64_t id) {
            const std::string_view class_word = class_name(static_cast<std::uint16_t>(id));
            out << id;
            if (!class_word.empty()) out << " (" << class_word << ')';
        });
        const std::size_t start = tree.position();
        std::array<char, max_obis_description> room{};
        const std::string_view description = describe_obis(obis_from(tree.take(6)).value_or(Obis{}), room);
        Value instance;
        instance << logical_name.view();
        if (!description.empty()) instance << " (" << description << ')';
        tree.leaf("instance-id", instance.view(), start);
        (void)tree.field(attribute ? "attribute-id" : "method-id", 1, [&](TextWriter& out, std::uint64_t) {
            out << number;
            if (!word.empty()) out << " (" << word << ')';
        });
    });
}

void explain_attribute(Tree& tree) {
    explain_descriptor(tree, Member::attribute);
}
void explain_method(Tree& tree) {
    explain_descriptor(tree, Member::method);
}

void explain_selection(Tree& tree) {
    const std::uint8_t selector = tree.peek();
    Value value;
    value << "selector " << selector;
    if (selector == 1) value << " (by range)";
    if (selector == 2) value << " (by entry)";
    tree.measured("selective-access-descriptor", value.view(), [&] {
        (void)tree.field("access-selector", 1);
        explain_data(tree);
    });
}

void explain_attribute_with_selection(Tree& tree) {
    explain_attribute(tree);
    if (tree.present("access-selection")) explain_selection(tree);
}

// SEQUENCE OF: a count, then that many items, each of which takes at least one octet.
template <class Item>
void explain_list(Tree& tree, std::string_view name, Item&& item) {
    if (!tree.ok()) return;
    std::size_t start = tree.position();
    const auto count = tree.take_length(name, start);
    if (!count) return;
    if (*count > tree.remaining()) {
        Value reason;
        reason << "count " << *count << " larger than the octets left, " << tree.remaining();
        return tree.fail(name, reason.view(), start, tree.position() - start);
    }
    const auto items = [&] {
        for (std::size_t i = 0; i < *count && tree.ok(); ++i) item(tree, i);
    };
    Value value;
    value << *count << (*count == 1 ? " item" : " items");
    std::size_t size = 0;
    if (!tree.mute()) size = tree.measure(items);
    tree.group(name, value.view(), start, tree.position() - start + size, items);
}

// An item that is more than one node.
template <class F>
auto numbered(std::string_view name, F&& contents) {
    return [name, contents](Tree& tree, std::size_t index) {
        Value label;
        label << name << ' ' << index + 1;
        tree.measured(label.view(), "", [&] { contents(tree); });
    };
}

template <class F>
auto plain(F&& contents) {
    return [contents](Tree& tree, std::size_t) { contents(tree); };
}

void explain_access_result(Tree& tree) {
    (void)tree.coded("result", data_access_result_name);
}
void explain_action_result(Tree& tree) {
    (void)tree.coded("result", action_result_name);
}

std::uint8_t explain_choice(Tree& tree, std::string_view name, std::string_view zero, std::string_view one) {
    if (!tree.need(name, 1)) return 0;
    const std::size_t start = tree.position();
    const std::uint8_t choice = tree.peek();
    if (choice > 1) {
        Value reason;
        (reason << "no choice ").hex(choice);
        tree.fail(name, reason.view(), start, 1);
        return choice;
    }
    (void)tree.take(1);
    tree.leaf(name, choice == 0 ? zero : one, start);
    return choice;
}

// Get-Data-Result ::= CHOICE { data [0], data-access-result [1] }.
void explain_get_result(Tree& tree) {
    const std::uint8_t choice = explain_choice(tree, "get-data-result", "data", "data-access-result");
    if (!tree.ok()) return;
    if (choice == 0) {
        explain_data(tree);
    } else {
        explain_access_result(tree);
    }
}

void explain_action_response(Tree& tree) {
    explain_action_result(tree);
    if (tree.present("return-parameters")) explain_get_result(tree);
}

void explain_method_with_parameters(Tree& tree) {
    explain_method(tree);
    if (tree.present("method-invocation-parameters")) explain_data(tree);
}

void explain_last_block(Tree& tree) {
    (void)tree.field("last-block", 1, [](TextWriter& out, std::uint64_t last) { out << (last != 0 ? "yes" : "no"); });
}
void explain_block_number(Tree& tree) {
    (void)tree.field("block-number", 4);
}

// DataBlock-SA: last-block, block-number, raw-data.
void explain_datablock(Tree& tree) {
    explain_last_block(tree);
    explain_block_number(tree);
    (void)tree.octets("raw-data");
}

// DataBlock-G: the block holds octets or tells why there are none.
void explain_get_datablock(Tree& tree) {
    explain_last_block(tree);
    explain_block_number(tree);
    const std::uint8_t choice = explain_choice(tree, "datablock-result", "raw-data", "data-access-result");
    if (!tree.ok()) return;
    if (choice == 0) {
        (void)tree.octets("raw-data");
    } else {
        explain_access_result(tree);
    }
}

// --- services: what follows the tag and the choice -------------------------------------------------------------------

void get_request_normal(Tree& tree) {
    explain_attribute_with_selection(tree);
}
void get_request_with_list(Tree& tree) {
    explain_list(tree, "attribute-descriptor-list", numbered("attribute", explain_attribute_with_selection));
}

void get_response_normal(Tree& tree) {
    explain_get_result(tree);
}
void get_response_with_list(Tree& tree) {
    explain_list(tree, "result-list", numbered("result", explain_get_result));
}

void set_request_normal(Tree& tree) {
    explain_attribute_with_selection(tree);
    explain_data(tree);
}
void set_request_with_first_datablock(Tree& tree) {
    explain_attribute_with_selection(tree);
    explain_datablock(tree);
}
void set_request_with_list(Tree& tree) {
    get_request_with_list(tree);
    explain_list(tree, "value-list", plain(explain_data));
}
void set_request_with_list_and_first_datablock(Tree& tree) {
    get_request_with_list(tree);
    explain_datablock(tree);
}

void set_response_last_datablock(Tree& tree) {
    explain_access_result(tree);
    explain_block_number(tree);
}
void set_response_with_list(Tree& tree) {
    explain_list(tree, "result-list", plain(explain_access_result));
}
void set_response_last_datablock_with_list(Tree& tree) {
    set_response_with_list(tree);
    explain_block_number(tree);
}

void action_request_with_list(Tree& tree) {
    explain_list(tree, "method-descriptor-list", plain(explain_method));
    explain_list(tree, "method-invocation-parameters", plain(explain_data));
}
void action_request_with_first_pblock(Tree& tree) {
    explain_method(tree);
    explain_datablock(tree);
}
void action_request_with_list_and_first_pblock(Tree& tree) {
    explain_list(tree, "method-descriptor-list", plain(explain_method));
    explain_datablock(tree);
}
void action_response_with_list(Tree& tree) {
    explain_list(tree, "response-list", numbered("response", explain_action_response));
}

struct Choice {
    std::string_view suffix;
    void (*body)(Tree&);
};

struct Service {
    std::uint8_t tag;
    std::span<const Choice> choices;  // from 1 on
};

constexpr Choice get_request[] = {
    {"-normal", get_request_normal},
    {"-next", explain_block_number},
    {"-with-list", get_request_with_list},
};
constexpr Choice get_response[] = {
    {"-normal", get_response_normal},
    {"-with-datablock", explain_get_datablock},
    {"-with-list", get_response_with_list},
};
constexpr Choice set_request[] = {
    {"-normal", set_request_normal},
    {"-with-first-datablock", set_request_with_first_datablock},
    {"-with-datablock", explain_datablock},
    {"-with-list", set_request_with_list},
    {"-with-list-and-first-datablock", set_request_with_list_and_first_datablock},
};
constexpr Choice set_response[] = {
    {"-normal", explain_access_result},
    {"-datablock", explain_block_number},
    {"-last-datablock", set_response_last_datablock},
    {"-last-datablock-with-list", set_response_last_datablock_with_list},
    {"-with-list", set_response_with_list},
};
constexpr Choice action_request[] = {
    {"-normal", explain_method_with_parameters},
    {"-next-pblock", explain_block_number},
    {"-with-list", action_request_with_list},
    {"-with-first-pblock", action_request_with_first_pblock},
    {"-with-list-and-first-pblock", action_request_with_list_and_first_pblock},
    {"-with-pblock", explain_datablock},
};
constexpr Choice action_response[] = {
    {"-normal", explain_action_response},
    {"-with-pblock", explain_datablock},
    {"-with-list", action_response_with_list},
    {"-next-pblock", explain_block_number},
};
constexpr Service services[] = {
    {0xC0, get_request},  {0xC1, set_request},  {0xC3, action_request},
    {0xC4, get_response}, {0xC5, set_response}, {0xC7, action_response},
};

// The services whose second octet is the choice and whose third is the invoke-id.
bool explain_chosen_service(Tree& tree) {
    for (const Service& service : services) {
        if (service.tag != tree.peek()) continue;
        const std::uint8_t number = tree.peek(1);
        const bool known = number >= 1 && number <= service.choices.size();
        const Choice* const choice = known ? &service.choices[number - 1U] : nullptr;
        Text<64> name;
        name << apdu_name(service.tag);
        if (choice) name << choice->suffix;
        tree.whole(name.view(), "", [&] {
            (void)tree.take(1);
            if (!tree.need("choice", 1)) return;
            if (!choice) {
                Value reason;
                reason << "no choice " << number << " of " << name.view();
                return tree.fail("choice", reason.view(), tree.position(), 1);
            }
            (void)tree.take(1);
            explain_invoke_id(tree);
            if (tree.ok()) choice->body(tree);
        });
        return true;
    }
    return false;
}

// --- initiate --------------------------------------------------------------------------------------------------------

void explain_conformance(Tree& tree) {
    constexpr std::string_view name = "conformance";
    if (!tree.need(name, 7)) return;
    const std::size_t start = tree.position();
    ByteReader in(tree.rest());
    if (in.u32() != 0x5F1F'0400) {
        return tree.fail(name, "does not begin with the tag, length and unused bits 5F1F0400", start, 7);
    }
    std::uint32_t bits = 0;
    for (int i = 0; i < 3; ++i) bits = (bits << 8U) | in.u8();
    (void)tree.take(7);
    Text<8> octets;
    for (int shift = 16; shift >= 0; shift -= 8) octets.hex(static_cast<std::uint8_t>(bits >> shift));
    tree.group(name, octets.view(), start, 7, [&] {
        for (std::uint8_t bit = 0; bit < 24; ++bit) {
            if ((bits >> (23U - bit) & 1U) == 0) continue;
            Text<16> place;
            place << "bit " << bit;
            tree.leaf(place.view(), conformance_bit_name(bit), start + 4U + bit / 8U, 1);
        }
    });
}

void explain_quality_of_service(Tree& tree, std::string_view name) {
    if (!tree.present(name)) return;
    (void)tree.field(name, 1, [](TextWriter& out, std::uint64_t octet) { out << static_cast<std::int8_t>(octet); });
}

void initiate_request(Tree& tree) {
    if (tree.present("dedicated-key")) (void)tree.octets("dedicated-key");
    if (!tree.ok()) return;
    // DEFAULT TRUE: 00 stands for the default, 01 is followed by the value.
    if (tree.need("response-allowed", 1) && tree.peek() == 0) {
        const std::size_t start = tree.position();
        (void)tree.take(1);
        tree.leaf("response-allowed", "true (default)", start);
    } else if (tree.present("response-allowed")) {
        (void)tree.field("response-allowed", 1,
                         [](TextWriter& out, std::uint64_t allowed) { out << (allowed != 0 ? "true" : "false"); });
    }
    explain_quality_of_service(tree, "proposed-quality-of-service");
    (void)tree.field("proposed-dlms-version-number", 1);
    explain_conformance(tree);
    (void)tree.field("client-max-receive-pdu-size", 2, [](TextWriter& out, std::uint64_t size) {
        out << size;
        if (size == 0) out << " (no limit)";
    });
}

void initiate_response(Tree& tree) {
    explain_quality_of_service(tree, "negotiated-quality-of-service");
    (void)tree.field("negotiated-dlms-version-number", 1);
    explain_conformance(tree);
    (void)tree.field("server-max-receive-pdu-size", 2);
    (void)tree.field("vaa-name", 2, [](TextWriter& out, std::uint64_t name) {
        out.hex(static_cast<std::uint8_t>(name >> 8U)).hex(static_cast<std::uint8_t>(name));
        if (name == 0x0007) out << " (logical names)";
        if (name == 0xFA00) out << " (short names)";
    });
}

// --- errors ----------------------------------------------------------------------------------------------------------

using Words = std::span<const std::string_view>;

std::string_view word_of(Words words, std::size_t index) {
    return index < words.size() ? words[index] : std::string_view{};
}

constexpr std::string_view application_reference[] = {"other",
                                                      "time-elapsed",
                                                      "application-unreachable",
                                                      "application-reference-invalid",
                                                      "application-context-unsupported",
                                                      "provider-communication-error",
                                                      "deciphering-error"};
constexpr std::string_view hardware_resource[] = {"other", "memory-unavailable", "processor-resource-unavailable",
                                                  "mass-storage-unavailable", "other-resource-unavailable"};
constexpr std::string_view vde_state_error[] = {"other", "no-dlms-context", "loading-data-set", "status-nochange",
                                                "status-inoperable"};
constexpr std::string_view service_errors[] = {"other", "pdu-size", "service-unsupported"};
constexpr std::string_view definition[] = {"other", "object-undefined", "object-class-inconsistent",
                                           "object-attribute-inconsistent"};
constexpr std::string_view access[] = {"other", "scope-of-access-violated", "object-access-violated", "hardware-fault",
                                       "object-unavailable"};
constexpr std::string_view initiate[] = {"other", "dlms-version-too-low", "incompatible-conformance",
                                         "pdu-size-too-short", "refused-by-the-VDE-handler"};
constexpr std::string_view load_data_set[] = {"other",
                                              "primitive-out-of-sequence",
                                              "not-loadable",
                                              "dataset-size-too-large",
                                              "not-awaited-segment",
                                              "interpretation-failure",
                                              "storage-failure",
                                              "dataset-not-ready"};
constexpr std::string_view task[] = {"other", "no-remote-control", "ti-stopped", "ti-running", "ti-unusable"};

struct ServiceError {
    std::string_view name;
    Words values;
};
constexpr ServiceError service_error_choices[] = {
    {"application-reference", application_reference},
    {"hardware-resource", hardware_resource},
    {"vde-state-error", vde_state_error},
    {"service", service_errors},
    {"definition", definition},
    {"access", access},
    {"initiate", initiate},
    {"load-data-set", load_data_set},
    {"change-scope", {}},
    {"task", task},
    {"other", {}},
};
constexpr std::string_view confirmed_service_error_choices[] = {
    "",      "initiate-error",        "get-status", "get-name-list", "get-variable-attribute", "read",
    "write", "get-data-set-attribute"};

void confirmed_service_error(Tree& tree) {
    (void)tree.coded("service", [](std::uint8_t choice) { return word_of(confirmed_service_error_choices, choice); });
    const std::uint8_t choice = tree.coded("error-class", [](std::uint8_t number) {
        return number < std::size(service_error_choices) ? service_error_choices[number].name : std::string_view{};
    });
    (void)tree.field("error", 1, [choice](TextWriter& out, std::uint64_t number) {
        const Words words = choice < std::size(service_error_choices) ? service_error_choices[choice].values : Words{};
        write_name(out, word_of(words, static_cast<std::size_t>(number)), number);
    });
}

void exception_response(Tree& tree) {
    static constexpr std::string_view state_errors[] = {"", "service-not-allowed", "service-unknown"};
    static constexpr std::string_view reasons[] = {"",
                                                   "operation-not-possible",
                                                   "service-not-supported",
                                                   "other-reason",
                                                   "pdu-too-long",
                                                   "deciphering-error",
                                                   "invocation-counter-error"};
    (void)tree.coded("state-error", [](std::uint8_t number) { return word_of(state_errors, number); });
    const std::uint8_t reason =
        tree.coded("service-error", [](std::uint8_t number) { return word_of(reasons, number); });
    if (tree.ok() && reason == 6) (void)tree.field("invocation-counter", 4);
}

// --- notifications and ACCESS ----------------------------------------------------------------------------------------

void data_notification(Tree& tree) {
    explain_long_invoke_id(tree);
    explain_date_time(tree, "date-time");
    tree.measured("notification-body", "", [&] { explain_data(tree); });
}

void event_notification(Tree& tree) {
    if (tree.present("time")) explain_date_time(tree, "time");
    explain_attribute(tree);
    explain_data(tree);
}

std::uint8_t explain_access_choice(Tree& tree, std::string_view name, Words words) {
    if (!tree.need(name, 1)) return 0;
    const std::uint8_t choice = tree.peek();
    if (word_of(words, choice).empty()) {
        Value reason;
        reason << "no choice " << choice;
        tree.fail(name, reason.view(), tree.position(), 1);
        return 0;
    }
    const std::size_t start = tree.position();
    (void)tree.take(1);
    tree.leaf(name, words[choice], start);
    return choice;
}

void explain_access_specification(Tree& tree) {
    static constexpr std::string_view choices[] = {
        "", "get", "set", "action", "get-with-selection", "set-with-selection"};
    const std::uint8_t choice = explain_access_choice(tree, "access-request", choices);
    if (!tree.ok()) return;
    if (choice == 3) {
        explain_method(tree);
    } else {
        explain_attribute(tree);
    }
    if (tree.ok() && choice >= 4) explain_selection(tree);
}

void explain_access_response_specification(Tree& tree) {
    static constexpr std::string_view choices[] = {"", "get", "set", "action"};
    const std::uint8_t choice = explain_access_choice(tree, "access-response", choices);
    if (!tree.ok()) return;
    if (choice == 3) {
        explain_action_result(tree);
    } else {
        explain_access_result(tree);
    }
}

void explain_access_specifications(Tree& tree) {
    explain_list(tree, "access-request-specification", numbered("request", explain_access_specification));
}

void access_request(Tree& tree) {
    explain_long_invoke_id(tree);
    explain_date_time(tree, "date-time");
    explain_access_specifications(tree);
    explain_list(tree, "access-request-list-of-data", plain(explain_data));
}

void access_response(Tree& tree) {
    explain_long_invoke_id(tree);
    explain_date_time(tree, "date-time");
    if (tree.present("access-request-specification")) explain_access_specifications(tree);
    explain_list(tree, "access-response-list-of-data", plain(explain_data));
    explain_list(tree, "access-response-specification", numbered("response", explain_access_response_specification));
}

// The services with short names are named, no more.
void short_name_service(Tree& tree) {
    (void)tree.raw("body", tree.remaining());
}

struct Body {
    std::uint8_t tag;
    void (*body)(Tree&);
};
constexpr Body bodies[] = {
    {0x01, initiate_request},   {0x08, initiate_response},  {0x0E, confirmed_service_error}, {0x0F, data_notification},
    {0xC2, event_notification}, {0xD8, exception_response}, {0xD9, access_request},          {0xDA, access_response},
    {0x05, short_name_service}, {0x06, short_name_service}, {0x0C, short_name_service},      {0x0D, short_name_service},
    {0x16, short_name_service}, {0x18, short_name_service},
};

}  // namespace

bool explain_service(Tree& tree) {
    if (tree.remaining() == 0) return false;
    if (explain_chosen_service(tree)) return true;
    for (const Body& body : bodies) {
        if (body.tag != tree.peek()) continue;
        tree.whole(apdu_name(body.tag), "", [&] {
            (void)tree.take(1);
            body.body(tree);
        });
        return true;
    }
    return false;
}

}  // namespace blathy::dlms::explaining
