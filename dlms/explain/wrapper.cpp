#include "dlms/wrapper.hpp"

#include "dlms/explain/parts.hpp"

namespace blathy::dlms {
namespace {

using explaining::Tree;
using explaining::Value;

void say_port(TextWriter& out, std::uint64_t port) {
    out << port;
    if (port == 1) out << " (management)";
    if (port == 16) out << " (public client)";
}

void explain_wpdu(Tree& tree, const std::optional<WrapperHeader>& header, std::size_t size) {
    Value value;
    if (header) value << header->source << " -> " << header->destination << ", apdu of " << header->length;
    tree.group("wpdu", value.view(), tree.position(), size, [&] {
        if (!tree.need("version", 2)) return;
        if (tree.peek(0) != 0 || tree.peek(1) != wrapper_version) {
            return tree.fail("version", "not 1", tree.position(), 2);
        }
        (void)tree.field("version", 2);
        (void)tree.field("source-wport", 2, say_port);
        (void)tree.field("destination-wport", 2, say_port);
        const auto length = static_cast<std::size_t>(tree.field("length", 2));
        if (tree.ok()) tree.within("apdu", length, [&] { explaining::explain_any_apdu(tree); });
    });
}

}  // namespace

void explain_wrapper(Bytes wpdus, Sink sink, std::optional<Decipher> decipher) {
    Tree tree(wpdus, sink, decipher);
    do {
        const auto header = read_wrapper_header(tree.rest());
        const std::size_t size = header ? WrapperHeader::size + header->length : tree.remaining();
        const auto wpdu = [&] {
            (void)tree.contain([&] { explain_wpdu(tree, header, std::min(size, tree.remaining())); });
        };
        if (size > tree.remaining()) {
            wpdu();
        } else {
            tree.within("wpdu", size, wpdu);
        }
    } while (tree.ok() && !tree.at_end());
}

}  // namespace blathy::dlms
