#include "meter/server/association.hpp"

#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

constexpr security::Offer offer{management_logical_device, server_conformance, max_receive_pdu_size};

}  // namespace

security::Caller Association::caller(const Meter& meter) const {
    return {client_sap_, server_sap_, origin_, meter.uptime_s()};
}

Association Association::towards(Role role) {
    Association association(client_sap_of(role), management_logical_device);
    association.secured_.act_for(role);
    return association;
}

void Association::open(Meter& meter, Bytes aarq, ByteWriter& out) {
    secured_.open(meter.secured(), offer, caller(meter), aarq, out);
}

bool Association::open_pre_established(Meter& meter) {
    return client_sap_ == client_sap_of(Role::pre_established) &&
           secured_.open_pre_established(meter.secured(), offer, caller(meter));
}

void Association::release(Meter& meter, Bytes rlrq, ByteWriter& out) {
    secured_.release(meter.secured(), rlrq, out);
}

dlms::ActionResult Association::reply_to_hls(Meter& meter, Bytes parameters, dlms::DataWriter& returned) {
    return secured_.reply_to_hls(meter.secured(), caller(meter), parameters, returned);
}

}  // namespace blathy::meter
