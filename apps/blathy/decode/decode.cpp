#include "apps/blathy/decode/decode.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include "apps/blathy/client/decipherer.hpp"
#include "apps/blathy/decode/assembly.hpp"
#include "apps/blathy/decode/hex.hpp"
#include "apps/blathy/decode/pcap.hpp"
#include "apps/blathy/decode/render.hpp"
#include "apps/blathy/decode/segment.hpp"
#include "apps/blathy/decode/stream.hpp"

namespace blathy::apps {
namespace {

enum Outcome : int { decoded = 0, malformed = 1, unreadable = 2 };

constexpr std::size_t max_text_file = std::size_t{64} << 20U;
constexpr std::string_view standard_input = "-";

std::string title_of(const AssembledApdu& apdu) {
    return fmt::format("apdu of {}, put together from {} {}", apdu.octets.size(), apdu.parts, apdu.of);
}

// What became whole with a message, behind what is in the message itself.
nlohmann::ordered_json json_of(const AssembledApdu& apdu, bool& has_error, std::optional<dlms::Decipher> decipher) {
    return {{"name", "assembled-apdu"},
            {"value", title_of(apdu)},
            {"nodes", render_json(apdu.octets, dlms::Protocol::apdu, has_error, decipher)}};
}

bool print_text(std::ostream& out, const std::vector<AssembledApdu>& assembled,
                std::optional<dlms::Decipher> decipher) {
    bool has_error = false;
    for (const AssembledApdu& apdu : assembled) {
        out << '\n' << title_of(apdu) << '\n';
        has_error = render_text(out, apdu.octets, dlms::Protocol::apdu, decipher) || has_error;
    }
    return has_error;
}

int decode_octets(Bytes octets, const DecodeOptions& options, std::optional<dlms::Decipher> decipher,
                  std::ostream& out) {
    const dlms::Protocol protocol = options.protocol.value_or(dlms::guess_protocol(octets));
    const auto assembled = ApduAssembler().put("", octets, protocol);
    bool has_error = false;
    if (options.json) {
        auto nodes = render_json(octets, protocol, has_error, decipher);
        for (const AssembledApdu& apdu : assembled) nodes.push_back(json_of(apdu, has_error, decipher));
        out << to_text(nodes) << '\n';
    } else if (options.csv) {
        out << "part," << csv_header << '\n';
        has_error = render_csv(out, "input,", octets, protocol, decipher);
        for (const AssembledApdu& apdu : assembled) {
            has_error = render_csv(out, "assembled,", apdu.octets, dlms::Protocol::apdu, decipher) || has_error;
        }
    } else {
        has_error = render_text(out, octets, protocol, decipher);
        has_error = print_text(out, assembled, decipher) || has_error;
    }
    return has_error ? malformed : decoded;
}

int decode_text(std::string_view text, const DecodeOptions& options, std::optional<dlms::Decipher> decipher,
                std::ostream& out, std::ostream& err) {
    const auto octets = parse_hex(text);
    if (!octets) {
        fmt::print(err, "at character {}: {}\n", octets.error().position + 1, octets.error().reason);
        return unreadable;
    }
    if (octets->empty()) {
        err << "no octets\n";
        return unreadable;
    }
    return decode_octets(*octets, options, decipher, out);
}

std::string time_text(std::int64_t time_ns) {
    using namespace std::chrono;
    const sys_time<microseconds> time{floor<microseconds>(nanoseconds{time_ns})};
    const auto second = floor<seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                       (time - second).count());
}

class CapturePrinter {
  public:
    CapturePrinter(const DecodeOptions& options, std::optional<dlms::Decipher> decipher, std::ostream& out)
        : options_(options), decipher_(decipher), out_(out) {
        if (options_.json) out_ << '[';
        if (options_.csv) out_ << "message,time,transport,source,destination,part," << csv_header << '\n';
    }

    void print(const Message& message) {
        const dlms::Protocol protocol = options_.protocol.value_or(dlms::guess_protocol(message.octets));
        const std::string time = time_text(message.time_ns);
        const std::string_view transport = message.is_tcp ? "tcp" : "udp";
        const std::string source = to_string(message.source);
        const std::string destination = to_string(message.destination);
        ++count_;
        const auto assembled =
            assembler_.put(fmt::format("{} {}>{}", transport, source, destination), message.octets, protocol);
        if (options_.csv) {
            const std::string prefix = fmt::format("{},{},{},{},{},", count_, time, transport, source, destination);
            has_error_ = render_csv(out_, prefix + "input,", message.octets, protocol, decipher_) || has_error_;
            for (const AssembledApdu& apdu : assembled) {
                has_error_ =
                    render_csv(out_, prefix + "assembled,", apdu.octets, dlms::Protocol::apdu, decipher_) || has_error_;
            }
            return;
        }
        if (!options_.json) {
            fmt::print(out_, "{}#{} {} {} {} -> {}\n", count_ > 1 ? "\n" : "", count_, time, transport, source,
                       destination);
            has_error_ = render_text(out_, message.octets, protocol, decipher_) || has_error_;
            has_error_ = print_text(out_, assembled, decipher_) || has_error_;
            return;
        }
        nlohmann::ordered_json json{
            {"time", time}, {"transport", transport}, {"source", source}, {"destination", destination}};
        json["nodes"] = render_json(message.octets, protocol, has_error_, decipher_);
        for (const AssembledApdu& apdu : assembled) json["assembled"].push_back(json_of(apdu, has_error_, decipher_));
        out_ << (count_ > 1 ? ",\n" : "\n") << to_text(json);
    }

