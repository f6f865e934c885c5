#include "apps/blathy/keys/transfer.hpp"

#include <fmt/format.h>

#include "apps/blathy/keys/key_change.hpp"
#include "dlms/security/key_wrap.hpp"
#include "dlms/security/suite.hpp"
#include "station/security/entropy.hpp"

namespace blathy::apps {
namespace {

using station::Error;
using station::ErrorKind;
using station::Octets;
using station::Value;

constexpr const char* master_field = "kek";

class Transfer {
  public:
    Transfer(const KeyChangeOptions& options, ChosenKeys keys)
        : options_(options), file_(std::move(keys.file)), client_(std::move(keys.client)) {}

    int run();

  private:
    enum class Sent : std::uint8_t {
        no,       // there was no association
        refused,  // the meter has the keys of before
        taken,
        unknown,  // the answer was lost, or is none
    };
    enum class Settled : std::uint8_t { as_before, renewed, no };

    // Sends what is pending, wrapped with this master key.
    Sent send(const std::string& master_digits);
    // Finds out which keys the meter has, and leaves those alone in the file.
    Settled settle();
    Settled settle_by_association();
    Settled settle_by_sending_again();
    [[nodiscard]] bool save() const {
        const auto saved = file_.save();
        if (!saved) (void)complain({}, saved.error());
        return saved.has_value();
    }
    // What is pending is in force now.
    [[nodiscard]] bool adopt() {
        file_.swap_pending();
        file_.drop_pending();
        return save();
    }
    [[nodiscard]] bool make_keys();

    const KeyChangeOptions& options_;
    KeyFile file_;
    ClientKeys client_;
};

int Transfer::run() {
    if (file_.has_pending() && settle() == Settled::no) return exit_failed;
    if (!make_keys() || !save()) return exit_failed;
    const Sent sent = send(file_.field(master_field));
    if (sent == Sent::no || sent == Sent::refused) {
        file_.drop_pending();
        return save() && sent == Sent::refused ? exit_refused : exit_failed;
    }
    if (sent == Sent::unknown) {
        const Settled settled = settle();
        if (settled != Settled::renewed) return settled == Settled::as_before ? exit_refused : exit_failed;
    } else if (!adopt()) {
        return exit_failed;
    }
    fmt::print("The meter has new keys of client {}, and so has {}\n", client_.sap, options_.common.keys);
    return std::fflush(stdout) == 0 ? exit_ok : exit_failed;
}

bool Transfer::make_keys() {
    station::SystemEntropy entropy;
    for (const KeyKind& kind : key_kinds) {
        if (!options_.has(kind)) continue;
        auto key = station::Security::Key::of_size(dlms::security::key_size(client_.security.suite));
        if (!entropy.fill(key.room())) {
            complain("there is no randomness for keys");
            return false;
        }
        file_.set_pending(kind.field, station::hex_text(key));
    }
    return true;
}

Transfer::Sent Transfer::send(const std::string& master_digits) {
    const Octets master = station::parse_hex(master_digits).value_or(Octets{});
    Value::Items wrapped_keys;
    for (const KeyKind& kind : key_kinds) {
        const Octets key = station::parse_hex(file_.pending(kind.field)).value_or(Octets{});
        if (key.empty()) continue;
        Octets wrapped(key.size() + dlms::security::wrap_overhead);
        if (!dlms::security::wrap_key(master, key, wrapped)) {
            complain("the list has no master key (kek) of the client, with which keys are wrapped");
            return Sent::no;
        }
        wrapped_keys.push_back(station::structure_value({station::unsigned_value(dlms::DataTag::enumerated, kind.id),
                                                         station::octet_string_value(std::move(wrapped))}));
    }
    const Value parameters = station::array_value(std::move(wrapped_keys));
    const dlms::MethodDescriptor key_transfer{64, dlms::Obis(0, 0, 43, 0, client_.security.counter_object), 2};
    Sent sent = Sent::no;
    (void)with_client(options_.common, [&](station::Client& client) -> int {
        const auto done = client.call(key_transfer, parameters);
        if (done) {
            sent = Sent::taken;
            return exit_ok;
        }
        const ErrorKind kind = done.error().kind;
        const bool is_refusal = kind == ErrorKind::refused || kind == ErrorKind::not_negotiated ||
                                kind == ErrorKind::limit || kind == ErrorKind::usage;
        sent = is_refusal ? Sent::refused : Sent::unknown;
        return complain("the transfer of keys", done.error());
    });
    return sent;
}

Transfer::Settled Transfer::settle() {
    complain("looking which keys the meter has: the ones of before, or those that were on their way to it");
    const bool opens = file_.has_pending("ek") || file_.has_pending("ak");
    const Settled settled =
        opens && !takes_broadcasts_only(client_) ? settle_by_association() : settle_by_sending_again();
    if (settled == Settled::as_before) complain("the meter has the keys of before");
    if (settled == Settled::renewed) complain("the meter has the new keys");
    if (settled == Settled::no) {
        complain("that can't be found out now; " + options_.common.keys +
                 " keeps both, and the next transfer tries again");
    }
    return settled;
}

Transfer::Settled Transfer::settle_by_association() {
    for (const Settled settled : {Settled::as_before, Settled::renewed}) {
        if (keys_open_meter(options_, client_)) {
            file_.drop_pending();
            return save() ? settled : Settled::no;
        }
        file_.swap_pending();
        if (!save()) return Settled::no;
    }
    return Settled::no;
}

Transfer::Settled Transfer::settle_by_sending_again() {
    // Under the master key of before, or under the new one if that has come into force.
    for (const std::string& master : {file_.field(master_field), file_.pending(master_field)}) {
        if (!master.empty() && send(master) == Sent::taken) return adopt() ? Settled::renewed : Settled::no;
    }
    return Settled::no;
}

}  // namespace

void add_transfer_command(CLI::App& keys, int& exit_code) {
    CLI::App* command = keys.add_subcommand(
        "transfer",
        "Give a meter that runs new random keys, wrapped with the master key (IC 64, key_transfer)\n\n"
        "The key list is written anew: before, with the new keys beside the old ones, and when the meter has taken\n"
        "them, with the new ones alone. When the answer is lost, it is tried which of them the meter has.");
    auto options = std::make_shared<KeyChangeOptions>();
    add_key_change_options(*command, *options);
    command->footer(
        std::string(
            "Examples:\n"
            "  blathy keys transfer tcp://192.0.2.7 --keys meter.json\n"
            "  blathy keys transfer tcp://192.0.2.7 --keys meter.json --of 'data collection' --kinds master\n") +
        exit_codes);
    command->callback([options, &exit_code] {
        auto chosen = choose_keys(*options);
        exit_code = chosen ? Transfer(*options, std::move(*chosen)).run() : complain({}, chosen.error());
    });
}

}  // namespace blathy::apps
