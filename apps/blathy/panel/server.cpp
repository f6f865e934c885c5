#include "apps/blathy/panel/server.hpp"

#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "apps/blathy/panel/assets.hpp"
#include "apps/blathy/panel/messages.hpp"

namespace blathy::apps {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds tick_period{100};
constexpr int ticks_per_wave = 5;
constexpr int ticks_per_second = 10;
constexpr int max_log_messages_per_second = 50;
constexpr std::size_t max_connections = 64;
constexpr std::size_t max_message_octets = 4096;  // from a page
// A page that does not read loses messages beyond these.
constexpr std::size_t max_waiting_messages = 256;
constexpr std::chrono::seconds http_timeout{30};

auto into(error_code& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

std::string_view content_type(std::string_view path) {
    if (path.ends_with(".html")) return "text/html; charset=utf-8";
    if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (path.ends_with(".css")) return "text/css; charset=utf-8";
    if (path.ends_with(".svg")) return "image/svg+xml";
    return "application/octet-stream";
}

Response respond(const Request& request, http::status status, std::string_view type, std::string_view body) {
    Response response{status, request.version()};
    response.set(http::field::content_type, std::string(type));
    response.set(http::field::cache_control, "no-cache");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy",
                 "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'");
    response.keep_alive(request.keep_alive());
    response.body() = body;
    response.prepare_payload();
    return response;
}

Response page_for(const Request& request) {
    if (request.method() != http::verb::get) {
        return respond(request, http::status::method_not_allowed, "text/plain", "only GET\n");
    }
    const std::string target(request.target());
    const std::string path = target == "/" ? "/index.html" : target.substr(0, target.find('?'));
    const auto found = assets().find(path);
    if (found != assets().end()) return respond(request, http::status::ok, content_type(path), found->second);
    if (assets().empty()) {
        return respond(request, http::status::service_unavailable, "text/plain",
                       "This program was built without its pages. `make build` builds both.\n");
    }
    return respond(request, http::status::not_found, "text/plain", "no such page\n");
}

// "http://" or "https://" and the very host and port that was asked: a page of another site must not reach the meter,
// nor one whose name was made to resolve to this address.
bool is_own_origin(const Request& request) {
    const auto origin = request[http::field::origin];
    if (origin.empty()) return true;  // no browser
    const std::string host(request[http::field::host]);
    return origin == "http://" + host || origin == "https://" + host;
}

bool is_numeric_or_local(std::string_view host) {
    if (host.starts_with('[')) return true;
    const std::string_view name = host.substr(0, host.rfind(':'));
    if (name == "localhost") return true;
    error_code error;
    (void)asio::ip::make_address(name, error);
    return !error;
}

}  // namespace

// A page that is connected: its messages, waiting to be sent.
class PanelServer::Page {
  public:
    explicit Page(websocket::stream<beast::tcp_stream> stream)
        : stream_(std::move(stream)), wake_(stream_.get_executor(), asio::steady_timer::time_point::max()) {}

    void send(std::string message) {
        if (waiting_.size() >= max_waiting_messages) return;
        waiting_.push_back(std::move(message));
        wake_.cancel();
    }

    // Sends what comes until the page is gone.
    asio::awaitable<void> write_loop() {
        error_code error;
        while (open_) {
            if (waiting_.empty()) {
                co_await wake_.async_wait(into(error));
                error.clear();
                continue;
            }
            const std::string message = std::move(waiting_.front());
            waiting_.pop_front();
            co_await stream_.async_write(asio::buffer(message), into(error));
            if (error) close();
        }
    }

    // The next message; none when the page is gone.
    asio::awaitable<std::optional<std::string>> read() {
        error_code error;
        beast::flat_buffer buffer;
        co_await stream_.async_read(buffer, into(error));
        if (error) co_return std::nullopt;
        co_return beast::buffers_to_string(buffer.data());
    }

    void close() {
        open_ = false;
        error_code ignored;
        beast::get_lowest_layer(stream_).socket().close(ignored);
        wake_.cancel();
    }

    websocket::stream<beast::tcp_stream>& stream() { return stream_; }

  private:
    websocket::stream<beast::tcp_stream> stream_;
    asio::steady_timer wake_;
    std::deque<std::string> waiting_;
    bool open_ = true;
};

PanelServer::PanelServer(const asio::any_io_executor& executor, DeskMeter& desk, Setup setup)
    : acceptor_(executor),
      timer_(executor),
      desk_(desk),
      setup_(std::move(setup)),
      log_messages_left_(max_log_messages_per_second),
      events_(desk) {}

PanelServer::~PanelServer() {
    for (const auto& page : pages_) page->close();
}

