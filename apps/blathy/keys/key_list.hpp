// Key lists: what the clients of meters prove themselves and protect their APDUs with.
//
//   {"server_title": "424C590000000001",
//    "clients": [{"sap": 1, "role": "management", "mechanism": 5, "suite": 0, "system_title": "424C590000000101",
//                 "ek": "00..", "ak": "D0..", "password": "3132..", "hls_secret": "6162..", "mechanisms": [1, 5, 6],
//                 "counter_object": 0,
//                 "signing_key": "..", "server_signing_key": "..", "agreement_key": "..", "server_agreement_key": "..",
//                 "certificate": "..", "kek": "..", "bk": "..", "policy": 108}],
//    "meter_signing_key": "..", "meter_agreement_key": ".."}
//
// `mechanism` is the one that a client uses unless it is told another one, `mechanisms` are all that the meter takes.
// A client may have `pending` keys, which are on their way to the meter (key_file.hpp).
// The last two are the meter's own private keys, for a meter that is to be set by the list; no meter tells them.
//
// or an array of such objects. Octets are in hexadecimal, and what a mechanism does not need may be left out. The list
// comes from a file, from a directory of such files, or from the environment; never from the command line, which every
// user of the machine can see. Nothing of it appears in a message.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "station/security/security.hpp"

namespace blathy::apps {

struct ClientKeys {
    std::uint16_t sap = 0;
    std::string role;
    station::Security security;  // without protection and counters, which are the user's choice
    station::Octets password;    // of low-level security
    station::Octets hls_secret;  // of mechanisms 3, 4 and 6
    std::vector<dlms::Mechanism> mechanisms;
    // For the meter itself, and for who transfers keys to it.
    station::Security::Key broadcast;
    std::optional<std::uint8_t> policy;  // of IC 64
};

struct MeterKeys {
    std::optional<station::SystemTitle> server_title;
    dlms::security::PrivateKey signing_key;
    dlms::security::PrivateKey agreement_key;
    std::vector<ClientKeys> clients;
};

using KeyList = std::vector<MeterKeys>;

inline constexpr const char* keys_variable = "BLATHY_KEYS";

// `name` is for messages.
Result<KeyList, station::Error> parse_keys(std::string_view json, const std::string& name);
// The file, or all files *.json of the directory. What others can read is refused.
Result<KeyList, station::Error> read_keys(const std::filesystem::path& path);
// From `option`, or when that is empty from the environment, which holds a path or the list itself. None: neither.
Result<std::optional<KeyList>, station::Error> find_keys(const std::string& option);

// The meter with this system title in hexadecimal; of an empty one the only meter there is.
Result<const MeterKeys*, station::Error> select_meter(const KeyList& keys, const std::string& title);
// The pre-established client: there is no association to be made.
bool takes_broadcasts_only(const ClientKeys& client);

// Mechanisms 3, 4 and 6, whose proof is made of a secret.
bool is_of_hls_secret(dlms::Mechanism mechanism);
// The password or secret of this mechanism; empty for one that has none. A list without `hls_secret` has that of
// its client's mechanism in `password`.
const station::Octets& secret_of(const ClientKeys& client, dlms::Mechanism mechanism);

// The client with this address or role ("management", "Data collection"). None: there is no such client.
const ClientKeys* select_client(const MeterKeys& meter, std::string_view name);

}  // namespace blathy::apps
