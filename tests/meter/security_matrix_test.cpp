// The access matrix from the wire: every attribute and method of every object of every model as every role, against the
// one table that it is made from, under whatever protection and policy. What the table names is tried by each service
// that there is for it: one at a time, in lists, and by ACCESS.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "dlms/apdu/access.hpp"
#include "dlms/apdu/set.hpp"
#include "dlms/security/signing.hpp"
#include "meter/models/models.hpp"

#include "tests/meter/security_testing.hpp"
#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;
using dlms::security::Curve;
using dlms::security::KeyPair;
using dlms::security::KeySet;
using dlms::security::Protection;
using dlms::security::ServiceKey;
using dlms::security::Suite;
using security::demo_keys;
using security::testing::HeadEndOf;
using test::Bench;
using test::Client;
using test::hex;
using test::Octets;

constexpr std::uint8_t strict = 0x6C;  // requests and answers authenticated and encrypted
constexpr std::uint8_t authenticated_only = 0x24;
constexpr std::uint8_t requests_only = 0x0C;
constexpr std::uint8_t signed_too = 0xFC;
constexpr std::uint8_t signed_requests = 0x1C;

// What no attribute and no method takes: a bit string of one bit.
const Octets unfit = hex("040180");
constexpr int denied = 3;
// The answer has begun, and more of it comes in blocks.
constexpr int in_blocks = -2;

// One thing that a client may try.
struct Attempt {
    std::uint8_t operation = Rights::read;
    std::uint16_t class_id = 0;
    Obis name;
    std::int8_t member = 0;
    Rights rights;
    bool is_method = false;
    bool in_list = true;  // of the role's objects
};

std::string text_of(const Attempt& attempt) {
    return std::string(dlms::ObisText(attempt.name).view()) + (attempt.is_method ? " method " : " attribute ") +
           std::to_string(int{attempt.member}) + " operation " + std::to_string(attempt.operation);
}

std::vector<Attempt> attempts_at(const Object& object, Role role) {
    std::vector<Attempt> attempts;
    const std::uint16_t class_id = object.interface_class->id;
    const bool listed = is_listed(object, role);
    attempts.push_back(
        {Rights::read, class_id, object.name, 1, {listed ? Rights::read : std::uint8_t{0}}, false, listed});
    for (const Attribute& attribute : object.interface_class->attributes) {
        const Rights rights = rights_of(object, attribute, role);
        attempts.push_back({Rights::read, class_id, object.name, attribute.id, rights, false, listed});
        attempts.push_back({Rights::write, class_id, object.name, attribute.id, rights, false, listed});
    }
    for (const Method& method : object.interface_class->methods) {
        attempts.push_back(
            {Rights::call, class_id, object.name, method.id, rights_of(object, method, role), true, listed});
    }
    return attempts;
}

// Whether something of the object is of a kind that was not there yet.
bool has_kind_beyond(std::set<AccessKind>& kinds, const Object& object) {
    bool is_new = kinds.insert(object.access).second;
    for (const Attribute& attribute : object.interface_class->attributes) {
        if (attribute.access != AccessKind::of_object) is_new = kinds.insert(attribute.access).second || is_new;
    }
    for (const Method& method : object.interface_class->methods) {
        if (method.access != AccessKind::of_object) is_new = kinds.insert(method.access).second || is_new;
    }
    return is_new;
}

// How attempts travel.
enum class Service : std::uint8_t { single, list, access };

Octets descriptor_of(const Attempt& attempt) {
    Octets octets(9);
    ByteWriter out(octets);
    write(out, dlms::AttributeDescriptor{attempt.class_id, attempt.name, attempt.member});
    return octets;
}

void add(Octets& to, const Octets& octets) {
    to.insert(to.end(), octets.begin(), octets.end());
}

