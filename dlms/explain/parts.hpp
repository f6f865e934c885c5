// The pieces of the explainer, each for one layer. A layer only calls those above it in this list, so nothing that
// is read can make it recurse.
#pragma once

#include "dlms/explain/tree.hpp"

namespace blathy::dlms::explaining {

// One value of the `Data` CHOICE.
void explain_data(Tree& tree);
// A date-time octet-string or an empty one, as A-XDR octet-string.
void explain_date_time(Tree& tree, std::string_view name);
// The twelve octets as "2021-12-01 Wed 00:00:00 UTC+02:00".
void write_date_time(TextWriter& out, Bytes octets);

// InitiateRequest, InitiateResponse, ConfirmedServiceError and the services with logical names. False, and nothing
// read, when the tag is of another kind. `name` of the node is the service with its choice, "get-request-normal".
bool explain_service(Tree& tree);

// Eight octets, of which the first three are the manufacturer's FLAG letters.
void write_system_title(TextWriter& out, Bytes title);

// The ciphered APDUs glo-, ded- and general-; an APDU that is only authenticated is explained too.
bool explain_ciphered(Tree& tree);
// What checking a tag or a signature found out, below the octets of it.
void explain_verification(Tree& tree, const Result<Bytes, Undeciphered>& checked, std::size_t start,
                          std::size_t length);
// What general-ciphering and general-signing begin with: transaction, titles, date-time, other information.
void explain_general_header(Tree& tree);

// AARQ, AARE, RLRQ, RLRE.
bool explain_acse(Tree& tree);

// One whole APDU up to the end of `tree`'s octets, with its own errors.
void explain_any_apdu(Tree& tree);

}  // namespace blathy::dlms::explaining