Result<std::unique_ptr<PanelServer>, std::string> PanelServer::listen(const asio::any_io_executor& executor,
                                                                      DeskMeter& desk, Setup setup) {
    const std::string where = setup.host + " port " + std::to_string(setup.port);
    error_code error;
    const auto address = asio::ip::make_address(setup.host, error);
    if (error) return fail("cannot open the panel at " + where + ": no such address");
    const tcp::endpoint endpoint(address, setup.port);
    std::unique_ptr<PanelServer> server(new PanelServer(executor, desk, std::move(setup)));
    tcp::acceptor& acceptor = server->acceptor_;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use) return fail("cannot open the panel at " + where + ": the port is taken");
    if (error) return fail("cannot open the panel at " + where + ": " + error.message());
    asio::co_spawn(executor, server->accept(), asio::detached);
    asio::co_spawn(executor, server->tick(), asio::detached);
    return server;
}

asio::awaitable<void> PanelServer::accept() {
    while (true) {
        error_code error;
        tcp::socket socket = co_await acceptor_.async_accept(into(error));
        if (error == asio::error::operation_aborted) co_return;
        if (error || open_connections_ >= max_connections) continue;
        asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> PanelServer::serve(tcp::socket socket) {
    ++open_connections_;
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer(max_message_octets * 4);
    error_code error;
    bool keep = true;
    std::shared_ptr<Page> page;
    while (keep) {
        Request request;
        stream.expires_after(http_timeout);
        co_await http::async_read(stream, buffer, request, into(error));
        if (error) break;
        const bool known_host = is_numeric_or_local(request[http::field::host]);
        if (websocket::is_upgrade(request) && request.target() == "/ws" && known_host && is_own_origin(request)) {
            stream.expires_never();
            websocket::stream<beast::tcp_stream> socket_stream(std::move(stream));
            socket_stream.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
            socket_stream.read_message_max(max_message_octets);
            co_await socket_stream.async_accept(request, into(error));
            if (!error) page = std::make_shared<Page>(std::move(socket_stream));
            break;
        }
        const bool refused = !known_host || request.target() == "/ws";
        const Response response =
            refused ? respond(request, http::status::forbidden, "text/plain", "only for the panel's own page\n")
                    : page_for(request);
        keep = response.keep_alive();
        co_await http::async_write(stream, response, into(error));
        if (error) break;
    }
    if (page) {
        pages_.push_back(page);
        page->send(hello_message(desk_, setup_.listen).dump());
        page->send(EventFeed::history_message(desk_).dump());
        page->send(state_message(desk_).dump());
        if (setup_.scenario != nullptr) page->send(scenario_message(*setup_.scenario).dump());
        asio::co_spawn(
            acceptor_.get_executor(), [page]() { return page->write_loop(); }, asio::detached);
        while (const auto message = co_await page->read()) {
            bool controls_changed = false;
            const std::string problem = obey(desk_, *message, controls_changed);
            if (!problem.empty()) page->send(error_message(problem).dump());
            if (controls_changed) {
                controls_ = controls_message(desk_).dump();
                to_all_pages(controls_);
            }
        }
        page->close();
        pages_.remove(page);
    }
    --open_connections_;
}

asio::awaitable<void> PanelServer::tick() {
    error_code error;
    timer_.expires_after(tick_period);
    for (int count = 1;; ++count) {
        co_await timer_.async_wait(into(error));
        if (error) co_return;
        timer_.expires_at(timer_.expiry() + tick_period);
        if (count % ticks_per_second == 0) {
            log_messages_left_ = max_log_messages_per_second;
            // The household and scenarios move the controls too.
            if (!pages_.empty()) tell_if_new(controls_, controls_message(desk_).dump());
        }
        if (pages_.empty()) {
            (void)desk_.take_pulses();
            (void)desk_.meter().take_sounds();
            events_ = EventFeed(desk_);
            continue;
        }
        to_all_pages(tick_message(desk_, setup_.connected_clients()).dump());
        if (count % ticks_per_wave == 0) to_all_pages(wave_message(desk_).dump());
        tell_changes();
    }
}

void PanelServer::on_frame(std::string_view peer, Direction direction, Bytes frame) {
    if (pages_.empty()) return;
    if (log_messages_left_ == 0) {
        ++skipped_log_messages_;
        return;
    }
    --log_messages_left_;
    Json message = log_message(desk_, peer, direction, frame);
    message["skipped"] = skipped_log_messages_;
    skipped_log_messages_ = 0;
    to_all_pages(message.dump());
}

void PanelServer::on_push(std::string_view destination, std::string_view what, bool delivered) {
    if (!pages_.empty()) to_all_pages(push_message(desk_, destination, what, delivered).dump());
}

void PanelServer::tell_changes() {
    if (const auto rows = events_.new_rows(desk_)) to_all_pages(rows->dump());
    tell_if_new(state_, state_message(desk_).dump());
    if (setup_.scenario != nullptr) tell_if_new(scenario_, scenario_message(*setup_.scenario).dump());
}

void PanelServer::tell_if_new(std::string& known, std::string message) {
    if (message == known) return;
    known = std::move(message);
    to_all_pages(known);
}

void PanelServer::to_all_pages(const std::string& message) {
    for (const auto& page : pages_) page->send(message);
}

}  // namespace blathy::apps