Octets single_request(const Attempt& attempt) {
    const std::uint8_t tag = attempt.is_method ? 0xC3 : attempt.operation == Rights::write ? 0xC1 : 0xC0;
    Octets request = {tag, 0x01, 0xC1};
    add(request, descriptor_of(attempt));
    request.push_back(attempt.is_method ? 0x01 : 0x00);
    if (tag != 0xC0) add(request, unfit);
    return request;
}

// All of the same operation.
Octets list_request(const std::vector<Attempt>& attempts) {
    const bool reads = !attempts[0].is_method && attempts[0].operation == Rights::read;
    const std::uint8_t tag = attempts[0].is_method ? 0xC3 : reads ? 0xC0 : 0xC1;
    const std::uint8_t with_list = tag == 0xC1 ? 0x04 : 0x03;
    const auto count = static_cast<std::uint8_t>(attempts.size());
    Octets request = {tag, with_list, 0xC1, count};
    for (const Attempt& attempt : attempts) {
        add(request, descriptor_of(attempt));
        if (!attempt.is_method) request.push_back(0x00);
    }
    if (reads) return request;
    request.push_back(count);
    for (std::size_t i = 0; i < attempts.size(); ++i) add(request, unfit);
    return request;
}

Octets access_request(const std::vector<Attempt>& attempts) {
    const auto count = static_cast<std::uint8_t>(attempts.size());
    Octets request = hex("D9 40000001 00");
    request.push_back(count);
    for (const Attempt& attempt : attempts) {
        request.push_back(attempt.is_method ? 3 : attempt.operation);
        add(request, descriptor_of(attempt));
    }
    request.push_back(count);
    for (const Attempt& attempt : attempts) {
        add(request, !attempt.is_method && attempt.operation == Rights::read ? Octets{0x00} : unfit);
    }
    return request;
}

// The result of each attempt, 0 for success; empty if the answer is none of the service.
std::vector<int> results_of(const Octets& answer) {
    std::vector<int> results;
    if (answer.empty()) return results;
    if (answer[0] == 0xE0 || (answer[0] == 0xC4 && answer.size() > 1 && answer[1] == 2)) return {in_blocks};
    if (const auto get = dlms::read_get_response(answer)) {
        if (const auto* normal = std::get_if<dlms::GetResponseNormal>(&*get)) {
            return {static_cast<int>(normal->result.result)};
        }
        const auto& list = std::get<dlms::GetResponseWithList>(*get).results;
        ByteReader in(list.encoded);
        for (std::size_t i = 0; i < list.count; ++i) {
            results.push_back(static_cast<int>(dlms::read_get_data_result(in).result));
        }
    } else if (const auto set = dlms::read_set_response(answer)) {
        if (const auto* normal = std::get_if<dlms::SetResponseNormal>(&*set)) return {static_cast<int>(normal->result)};
        for (const std::uint8_t result : std::get<dlms::SetResponseWithList>(*set).results) results.push_back(result);
    } else if (const auto action = dlms::read_action_response(answer)) {
        if (const auto* normal = std::get_if<dlms::ActionResponseNormal>(&*action)) {
            return {static_cast<int>(normal->outcome.result)};
        }
        const auto& list = std::get<dlms::ActionResponseWithList>(*action).outcomes;
        ByteReader in(list.encoded);
        for (std::size_t i = 0; i < list.count; ++i) {
            results.push_back(static_cast<int>(dlms::read_action_outcome(in).result));
        }
    } else if (const auto access = dlms::read_access_response(answer)) {
        ByteReader in(access->results.encoded);
        for (std::size_t i = 0; i < access->results.count; ++i) results.push_back(dlms::read_access_result(in).result);
    }
    return results;
}

struct MatrixCase {
    const Model* model;
    Role role;
    std::uint8_t policy;
    Protection protection;  // none: an association without ciphering
    Service service;
    bool is_signed;  // of suite 1; then an object for each kind of access, since a signature takes its time
};

