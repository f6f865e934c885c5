// What holds for the explanation of any octets at all.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "explain_support.hpp"

namespace blathy::dlms {
namespace {

using explain_test::nodes_of;
using explain_test::Octets;
using explain_test::OwnedNode;

constexpr Protocol protocols[] = {Protocol::apdu, Protocol::wrapper, Protocol::hdlc, Protocol::iec62056_21};

std::vector<OwnedNode> explain_as(Protocol protocol, Bytes octets) {
    return explain_test::collect(octets, [&](Bytes input, Sink sink) { explain(input, protocol, sink); });
}

std::size_t errors_in(const std::vector<OwnedNode>& nodes) {
    return static_cast<std::size_t>(
        std::count_if(nodes.begin(), nodes.end(), [](const OwnedNode& node) { return node.error; }));
}

std::string text_of(const std::vector<OwnedNode>& nodes) {
    std::string text;
    for (const OwnedNode& node : nodes) text += explain_test::to_line(node) + '\n';
    return text;
}

// Empty if the nodes are a tree within the input, in document order; else what is wrong.
std::string flaw_in(const std::vector<OwnedNode>& nodes, std::size_t input_size) {
    if (nodes.empty()) return "no nodes";
    if (nodes.size() > max_nodes + 1) return "too many nodes";
    std::vector<const OwnedNode*> parents;
    std::size_t last_offset = 0;
    for (const OwnedNode& node : nodes) {
        const std::size_t end = node.offset + node.length;
        if (end > input_size) return "beyond the input: " + explain_test::to_line(node);
        if (node.offset < last_offset && node.depth > 0) {
            const bool bit = node.length <= 4 && node.offset >= parents.back()->offset;
            if (!bit) return "out of order: " + explain_test::to_line(node);
        }
        last_offset = node.offset;
        if (node.depth > parents.size()) return "no parent: " + explain_test::to_line(node);
        parents.resize(node.depth);
        if (!parents.empty()) {
            const OwnedNode& parent = *parents.back();
            if (node.offset < parent.offset || end > parent.offset + parent.length) {
                return "outside its parent: " + explain_test::to_line(node);
            }
        }
        parents.push_back(&node);
        if (node.name.empty()) return "no name";
    }
    return {};
}

TEST(Explain, WholeVectorsHaveNoError) {
    for (const std::string_view vector : explain_test::valid_vectors) {
        const auto nodes = nodes_of(explain_test::from_hex(vector));
        EXPECT_EQ(errors_in(nodes), 0U) << vector << '\n' << text_of(nodes);
        EXPECT_EQ(flaw_in(nodes, explain_test::from_hex(vector).size()), "") << vector << '\n' << text_of(nodes);
    }
}

TEST(Explain, EveryTruncationMarksOneError) {
    for (const std::string_view vector : explain_test::valid_vectors) {
        const Octets octets = explain_test::from_hex(vector);
        const Protocol protocol = guess_protocol(octets);
        for (std::size_t size = 0; size < octets.size(); ++size) {
            // A copy of its own, so that a read beyond it is seen by AddressSanitizer.
            const Octets cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
            const auto nodes = explain_as(protocol, cut);
            EXPECT_EQ(errors_in(nodes), 1U) << vector << " cut to " << size << '\n' << text_of(nodes);
            EXPECT_EQ(flaw_in(nodes, size), "") << vector << " cut to " << size << '\n' << text_of(nodes);
        }
    }
}

TEST(Explain, SurplusOctetsAreAnError) {
    for (const std::string_view vector : explain_test::valid_vectors) {
        Octets octets = explain_test::from_hex(vector);
        if (guess_protocol(octets) != Protocol::apdu) continue;
        octets.push_back(0x55);
        const auto nodes = nodes_of(octets);
        EXPECT_EQ(errors_in(nodes), 1U) << vector << '\n' << text_of(nodes);
        EXPECT_EQ(nodes.back().value, "1 octet too many: 55");
        EXPECT_EQ(nodes.back().offset, octets.size() - 1);
    }
}

rc::Gen<Octets> damaged_vector() {
    return rc::gen::map(
        rc::gen::tuple(rc::gen::elementOf(std::vector<std::string_view>(std::begin(explain_test::valid_vectors),
                                                                        std::end(explain_test::valid_vectors))),
                       rc::gen::container<std::vector<std::tuple<std::uint8_t, std::uint32_t, std::uint8_t>>>(
                           rc::gen::tuple(rc::gen::inRange<std::uint8_t>(0, 4), rc::gen::arbitrary<std::uint32_t>(),
                                          rc::gen::arbitrary<std::uint8_t>()))),
        [](const auto& drawn) {
            Octets octets = explain_test::from_hex(std::get<0>(drawn));
            for (const auto& [kind, place, octet] : std::get<1>(drawn)) {
                const auto at = octets.begin() + static_cast<std::ptrdiff_t>(place % (octets.size() + 1));
                if (kind == 0) {
                    octets.insert(at, octet);
                } else if (at == octets.end()) {
                    continue;
                } else if (kind == 1) {
                    octets.erase(at);
                } else {
                    *at = octet;
                }
            }
            return octets;
        });
}

RC_GTEST_PROP(ExplainProperty, DamagedVectorsGiveATreeWithinTheInput, ()) {
    const Octets octets = *damaged_vector();
    for (const Protocol protocol : protocols) {
        const auto nodes = explain_as(protocol, octets);
        const std::string flaw = flaw_in(nodes, octets.size());
        if (!flaw.empty()) RC_FAIL(flaw + "\n" + text_of(nodes));
    }
}

RC_GTEST_PROP(ExplainProperty, AnyOctetsGiveATreeWithinTheInput, (const Octets& octets)) {
    for (const Protocol protocol : protocols) {
        const auto nodes = explain_as(protocol, octets);
        const std::string flaw = flaw_in(nodes, octets.size());
        if (!flaw.empty()) RC_FAIL(flaw + "\n" + text_of(nodes));
    }
}

RC_GTEST_PROP(ExplainProperty, SummariesFitTheirBuffer, (std::uint8_t room)) {
    const Octets octets = *damaged_vector();
    std::vector<char> buffer(room);
    RC_ASSERT(summary(octets, buffer).size() <= buffer.size());
}

TEST(Explain, NestingBeyondTheLimitIsAnError) {
    Octets octets = explain_test::from_hex("C401C100");
    for (int i = 0; i < 5000; ++i) octets.insert(octets.end(), {0x02, 0x01});
    octets.push_back(0x00);
    const auto nodes = nodes_of(octets);
    EXPECT_EQ(errors_in(nodes), 1U);
    EXPECT_EQ(flaw_in(nodes, octets.size()), "");
    EXPECT_EQ(nodes[nodes.size() - 2].value, "nested deeper than 16 levels");
    EXPECT_EQ(nodes.back().name, "undecoded");
    EXPECT_EQ(nodes.back().offset + nodes.back().length, octets.size());
}

TEST(Explain, AnApduInAnApduInAnApduIsNotFollowed) {
    Octets octets;
    for (int i = 0; i < 1000; ++i) octets.insert(octets.end(), {0xE6, 0x00, 0x00});
    const auto nodes = nodes_of(octets);
    EXPECT_EQ(errors_in(nodes), 1U);
    EXPECT_LT(nodes.size(), 10U);
}

TEST(Explain, AnEndlessExplanationEndsWithOneNodeThatSaysSo) {
    Octets octets = explain_test::from_hex("C401C100018300FFFF");
    octets.resize(octets.size() + 0xFFFF);  // null-data
    const auto nodes = nodes_of(octets);
    ASSERT_EQ(nodes.size(), max_nodes + 1);
    EXPECT_EQ(nodes.back().name, "node limit");
    EXPECT_EQ(nodes.back().offset + nodes.back().length, octets.size());
    EXPECT_EQ(flaw_in(nodes, octets.size()), "");
}

// array 65535 {array 65535 {null-data}}: elements that take no octets, 4 milliards of them.
TEST(Explain, ElementsWithoutOctetsDoNotGoOnForEver) {
    const auto nodes = nodes_of(explain_test::from_hex("C401C100 13 01FFFF 01FFFF 01FFFF 00 01 00"));
    EXPECT_EQ(nodes.size(), max_nodes + 1);
    const auto alone = nodes_of(explain_test::from_hex("C401C100 13 00 01 00"));
    EXPECT_EQ(errors_in(alone), 1U) << text_of(alone);
}

}  // namespace
}  // namespace blathy::dlms
