#include "apps/blathy/keys/agreement.hpp"

#include <fmt/format.h>

#include "apps/blathy/keys/key_change.hpp"
#include "station/key_agreement.hpp"

namespace blathy::apps {
namespace {

using station::Error;
using station::ErrorKind;
using station::GlobalKey;
using Key = station::Security::Key;

class Agreement {
  public:
    Agreement(const KeyChangeOptions& options, ChosenKeys keys)
        : options_(options), file_(std::move(keys.file)), client_(std::move(keys.client)) {}

    int run();

  private:
    // None: `exit_code_` says why.
    std::optional<std::vector<Key>> agree();
    // Whether the meter still takes the keys of before, as far as that can be tried.
    void look_what_became_of_it() const;

    const KeyChangeOptions& options_;
    KeyFile file_;
    ClientKeys client_;
    std::vector<const KeyKind*> kinds_;
    int exit_code_ = exit_failed;
};

int Agreement::run() {
    if (file_.has_pending()) {
        return complain(
            {}, Error{ErrorKind::usage, 0,
                      options_.common.keys + " has keys of a transfer that was not finished; finish that first, with "
                                             "`blathy keys transfer`"});
    }
    if (!dlms::security::curve_of(client_.security.suite)) {
        return complain({}, Error{ErrorKind::usage, 0,
                                  "these keys are of security suite 0, and key agreement is of suite 1 or 2; `blathy "
                                  "keys transfer` gives a meter new keys of any suite"});
    }
    for (const KeyKind& kind : key_kinds) {
        if (options_.has(kind)) kinds_.push_back(&kind);
    }
    // The keys are nowhere but in this file afterwards: that it can be written is found out before.
    if (const auto saved = file_.save(); !saved) return complain({}, saved.error());
    const auto keys = agree();
    if (!keys) return exit_code_;
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
        file_.set_field(kinds_[i]->field, station::hex_text(keys->at(i)));
    }
    if (const auto saved = file_.save(); !saved) {
        return complain("the meter has new keys, and they could not be kept", saved.error());
    }
    fmt::print("The meter has new keys of client {}, and so has {}\n", client_.sap, options_.common.keys);
    return std::fflush(stdout) == 0 ? exit_ok : exit_failed;
}

std::optional<std::vector<Key>> Agreement::agree() {
    CommonOptions common = options_.common;
    common.sign = true;
    std::vector<GlobalKey> wanted;
    for (const KeyKind* kind : kinds_) wanted.push_back(static_cast<GlobalKey>(kind->id));
    std::optional<std::vector<Key>> keys;
    bool may_have_changed = false;
    exit_code_ = with_client(common, [&](station::Client& client) -> int {
        auto agreed = station::agree_on_keys(client, client_.security.counter_object, wanted);
        if (agreed) {
            keys = std::move(*agreed);
            return exit_ok;
        }
        may_have_changed = agreed.error().may_have_changed;
        return complain("the agreement on keys", agreed.error().error);
    });
    if (may_have_changed) look_what_became_of_it();
    return keys;
}

void Agreement::look_what_became_of_it() const {
    complain("looking which keys the meter has: the ones of before, or others whose other half was lost on its way");
    if (!takes_broadcasts_only(client_) && keys_open_meter(options_, client_)) {
        const bool is_told = options_.has(key_kinds[0]) || options_.has(key_kinds[2]);
        complain(is_told ? "the meter has the keys of before"
                         : "the keys that open the meter are as they were; agree again on the others");
        return;
    }
    complain(
        "the meter may have keys that nobody knows; agree on them again, as a client whose own keys still open the "
        "meter, or give the meter others with `blathy keys --renew`");
}

}  // namespace

void add_agreement_command(CLI::App& keys, int& exit_code) {
    CLI::App* command = keys.add_subcommand(
        "agree",
        "Agree with a meter that runs on new keys (IC 64, key_agreement; from suite 1 on)\n\n"
        "Both sides make ephemeral keys and sign them; nobody else can know what comes of them, not even who has the\n"
        "master key. Requests are signed, as with --sign. The key list is written anew when the meter has them.");
    auto options = std::make_shared<KeyChangeOptions>();
    add_key_change_options(*command, *options);
    command->footer(std::string("Examples:\n"
                                "  blathy keys agree tcp://192.0.2.7 --keys meter.json\n"
                                "  blathy keys agree tcp://192.0.2.7 --keys meter.json --of 'data collection' --kinds "
                                "master\n") +
                    exit_codes);
    command->callback([options, &exit_code] {
        auto chosen = choose_keys(*options);
        exit_code = chosen ? Agreement(*options, std::move(*chosen)).run() : complain({}, chosen.error());
    });
}

}  // namespace blathy::apps
