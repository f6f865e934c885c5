#include "meter/security/key_memory.hpp"

#include <algorithm>

#include "dlms/security/digest.hpp"
#include "dlms/security/key_wrap.hpp"

namespace blathy::meter::security {
namespace {

using dlms::security::Suite;
using dlms::security::SystemTitle;

constexpr std::uint8_t keys_form = 2;
constexpr std::size_t secrets = 6;
constexpr std::size_t retired_keys = 8;
constexpr std::size_t secret_size = dlms::security::max_key_size;
constexpr std::size_t wrapped_size = secret_size + dlms::security::wrap_overhead;
constexpr std::size_t fingerprint_size = 8;

enum CounterIndex : std::uint8_t { sent_counter, received_counter, broadcast_counter, transaction_counter, counters };

constexpr CounterIndex counter_of(KeyMemory::Counted counted) {
    switch (counted) {
        case KeyMemory::Counted::broadcast:
            return broadcast_counter;
        case KeyMemory::Counted::transaction:
            return transaction_counter;
        default:
            return received_counter;
    }
}

constexpr std::size_t counters_at = 5 + std::tuple_size_v<SystemTitle>;
constexpr std::size_t record_size =
    counters_at + counters * 4 + retired_keys * (fingerprint_size + 4) + secrets * (1 + wrapped_size);
static_assert(record_size <= max_record_size);

using Fingerprint = std::array<std::uint8_t, fingerprint_size>;

constexpr std::uint8_t dedicated_form = 1;
constexpr std::size_t dedicated_record_size = 1 + KeyMemory::dedicated_keys * fingerprint_size;

// A key that was replaced; all zeros: none.
struct RetiredKey {
    Fingerprint fingerprint{};
    std::uint32_t next = 0;
};

// The record but its secrets.
struct Head {
    Suite suite = Suite::aes128_gcm;
    std::uint8_t policy = 0;
    Mechanisms mechanisms;
    std::optional<SystemTitle> client_title;
    std::array<std::uint32_t, counters> reserved{};
    std::array<RetiredKey, retired_keys> retired{};  // the newest first
};

void write(ByteWriter& out, const Head& head) {
    out.u8(keys_form);
    out.u8(static_cast<std::uint8_t>(head.suite));
    out.u8(head.policy);
    out.u8(head.mechanisms.bits());
    out.u8(head.client_title ? 1 : 0);
    out.bytes(head.client_title.value_or(SystemTitle{}));
    for (const std::uint32_t counter : head.reserved) out.u32(counter);
    for (const RetiredKey& key : head.retired) {
        out.bytes(key.fingerprint);
        out.u32(key.next);
    }
}

std::optional<Head> read_head(ByteReader& in) {
    Head head;
    if (in.remaining() != record_size || in.u8() != keys_form) return std::nullopt;
    const std::uint8_t suite = in.u8();
    if (suite > static_cast<std::uint8_t>(Suite::p384_aes256_gcm)) return std::nullopt;
    head.suite = static_cast<Suite>(suite);
    head.policy = in.u8();
    head.mechanisms = Mechanisms::from_bits(in.u8());
    const bool has_title = in.u8() != 0;
    const auto title = dlms::security::as_system_title(in.bytes(std::tuple_size_v<SystemTitle>));
    if (has_title) head.client_title = title;
    for (std::uint32_t& counter : head.reserved) counter = in.u32();
    for (RetiredKey& key : head.retired) {
        std::ranges::copy(in.bytes(fingerprint_size), key.fingerprint.begin());
        key.next = in.u32();
    }
    return head;
}

std::array<const KeyOctets*, secrets> secrets_of(const ContextKeys& keys) {
    return {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication, &keys.password, &keys.hls_secret};
}
std::array<KeyOctets*, secrets> secrets_of(ContextKeys& keys) {
    return {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication, &keys.password, &keys.hls_secret};
}

Fingerprint fingerprint_of(Bytes key) {
    Fingerprint fingerprint{};
    const auto digest = dlms::security::digest(dlms::security::DigestAlgorithm::sha256, {key});
    std::ranges::copy(digest.octets().first(fingerprint_size), fingerprint.begin());
    return fingerprint;
}

// Where the counter of `to` begins, which replaces `from` that stopped at `stopped`.
std::uint32_t replace(Head& head, Bytes from, std::uint32_t stopped, Bytes to) {
    if (dlms::security::same_secret(from, to)) return stopped;
    auto& retired = head.retired;
    std::uint32_t begin = 0;
    if (!to.empty()) {
        const Fingerprint coming = fingerprint_of(to);
        const auto back = std::ranges::find(retired, coming, &RetiredKey::fingerprint);
        if (back != retired.end()) {
            begin = back->next;
            std::move(back + 1, retired.end(), back);
            retired.back() = {};
        }
    }
    if (!from.empty()) {
        std::move_backward(retired.begin(), retired.end() - 1, retired.end());
        retired.front() = {fingerprint_of(from), stopped};
    }
    return begin;
}

// Wiped when it goes out of scope.
using RecordRoom = dlms::security::Secret<record_size>;

template <std::size_t size>
KeyOctets demo_key(const char (&text)[size]) {
    static_assert(size - 1 == 16, "a key of suite 0");
    return KeyOctets(as_bytes(std::string_view(text, size - 1)));
}

}  // namespace

ContextKeys demo_keys(Role role) {
    using dlms::Mechanism;
    ContextKeys keys;
    keys.master = demo_key("DEMO-MASTER-KEY-");
    keys.authentication = demo_key("DEMO-AUTHENT-KEY");
    keys.broadcast = demo_key("DEMO-BROADCASTS-");
    switch (role) {
        case Role::data_collection:
            keys.unicast = demo_key("DEMO-READING-KEY");
            break;
        case Role::firmware:
            keys.unicast = demo_key("DEMO-UPDATE-KEY-");
            break;
        case Role::pre_established:
            keys.unicast = demo_key("DEMO-PRE-EST-KEY");
            break;
        default:
            keys.unicast = demo_key("DEMO-MANAGE-KEY-");
            break;
    }
    if (role == Role::pre_established) {
        keys.client_title = {'D', 'E', 'M', 'O', 'H', 'E', 'S', '4'};
        return keys;
    }
    keys.password = KeyOctets(as_bytes("DEMO-PASSWORD"));
    keys.hls_secret = KeyOctets(as_bytes("DEMO-HLS-SECRET"));
    keys.mechanisms = Mechanisms(Mechanism::low_level, Mechanism::high_level_gmac, Mechanism::high_level_sha256);
    return keys;
}

std::optional<std::size_t> KeyMemory::index_of(Role role) {
    if (role == Role::public_client || role >= Role::count) return std::nullopt;
    return static_cast<std::size_t>(role) - 1;
}

const KeyMemory::Context* KeyMemory::find(Role role) const {
    const auto index = index_of(role);
    return index && contexts_[*index].present ? &contexts_[*index] : nullptr;
}

KeyMemory::Context* KeyMemory::find(Role role) {
    const auto index = index_of(role);
    return index && contexts_[*index].present ? &contexts_[*index] : nullptr;
}

void KeyMemory::mount() {
    for (std::size_t i = 0; i < contexts; ++i) {
        Context context;
        auto room = RecordRoom::of_size(record_size);
        if (const auto content = store_.read(records_[i], room.room())) {
            ByteReader in(*content);
            if (const auto head = read_head(in)) {
                context.present = true;
                context.suite = head->suite;
                context.policy = head->policy;
                for (std::size_t k = 0; k < counters; ++k) {
                    context.counters[k] = {head->reserved[k], head->reserved[k]};
                }
            }
        }
        context.generation = static_cast<std::uint16_t>(contexts_[i].generation + 1U);
        contexts_[i] = context;
    }
}

bool KeyMemory::has_context(Role role) const {
    return find(role) != nullptr;
}

bool KeyMemory::lost(Role role) const {
    const auto index = index_of(role);
    return index && store_.lost(records_[*index]);
}

std::optional<ContextKeys> KeyMemory::keys(Role role) const {
    if (find(role) == nullptr) return std::nullopt;
    auto room = RecordRoom::of_size(record_size);
    const auto content = store_.read(records_[*index_of(role)], room.room());
    if (!content) return std::nullopt;
    ByteReader in(*content);
    const auto head = read_head(in);
    if (!head) return std::nullopt;
    ContextKeys keys;
    keys.suite = head->suite;
    keys.policy = head->policy;
    keys.mechanisms = head->mechanisms;
    keys.client_title = head->client_title;
    const Bytes sizes = in.bytes(secrets);
    const auto unwrapped = secrets_of(keys);
    for (std::size_t i = 0; i < secrets; ++i) {
        auto padded = KeyOctets::of_size(secret_size);
        if (!dlms::security::unwrap_key(device_key_, in.bytes(wrapped_size), padded.room())) return std::nullopt;
        *unwrapped[i] = KeyOctets(padded.octets().first(std::min<std::size_t>(sizes[i], secret_size)));
    }
    return keys;
}

bool KeyMemory::change(Role role, const ContextKeys& keys) {
    const auto index = index_of(role);
    if (!index) return false;
    Head head;
    Context next;
    const Context& now = contexts_[*index];
    if (now.present) {
        // Keys that can't be unwrapped any more, such as with another device key, are never replaced unnoticed.
        const auto old = this->keys(role);
        if (!old) return false;
        auto room = RecordRoom::of_size(record_size);
        const auto content = store_.read(records_[*index], room.room());
        if (!content) return false;
        ByteReader in(*content);
        const auto old_head = read_head(in);
        if (!old_head) return false;
        head = *old_head;
        next = now;
        const auto restart = [&](CounterIndex which, Bytes from, Bytes to) {
            const std::uint32_t begin = replace(head, from, now.counters[which].next, to);
            if (begin == now.counters[which].next) return;
            next.counters[which] = {begin, begin};
            head.reserved[which] = begin;
        };
        restart(received_counter, old->unicast, keys.unicast);
        restart(broadcast_counter, old->broadcast, keys.broadcast);
        restart(transaction_counter, old->authentication, keys.authentication);
    }
    head.suite = keys.suite;
    head.policy = keys.policy;
    head.mechanisms = keys.mechanisms;
    head.client_title = keys.client_title;

    auto room = RecordRoom::of_size(record_size);
    ByteWriter out(room.room());
    write(out, head);
    const auto all = secrets_of(keys);
    for (const KeyOctets* secret : all) out.u8(static_cast<std::uint8_t>(secret->size()));
    for (const KeyOctets* secret : all) {
        auto padded = KeyOctets::of_size(secret_size);
        std::ranges::copy(secret->octets(), padded.room().begin());
        std::array<std::uint8_t, wrapped_size> wrapped{};
        if (!dlms::security::wrap_key(device_key_, padded, wrapped)) return false;
        out.bytes(wrapped);
    }
    if (!out.ok() || !store_.write(records_[*index], out.written())) {
        events_.report(SecurityEvent::storage_failed, role);
        return false;
    }
    next.present = true;
    next.suite = keys.suite;
    next.policy = keys.policy;
    next.generation = static_cast<std::uint16_t>(now.generation + 1U);
    contexts_[*index] = next;
    return true;
}

std::uint8_t KeyMemory::policy(Role role) const {
    const Context* context = find(role);
    return context == nullptr ? std::uint8_t{0} : context->policy;
}

Suite KeyMemory::suite(Role role) const {
    const Context* context = find(role);
    return context == nullptr ? Suite::aes128_gcm : context->suite;
}

std::uint16_t KeyMemory::generation(Role role) const {
    const Context* context = find(role);
    return context == nullptr ? std::uint16_t{0} : context->generation;
}

// The record as it stands, with one number in it changed: the wrapped keys are only copied.
bool KeyMemory::store_counter(Role role, std::size_t which, std::uint32_t reserved) {
    auto room = RecordRoom::of_size(record_size);
    const RecordId record = records_[*index_of(role)];
    const auto content = store_.read(record, room.room());
    if (content && content->size() == record_size) {
        ByteWriter counter(room.room().subspan(counters_at + which * 4, 4));
        counter.u32(reserved);
        if (store_.write(record, room)) return true;
    }
    events_.report(SecurityEvent::storage_failed, role);
    return false;
}

bool KeyMemory::use_counter(Role role, Context& context, std::size_t which, std::uint32_t value) {
    Counter& counter = context.counters[which];
    if (value >= counter.reserved) {
        const std::uint32_t reserved = value + std::min(counters_in_block, last_counter - value);
        if (!store_counter(role, which, reserved)) return false;
        counter.reserved = reserved;
    }
    const bool alarmed = counter.next >= counter_alarm_level;
    counter.next = value + 1;
    if (!alarmed && counter.next >= counter_alarm_level) events_.report(SecurityEvent::counter_alarm, role);
    if (counter.next == last_counter) events_.report(SecurityEvent::counter_end, role);
    return true;
}

std::optional<std::uint32_t> KeyMemory::take_sent(Role role) {
    Context* context = find(role);
    if (context == nullptr) return std::nullopt;
    const std::uint32_t value = context->counters[sent_counter].next;
    if (value == last_counter || !use_counter(role, *context, sent_counter, value)) return std::nullopt;
    return value;
}

bool KeyMemory::is_new(Role role, Counted counted, std::uint32_t value) const {
    return find(role) != nullptr && value >= expected(role, counted) && value != last_counter;
}

KeyMemory::Taken KeyMemory::take_received(Role role, Counted counted, std::uint32_t value) {
    Context* context = find(role);
    if (context == nullptr || !is_new(role, counted, value)) return Taken::not_new;
    const bool of_transaction = counted == Counted::transaction;
    if (of_transaction && !use_counter(role, *context, transaction_counter, value)) return Taken::store_failed;
    const CounterIndex index = of_transaction ? received_counter : counter_of(counted);
    return use_counter(role, *context, index, value) ? Taken::taken : Taken::store_failed;
}

bool KeyMemory::take_dedicated(Role role, Bytes key) {
    const auto stored = keys(role);
    if (!stored || dlms::security::same_secret(stored->unicast, key)) return false;
    std::array<std::uint8_t, dedicated_record_size> room{};
    std::array<Fingerprint, dedicated_keys> taken{};
    const RecordId record = records_.back();
    if (const auto content = store_.read(record, room); content && content->size() == room.size()) {
        ByteReader in(*content);
        const bool is_known_form = in.u8() == dedicated_form;
        for (Fingerprint& each : taken) {
            if (is_known_form) std::ranges::copy(in.bytes(fingerprint_size), each.begin());
        }
    }
    const Fingerprint fingerprint = fingerprint_of(key);
    if (std::ranges::find(taken, fingerprint) != taken.end()) return false;
    std::move_backward(taken.begin(), taken.end() - 1, taken.end());
    taken.front() = fingerprint;
    ByteWriter out(room);
    out.u8(dedicated_form);
    for (const Fingerprint& each : taken) out.bytes(each);
    if (store_.write(record, room)) return true;
    events_.report(SecurityEvent::storage_failed, role);
    return false;
}

std::uint32_t KeyMemory::expected(Role role, Counted counted) const {
    const Context* context = find(role);
    if (context == nullptr) return 0;
    const std::uint32_t next = context->counters[counter_of(counted)].next;
    return counted == Counted::transaction ? std::max(next, context->counters[received_counter].next) : next;
}

std::uint32_t KeyMemory::last_received(Role role, Counted counted) const {
    const std::uint32_t next = expected(role, counted);
    return next == 0 ? 0 : next - 1;
}

}  // namespace blathy::meter::security