// A head end of this role at a meter whose keys are set for the case.
class Matrix {
  public:
    explicit Matrix(const MatrixCase& of)
        : case_(of), bench(*of.model), client(bench.meter, client_sap_of(of.role)), head_end(client) {
        head_end.keys = demo_keys(of.role);
        head_end.peer_title = bench.meter.identity().system_title();
        if (head_end.keys.client_title) head_end.own_title = *head_end.keys.client_title;
        head_end.protection = of.protection;
        if (of.role == Role::public_client) return;
        head_end.keys.policy = of.policy;
        if (of.is_signed) set_signing_keys();
        if (!bench.meter.security().keys().change(of.role, head_end.keys)) std::abort();
    }

    // False: it is not let in.
    bool associate() {
        if (case_.role == Role::pre_established) return true;
        if (case_.protection == Protection::none) {
            return client.open(case_.role == Role::public_client ? "" : test::management_password, 0xFFFF,
                               test::all_conformance);
        }
        // What comes after pass 2 has to be signed where the policy says so.
        if (!case_.is_signed) return head_end.associate();
        if (head_end.open(dlms::Mechanism::high_level_gmac).code != 14) return false;
        const Octets answer = ask(head_end.pass_3(dlms::Mechanism::high_level_gmac));
        return answer.size() > 3 && answer[3] == 0;
    }

    Octets ask(const Octets& plain) {
        if (case_.protection == Protection::none) return client.send(plain);
        auto how = head_end.how();
        // ACCESS has no ciphered form of its own.
        if (plain[0] == 0xD9) how.general = dlms::ApduTag::general_glo_ciphering;
        Octets request = head_end.cipher(plain, how);
        if (case_.is_signed) request = sign(request);
        Octets answer = client.send(request);
        if (case_.is_signed) {
            const auto message = dlms::security::read_signed(answer);
            // An exception-response has no protected form, and blocks are signed as a whole.
            if (!message) return answer;
            EXPECT_TRUE(dlms::security::is_signed_by(*message, Curve::p256, server_.public_key));
            answer = Octets(message->content.begin(), message->content.end());
        }
        if (answer.empty()) return answer;
        return head_end.decipher(answer).value_or(answer);
    }

    const MatrixCase& case_;
    Bench bench;
    Client client;
    HeadEndOf<Client> head_end;

  private:
    void set_signing_keys() {
        head_end.keys.suite = Suite::p256_aes128_gcm;
        head_end.keys.client_title = head_end.own_title;
        client_ = dlms::security::generate_key_pair(Curve::p256, random_).value();
        server_ = dlms::security::generate_key_pair(Curve::p256, random_).value();
        auto& pairs = bench.meter.security().pairs();
        if (!pairs.set(Curve::p256, security::KeyPurpose::signature, server_) ||
            !pairs.set_client_keys(case_.role, {client_.public_key, {}})) {
            std::abort();
        }
    }
    Octets sign(Bytes content) {
        const Octets id = {0xAA, 0, 0, 0, 0, 0, 0, ++transaction_};
        Octets room(content.size() + 200);
        ByteWriter out(room);
        EXPECT_TRUE(dlms::security::write_signed(out, {id, head_end.own_title, head_end.peer_title, {}, {}}, content,
                                                 Curve::p256, client_.private_key, random_));
        room.resize(out.size());
        return room;
    }

    test::CountingEntropy random_;
    KeyPair client_;
    KeyPair server_;
    std::uint8_t transaction_ = 0;
};

