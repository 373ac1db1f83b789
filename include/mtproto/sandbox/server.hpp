// The network side: connections, key exchanges, sessions, and who is told what.
#pragma once

#include "mtproto/crypto/rsa.hpp"
#include "mtproto/sandbox/calls.hpp"
#include "mtproto/sandbox/layers.hpp"
#include "mtproto/session/server_engine.hpp"
#include "mtproto/session/server_handshake.hpp"
#include "mtproto/transport/any_server.hpp"
#include "mtproto/transport/endpoint.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::sandbox::detail {

namespace asio = boost::asio;
using asio::ip::tcp;
using tl::bytes_view;

using session_key = std::pair<std::uint64_t, std::uint64_t>; ///< auth key id, session id

/// One accepted connection. Lives as long as its coroutine or a write.
struct connection
{
    connection(tcp::socket socket, transport::server_options options, session::server_handshake_options exchange,
               crypto::random_source& random, int which)
        : stream(std::move(socket), std::move(options), random), handshake(exchange, random), dc(which)
    {
    }

    transport::any_server_connection stream;
    session::server_handshake handshake;
    int dc;
    bool open = true;
    std::vector<std::byte> last_exchange{}; ///< the packet that finished the last key exchange
    std::set<session_key> sessions{};       ///< that were seen here; they may have moved on since
};

using connection_ptr = std::shared_ptr<connection>;
using timer_entry = std::pair<session::time_point, session_key>;

struct session_record
{
    std::unique_ptr<session::server_engine> engine{};
    std::weak_ptr<connection> on{}; ///< where it was seen last
    int dc = 0;
    bool wants_updates = false;
    bool missed = false; ///< updates were left out while it was away
    session::time_point seen{};
    std::optional<session::time_point> scheduled{}; ///< its entry in server::due_
};

/// Everything runs on one strand, under one mutex that the owner's calls take too.
class server : public std::enable_shared_from_this<server>
{
public:
    server(asio::any_io_executor executor, options settings, crypto::rsa_private_key key)
        : strand_(asio::make_strand(executor)), key_(std::move(key)), at(std::move(settings), random_), timer_(strand_)
    {
        clock_ = session::server_clock::from_system();
        clock_.offset_ns += at.settings.clock_offset * 1'000'000'000;
        clock_.known = true;
        transport_.direct = true;
        for (auto const& text : at.settings.secrets)
            transport_.secrets.push_back(transport::mtproxy_secret::parse(text).value());
    }

    result<transport::endpoint> listen(const std::string& ip, std::uint16_t port, int dc);
    void stop();

    const crypto::rsa_private_key& key() const noexcept { return key_; }
    std::int32_t unix_now() const { return static_cast<std::int32_t>(clock_.unix_seconds(now())); }
    /// Sends what the world has to tell. Call without the lock; the work is done on the strand.
    void wake();

    void cut_connections();
    void rotate_salts();
    void misbehave(fault_plan plan)
    {
        std::lock_guard const lock(mutex);
        faults_ = plan;
        draws_ = 0;
        for (auto& [id, s] : sessions_) {
            s.engine->resend_after(repeat_after());
            schedule(id, s);
        }
    }
    fault_counts faults() const noexcept { return struck_; }
    std::uint64_t changes() const noexcept { return changes_; }
    void changed() noexcept { ++changes_; }

    std::mutex mutex; ///< guards everything but listen() and stop()

private:
    crypto::system_random random_;
    asio::strand<asio::any_io_executor> strand_;
    crypto::rsa_private_key key_;

public:
    office at;
    layer_book layers;

private:
    static session::time_point now()
    {
        return session::time_point(
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()));
    }

    static asio::awaitable<void> accept(std::shared_ptr<server> self, std::shared_ptr<tcp::acceptor> acceptor, int dc);
    static asio::awaitable<void> serve(std::shared_ptr<server> self, connection_ptr with);

    bool on_frame(const connection_ptr& with, const transport::frame& frame);
    bool on_exchange(const connection_ptr& with, bytes_view packet);
    bool on_packet(const connection_ptr& with, std::uint64_t key_id, const transport::frame& frame);
    session_record& session_of(const session_key& id, const key_record& key, const connection_ptr& with);
    void serve_requests(const session_key& id, const connection_ptr& with);
    void answer_request(const session_key& id, session_record& in, const session::request& asked, const connection& with);
    void answer_control(const session_key& id, session_record& in, const session::control& asked);
    void deliver(const session_key* origin);
    void push(const session_key& id, session_record& to, bytes updates);
    void flush(const session_key& id, session_record& from);
    void send_all(const connection_ptr& to, session::server_engine& from);
    void send_badly(const connection_ptr& to, session::server_engine& from);
    void send(const connection_ptr& to, bytes_view packet) { send(to, std::span(&packet, 1)); }
    void send(const connection_ptr& to, std::span<const bytes_view> packets);
    void send_later(const connection_ptr& to, std::vector<std::byte> packet);
    void fail(const connection_ptr& to, std::int32_t code);
    void close(const connection_ptr& which);
    /// Sees to it that a session's timer is looked at in time.
    void schedule(const session_key& id, session_record& which);
    void arm();
    void on_timer();

    const tl::schema::schema& schema_of(const key_record& key)
    {
        auto const layer = key.layer != 0 ? key.layer : at.keys.principal(const_cast<key_record&>(key)).layer;
        return layers.of(layer);
    }
    /// What gets lost on a connection that stays is only found again by repeating it.
    session::duration repeat_after() const noexcept { return std::chrono::seconds(faults_.drop_percent > 0 ? 1 : 0); }
    std::uint64_t draw() { return mix(faults_.seed, ++draws_, 0xfa17); }
    bool strikes(int percent) { return percent > 0 && static_cast<int>(draw() % 100) < percent; }
    bool strikes(int percent, int& count) { return strikes(percent) && ++count != 0; }
    void log(const std::string& line)
    {
        if (at.settings.log)
            at.settings.log(line);
    }

    session::server_clock clock_;
    transport::server_options transport_;
    std::vector<std::shared_ptr<tcp::acceptor>> acceptors_;
    std::list<std::weak_ptr<connection>> connections_;
    std::map<std::uint64_t, session::salt_schedule> salts_;
    std::map<session_key, session_record> sessions_;
    asio::steady_timer timer_;
    /// When to look at which session, one entry each. It may come too early, or for a session that is gone: a look finds out.
    std::set<timer_entry> due_{};
    std::optional<session::time_point> armed_{}; ///< when timer_ ends
    session::time_point swept_{};                ///< when sessions without a connection were looked at
    std::vector<std::byte> scratch_;
    std::array<std::vector<std::byte>, 16> packets_{}; ///< on their way out, encrypted together
    fault_plan faults_{};
    fault_counts struck_{};
    std::uint64_t changes_ = 0;
    std::uint64_t draws_ = 0;
    bool stopped_ = false;
};

} // namespace mtproto::sandbox::detail
