// The master side as a library: everything a program needs to read, write and listen to DLMS/COSEM meters.
// Installed as <blathy/station.hpp>; docs/library.md begins with an example.
#pragma once

#include "station/client.hpp"                 // one association with one meter
#include "station/error.hpp"                  // why something did not work
#include "station/format.hpp"                 // values as text and JSON
#include "station/key_agreement.hpp"          // new keys that both sides agree on
#include "station/notification.hpp"           // what meters say unasked
#include "station/object_list.hpp"            // what a meter holds
#include "station/profile.hpp"                // rows of load profiles, billing profiles and event logs
#include "station/push_receiver.hpp"          // pushes out of the octets of a connection
#include "station/readout.hpp"                // what an optical port tells without DLMS
#include "station/security/counter_file.hpp"  // invocation counters that outlive the program
#include "station/security/security.hpp"      // keys, authentication and protection
#include "station/url.hpp"                    // where a meter is
#include "station/value.hpp"                  // COSEM values