// What one model is tried with. Combinations are dealt out, so that every role of every model is there in several ways,
// and every way at some model.
std::vector<MatrixCase> matrix() {
    struct Way {
        std::uint8_t policy;
        Protection protection;
    };
    constexpr std::array ways = {Way{0, Protection::authenticated},
                                 Way{strict, Protection::authenticated_and_encrypted},
                                 Way{0, Protection::authenticated_and_encrypted},
                                 Way{authenticated_only, Protection::authenticated},
                                 Way{authenticated_only, Protection::authenticated_and_encrypted},
                                 Way{strict, Protection::authenticated},
                                 Way{requests_only, Protection::authenticated_and_encrypted}};
    constexpr std::array services = {Service::single, Service::list, Service::access};
    std::vector<MatrixCase> cases;
    std::size_t dealt = 0;
    std::size_t number = 0;
    for (const Model* model : all_models()) {
        cases.push_back({model, Role::public_client, 0, Protection::none, services[number % 3], false});
        for (const Role role : {Role::data_collection, Role::management, Role::firmware, Role::pre_established}) {
            if (role != Role::pre_established) {
                cases.push_back({model, role, 0, Protection::none, services[dealt % 3], false});
            }
            for (int i = 0; i < 2; ++i, ++dealt) {
                const Way& way = ways[dealt % ways.size()];
                cases.push_back({model, role, way.policy, way.protection, services[dealt % 3], false});
            }
            if ((number + static_cast<std::size_t>(role)) % 2 != 0) continue;
            const std::uint8_t policy = number % 2 == 0 ? signed_too : signed_requests;
            cases.push_back({model, role, policy, Protection::authenticated_and_encrypted, Service::access, true});
        }
        ++number;
    }
    return cases;
}

std::string name_of(const testing::TestParamInfo<MatrixCase>& of) {
    constexpr std::array services = {"Single", "List", "Access"};
    return std::string(of.param.model->name) + "Sap" + std::to_string(client_sap_of(of.param.role)) + "Policy" +
           std::to_string(of.param.policy) + "Protection" + std::to_string(static_cast<unsigned>(of.param.protection)) +
           services[static_cast<std::size_t>(of.param.service)] + std::to_string(of.index);
}

class AccessMatrix : public testing::TestWithParam<MatrixCase> {
  protected:
    // As the service of the case has them; one by one where an answer is too long to come at once.
    static std::vector<int> results(Matrix& matrix, const std::vector<Attempt>& attempts, Service service) {
        constexpr std::size_t most = 16;
        std::vector<int> all;
        const auto alone = [&](const Attempt& attempt) {
            const auto got = results_of(matrix.ask(single_request(attempt)));
            all.push_back(got.size() == 1 ? got[0] : -1);
        };
        std::size_t next = 0;
        while (next < attempts.size()) {
            std::size_t count = 1;
            const auto goes_along = [&](const Attempt& attempt) {
                const Attempt& first = attempts[next];
                return service == Service::access ||
                       (attempt.is_method == first.is_method && attempt.operation == first.operation);
            };
            while (next + count < attempts.size() && count < most && goes_along(attempts[next + count])) ++count;
            const std::vector<Attempt> batch(attempts.begin() + static_cast<std::ptrdiff_t>(next),
                                             attempts.begin() + static_cast<std::ptrdiff_t>(next + count));
            next += count;
            if (service == Service::single) {
                for (const Attempt& attempt : batch) alone(attempt);
                continue;
            }
            const auto got =
                results_of(matrix.ask(service == Service::access ? access_request(batch) : list_request(batch)));
            if (got.size() == batch.size() && got[0] != in_blocks) {
                all.insert(all.end(), got.begin(), got.end());
            } else {
                EXPECT_EQ(got, std::vector{in_blocks});
                for (const Attempt& attempt : batch) alone(attempt);
            }
        }
        return all;
    }
};
INSTANTIATE_TEST_SUITE_P(Security, AccessMatrix, testing::ValuesIn(matrix()), name_of);

