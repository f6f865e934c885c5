#include "apps/blathy/client/push_printer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "apps/blathy/client/target.hpp"
#include "dlms/names.hpp"

namespace blathy::apps {
namespace {

using station::CaptureObject;
using station::Notification;
using station::Push;

dlms::DateTime date_time_of(std::chrono::system_clock::time_point time) {
    const auto whole = std::chrono::floor<std::chrono::milliseconds>(time);
    return dlms::local_date_time(whole, 0, 0);
}

// "1-0:1.8.0.255", with the attribute where it is not the value.
std::string name_of(const CaptureObject& source) {
    std::string name = station::obis_text(source.attribute.instance);
    if (source.attribute.attribute != 2) name += "/" + std::to_string(source.attribute.attribute);
    if (source.data_index != 0) name += "#" + std::to_string(source.data_index);
    return name;
}

std::string_view type_of(const Push& push) {
    if (!push.notification) return "error";
    return push.notification->kind == Notification::Kind::data ? "data-notification" : "event-notification";
}

struct Line {
    std::string name;
    std::string value;
    std::string description;
};

std::vector<Line> lines_of(const Notification& notification, const OutputOptions& options) {
    std::vector<Line> lines;
    for (const auto& [source, value] : pushed_values(notification)) {
        lines.push_back({source ? name_of(*source) : "#" + std::to_string(lines.size() + 1),
                         to_text(*value, options.style()),
                         source ? description_of(source->attribute.instance) : std::string()});
    }
    return lines;
}

std::string text_record(const std::string& received, const std::string& peer, const Push& push,
                        const OutputOptions& options) {
    std::string text =
        received + "  " + peer + "  " + std::to_string(push.source) + " -> " + std::to_string(push.destination) + "  ";
    text += type_of(push);
    if (!push.notification) {
        text += ": " + station::escaped(push.notification.error().text) + "\n";
        if (!push.apdu.empty()) text += "  " + station::hex_text(push.apdu) + "\n";
        return text;
    }
    const Notification& notification = *push.notification;
    if (notification.kind == Notification::Kind::data) text += " " + std::to_string(notification.invoke.id());
    if (notification.time) text += " of " + station::iso_text(shown_as(*notification.time, options.time));
    text += "\n";
    const auto lines = lines_of(notification, options);
    std::size_t width = 0;
    for (const Line& line : lines) width = std::max(width, line.name.size());
    for (const Line& line : lines) {
        text += "  " + line.name + std::string(width - line.name.size(), ' ') + "  " + line.value;
        if (!line.description.empty()) text += "  (" + line.description + ")";
        text += "\n";
    }
    return text;
}

std::string json_record(const std::string& received, const std::string& peer, const Push& push,
                        const OutputOptions& options) {
    using station::json_string;
    std::string json = "{\"received\":" + json_string(received) + ",\"peer\":" + json_string(peer);
    json += ",\"source\":" + std::to_string(push.source) + ",\"destination\":" + std::to_string(push.destination);
    json += ",\"type\":" + json_string(type_of(push));
    if (!push.notification) {
        json += ",\"error\":" + json_string(push.notification.error().text);
        return json + ",\"apdu\":\"" + station::hex_text(push.apdu) + "\"}\n";
    }
    const Notification& notification = *push.notification;
    if (notification.kind == Notification::Kind::data) {
        json += ",\"invoke_id\":" + std::to_string(notification.invoke.id());
        json += ",\"confirmed\":";
        json += notification.wants_confirmation() ? "true" : "false";
    }
    json += ",\"time\":";
    json += notification.time ? json_string(station::iso_text(shown_as(*notification.time, options.time))) : "null";
    json += ",\"values\":[";
    bool first = true;
    for (const auto& [source, value] : pushed_values(notification)) {
        json += first ? "{" : ",{";
        first = false;
        if (source) {
            json += "\"obis\":" + json_string(station::obis_text(source->attribute.instance));
            json += ",\"class\":" + std::to_string(source->attribute.class_id);
            json += ",\"attribute\":" + std::to_string(source->attribute.attribute);
            json += ",\"data_index\":" + std::to_string(source->data_index) + ",";
        }
        json += "\"value\":";
        append_json(json, *value, options.style());
        json += "}";
    }
    return json + "]}\n";
}

std::string csv_cell(std::string_view text) {
    std::string cell = "\"";
    for (const char character : text) {
        if (character == '"') cell += '"';
        cell += character;
    }
    return cell + "\"";
}

// The values in one cell, "name=value; name=value": how many there are differs from push to push.
std::string csv_record(const std::string& received, const std::string& peer, const Push& push,
                       const OutputOptions& options) {
    std::string values;
    std::string time;
    std::string invoke;
    if (push.notification) {
        for (const Line& line : lines_of(*push.notification, options)) {
            values += (values.empty() ? "" : "; ") + line.name + "=" + line.value;
        }
        if (push.notification->time) time = station::iso_text(shown_as(*push.notification->time, options.time));
        if (push.notification->kind == Notification::Kind::data) {
            invoke = std::to_string(push.notification->invoke.id());
        }
    } else {
        values = station::escaped(push.notification.error().text);
    }
    std::string line = received + "," + peer + "," + std::to_string(push.source) + ",";
    line += std::to_string(push.destination) + ",";
    line += type_of(push);
    return line + "," + invoke + "," + time + "," + csv_cell(values) + "\n";
}

}  // namespace

PushPrinter::PushPrinter(const OutputOptions& options, std::FILE* file) : options_(options), file_(file) {
    if (options_.format == Format::csv) (void)write("received,peer,source,destination,type,invoke_id,time,values\n");
}

bool PushPrinter::write(const std::string& text) {
    if (error_ != 0) return false;
    errno = 0;
    // Each record at once: who reads them wants to know now.
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0) {
        error_ = errno == 0 ? EIO : errno;
    }
    return error_ == 0;
}

bool PushPrinter::print(std::chrono::system_clock::time_point received, const std::string& peer, const Push& push) {
    const auto shown = options_.time == station::TimeShown::local ? station::TimeShown::local : station::TimeShown::utc;
    const std::string time = station::iso_text(shown_as(date_time_of(received), shown));
    switch (options_.format) {
        case Format::text:
            return write(text_record(time, peer, push, options_));
        case Format::json:
            return write(json_record(time, peer, push, options_));
        case Format::csv:
            return write(csv_record(time, peer, push, options_));
    }
    return false;
}

bool PushPrinter::finish() {
    if (error_ != 0 && error_ != EPIPE) complain(std::string("can't write the output: ") + std::strerror(error_));
    return error_ == 0;
}

}  // namespace blathy::apps