    int finish() {
        if (options_.json) out_ << "\n]\n";
        return has_error_ ? malformed : decoded;
    }
    [[nodiscard]] std::size_t count() const { return count_; }

  private:
    const DecodeOptions& options_;
    std::optional<dlms::Decipher> decipher_;
    std::ostream& out_;
    ApduAssembler assembler_;
    std::size_t count_ = 0;
    bool has_error_ = false;
};

int decode_capture(std::istream& file, const DecodeOptions& options, std::optional<dlms::Decipher> decipher,
                   std::ostream& out, std::ostream& err) {
    CaptureReader reader(file);
    CapturePrinter printer(options, decipher, out);
    MessageCollector collector(options.port, [&](const Message& message) { printer.print(message); });
    std::size_t packets = 0;
    std::optional<std::uint32_t> unknown_link_type;
    while (const auto packet = reader.next()) {
        ++packets;
        if (!knows_link_type(packet->link_type)) unknown_link_type = packet->link_type;
        if (const auto segment = read_segment(*packet)) collector.push(*segment);
    }
    collector.finish();
    const int outcome = printer.finish();
    if (!reader.error().empty()) fmt::print(err, "after packet {}: {}\n", packets, reader.error());
    if (printer.count() == 0) fmt::print(err, "no DLMS message in {} packets\n", packets);
    if (unknown_link_type) {
        fmt::print(err,
                   "packets of the link type {} are not understood: only Ethernet, raw IP, BSD loopback and Linux "
                   "cooked captures are\n",
                   *unknown_link_type);
    }
    // A file that stops in the middle of a packet still had all the others.
    return !reader.error().empty() && packets == 0 ? unreadable : outcome;
}

// What is left in `from`; none if that is longer than any text of octets.
std::optional<std::string> bounded_text(std::istream& from) {
    std::string text;
    std::array<char, 4096> piece{};
    while (from.read(piece.data(), piece.size()), from.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(from.gcount()));
        if (text.size() > max_text_file) return std::nullopt;
    }
    return text;
}

int decode_content(std::istream& content, const std::string& name, const DecodeOptions& options,
                   std::optional<dlms::Decipher> decipher, std::ostream& out, std::ostream& err) {
    std::array<char, 4> beginning{};
    content.read(beginning.data(), beginning.size());
    const auto size = static_cast<std::size_t>(content.gcount());
    content.clear();
    content.seekg(0);
    if (is_capture(as_bytes({beginning.data(), size}))) return decode_capture(content, options, decipher, out, err);
    const auto text = bounded_text(content);
    if (!text) {
        fmt::print(err, "{}: neither a capture nor a text of a reasonable size\n", name);
        return unreadable;
    }
    return decode_text(*text, options, decipher, out, err);
}

// Of what can be read but once, like a pipe: kept first.
int decode_pipe(std::istream& pipe, const std::string& name, const DecodeOptions& options,
                std::optional<dlms::Decipher> decipher, std::ostream& out, std::ostream& err) {
    auto kept = bounded_text(pipe);
    if (!kept) {
        fmt::print(err, "{}: more than {} MiB can only be read from a file\n", name, max_text_file >> 20U);
        return unreadable;
    }
    std::istringstream content(std::move(*kept));
    return decode_content(content, name, options, decipher, out, err);
}

int decode_file(const DecodeOptions& options, bool is_regular, std::optional<dlms::Decipher> decipher,
                std::ostream& out, std::ostream& err) {
    std::ifstream file(options.input, std::ios::binary);
    if (!file) {
        fmt::print(err, "{}: can't be opened\n", options.input);
        return unreadable;
    }
    return is_regular ? decode_content(file, options.input, options, decipher, out, err)
                      : decode_pipe(file, options.input, options, decipher, out, err);
}

// Characters that no hexadecimal text has.
bool looks_like_a_path(std::string_view input) {
    return input.find_first_of("/.") != std::string_view::npos;
}

int decode_input(const DecodeOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
    const auto keys = find_keys(options.keys);
    if (!keys) {
        fmt::print(err, "{}\n", keys.error().text);
        return unreadable;
    }
    std::optional<Decipherer> decipherer;
    if (*keys) decipherer.emplace(**keys);
    const auto open = [&](Bytes apdu) -> Result<Bytes, dlms::Undeciphered> {
        if (apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::general_signing)) {
            return decipherer->check_signature(apdu);
        }
        return decipherer->decipher(apdu).map([](const Decipherer::Found& found) { return found.shown; });
    };
    const auto decipher = decipherer ? std::optional<dlms::Decipher>(open) : std::nullopt;
    if (options.input == standard_input) return decode_pipe(in, "standard input", options, decipher, out, err);
    std::error_code ignored;
    const auto status = std::filesystem::status(options.input, ignored);
    if (std::filesystem::is_directory(status)) {
        fmt::print(err, "{}: is a directory\n", options.input);
        return unreadable;
    }
    if (std::filesystem::exists(status)) {
        return decode_file(options, std::filesystem::is_regular_file(status), decipher, out, err);
    }
    if (looks_like_a_path(options.input)) {
        fmt::print(err, "{}: no such file\n", options.input);
        return unreadable;
    }
    return decode_text(options.input, options, decipher, out, err);
}

}  // namespace

int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
    const int exit_code = decode_input(options, in, out, err);
    if (out.flush()) return exit_code;
    fmt::print(err, "the output could not be written\n");
    return unreadable;
}

}  // namespace blathy::apps
