#include "meter/security/meter_security.hpp"

#include "dlms/security/secret.hpp"
#include "meter/security/certificate_setup.hpp"

namespace blathy::meter::security {
namespace {

constexpr KeyMemory::Records key_records = {RecordId::keys_data_collection, RecordId::keys_management,
                                            RecordId::keys_firmware, RecordId::keys_pre_established,
                                            RecordId::dedicated_keys};

constexpr std::array roles_with_keys = {Role::data_collection, Role::management, Role::firmware, Role::pre_established};

bool is_known(const KeyOctets& key, const KeyOctets& demo) {
    return demo.size() > 0 && dlms::security::same_secret(key, demo);
}

}  // namespace

MeterSecurity::MeterSecurity(Store& store, const dlms::security::SystemTitle& server_title, const SecurityPorts& ports,
                             SecurityEvents& events)
    : server_title_(server_title),
      events_(events),
      entropy_(ports.entropy != nullptr ? *ports.entropy : no_entropy_),
      keys_(store, ports.device_key, key_records, events),
      pairs_(store, ports.device_key),
      certificates_(store),
      guesses_(store, RecordId::password_guesses) {
    keys_.mount();
    guesses_.mount(0);
    finish_import(pairs_, certificates_, server_title_);
}

Surroundings MeterSecurity::around(CertificateTime now) {
    return {keys_, pairs_, certificates_, guesses_, entropy_, events_, server_title_, now};
}

bool MeterSecurity::provision_demo_keys() {
    for (const Role role : roles_with_keys) {
        // Keys of its own that have rotted are no reason for those that everybody knows.
        if (keys_.has_context(role) || keys_.lost(role)) continue;
        if (!keys_.change(role, demo_keys(role))) return false;
    }
    return true;
}

bool MeterSecurity::has_demo_keys() const {
    for (const Role role : roles_with_keys) {
        const auto keys = keys_.keys(role);
        if (!keys) continue;
        const ContextKeys demo = demo_keys(role);
        if (is_known(keys->unicast, demo.unicast) || is_known(keys->master, demo.master) ||
            is_known(keys->authentication, demo.authentication) || is_known(keys->broadcast, demo.broadcast) ||
            is_known(keys->password, demo.password) || is_known(keys->hls_secret, demo.hls_secret)) {
            return true;
        }
    }
    return false;
}

}  // namespace blathy::meter::security