TEST_P(AccessMatrix, IsWhatTheTableSaysOverTheWire) {
    const MatrixCase& of = GetParam();
    Matrix matrix(of);
    unsigned bits = security::request_bits(of.protection);
    if (of.is_signed) bits |= Rights::signed_request;
    const bool meets_policy = (of.policy & Rights::request & ~bits) == 0;
    if (!meets_policy) {
        // Nothing of it is served, whatever the table says.
        if (of.role != Role::pre_established) ASSERT_FALSE(matrix.associate());
        for (const Object& object : matrix.bench.meter.dictionary().objects().first(3)) {
            const Octets answer = matrix.ask(single_request(attempts_at(object, of.role)[0]));
            EXPECT_EQ(hex(answer).substr(0, 2), "D8");
        }
        return;
    }
    ASSERT_TRUE(matrix.associate());
    std::set<AccessKind> kinds;
    for (const Object& object : matrix.bench.meter.dictionary().objects()) {
        if (of.is_signed && !has_kind_beyond(kinds, object)) continue;
        auto attempts = attempts_at(object, of.role);
        if (of.service == Service::list) {
            std::stable_sort(attempts.begin(), attempts.end(), [](const Attempt& a, const Attempt& b) {
                return std::pair(a.is_method, a.operation) < std::pair(b.is_method, b.operation);
            });
        }
        const auto got = results(matrix, attempts, of.service);
        ASSERT_EQ(got.size(), attempts.size());
        for (std::size_t i = 0; i < attempts.size(); ++i) {
            const Attempt& attempt = attempts[i];
            const bool may = permits(attempt.rights, attempt.operation, static_cast<std::uint8_t>(bits)) &&
                             (attempt.in_list || attempt.operation != Rights::read || attempt.is_method);
            if (attempt.operation == Rights::read && !attempt.is_method) {
                EXPECT_EQ(got[i], may ? (got[i] == in_blocks ? in_blocks : 0) : denied) << text_of(attempt);
            } else {
                EXPECT_NE(got[i], 0) << text_of(attempt) << ": what was given fits nothing";
                EXPECT_EQ(got[i] != denied, may) << text_of(attempt);
            }
        }
    }
    EXPECT_TRUE(matrix.client.session().association().is_open());
}

// A broadcast reaches no more than an answered request of its role does: whatever it tries, nothing else changes, and
// nothing is said.
TEST(AccessMatrixOfBroadcasts, NothingIsSaidAndOnlyTheClockIsReached) {
    Bench bench;
    Client client(bench.meter, client_sap_of(Role::pre_established));
    HeadEndOf<Client> everybody(client);
    everybody.keys = demo_keys(Role::pre_established);
    everybody.peer_title = bench.meter.identity().system_title();
    everybody.own_title = *everybody.keys.client_title;
    Client manager(bench.meter, test::management_client_sap);
    ASSERT_TRUE(manager.open(test::management_password));
    const HeadEndOf<Client>::How how{
        Protection::authenticated_and_encrypted, ServiceKey::global, {}, KeySet::broadcast};
    std::size_t written = 0;
    for (const Object& object : bench.meter.dictionary().objects()) {
        const std::uint16_t class_id = object.interface_class->id;
        for (const Attribute& attribute : object.interface_class->attributes) {
            if (class_id == 8 || class_id == 15 || attribute.write == nullptr) continue;
            const std::string before = manager.value(class_id, object.name, attribute.id);
            if (before.size() < 2 || !before.starts_with("error")) {
                Octets request = {0xC1, 0x01, 0x81};
                add(request, descriptor_of({Rights::write, class_id, object.name, attribute.id, {}, false, true}));
                request.push_back(0x00);
                // Its own value with the last octet changed: of the right type, and another one.
                Octets value = before.starts_with("no normal") ? Octets{} : hex(before);
                if (value.size() < 2) continue;
                value.back() ^= 1;
                add(request, value);
                EXPECT_TRUE(client.send(everybody.cipher(request, how)).empty());
                EXPECT_EQ(manager.value(class_id, object.name, attribute.id), before)
                    << std::string(dlms::ObisText(object.name).view()) << " " << int{attribute.id};
                ++written;
            }
        }
    }
    EXPECT_GT(written, 50U);
    EXPECT_TRUE(client.send(everybody.cipher(hex("C1018100080000010000FF0300 10FF88"), how)).empty());
    EXPECT_EQ(bench.meter.clock().settings().time_zone_min, -120);
}

}  // namespace
}  // namespace blathy::meter
