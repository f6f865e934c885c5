// The front panel's server: its pages over HTTP, its live data over a WebSocket (docs/panel-protocol.md).
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/traffic.hpp"
#include "apps/blathy/panel/site_messages.hpp"
#include "base/result.hpp"

namespace blathy::apps {

class PanelServer final : public TrafficObserver {
  public:
    struct Setup {
        std::string host;
        std::uint16_t port = 0;
        std::vector<std::string> listen;  // URLs of the meter, for the page to show
        std::function<std::size_t()> connected_clients;
        const ScenarioPlayer* scenario = nullptr;  // that is played, if one is
    };

    // Listens at once. The error is a sentence.
    static Result<std::unique_ptr<PanelServer>, std::string> listen(const boost::asio::any_io_executor& executor,
                                                                    DeskMeter& desk, Setup setup);
    ~PanelServer() override;

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    void on_frame(std::string_view peer, Direction direction, Bytes frame) override;
    void on_push(std::string_view destination, std::string_view what, bool delivered) override;

  private:
    class Page;

    PanelServer(const boost::asio::any_io_executor& executor, DeskMeter& desk, Setup setup);
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);
    boost::asio::awaitable<void> tick();
    void tell_changes();
    void tell_if_new(std::string& known, std::string message);
    void to_all_pages(const std::string& message);

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer timer_;
    DeskMeter& desk_;
    Setup setup_;
    std::list<std::shared_ptr<Page>> pages_;
    std::size_t open_connections_ = 0;
    int log_messages_left_;  // in this second
    std::uint64_t skipped_log_messages_ = 0;
    EventFeed events_;
    // As pages know them.
    std::string controls_;
    std::string state_;
    std::string scenario_;
};

}  // namespace blathy::apps
