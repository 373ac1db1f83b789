// The data centre's side of an encrypted session, without I/O.
// https://core.telegram.org/mtproto/description, https://core.telegram.org/mtproto/service_messages
#pragma once

#include "mtproto/crypto/auth_key.hpp"
#include "mtproto/session/compression.hpp"
#include "mtproto/session/container.hpp"
#include "mtproto/session/detail/fifo.hpp"
#include "mtproto/session/detail/node_pool.hpp"
#include "mtproto/session/message_id.hpp"
#include "mtproto/session/packet.hpp"
#include "mtproto/session/received_ids.hpp"
#include "mtproto/session/salts.hpp"
#include "mtproto/tl/encode.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace mtproto::session {

/// Options of server_engine.
struct server_engine_options
{
    server_clock clock{};
    /// Results and updates of at least so many bytes are compressed if that makes them smaller; 0: never.
    std::size_t gzip_threshold = 1024;
    crypto::gzip_limits inflate{};
    duration ack_delay = std::chrono::seconds(1);
    /// What is not acknowledged for so long is sent again without a new connection; 0: only with a new
    /// connection.
    duration resend_after{};
    /// Instead of an answer above so many bytes, a repetition sends msg_detailed_info; 0: never (several
    /// clients do not fetch what it announces).
    std::size_t detailed_info_above = 0;
    std::size_t max_container_size = std::size_t(1) << 20;
    std::size_t duplicate_window = 4096;
    /// Messages kept for want of an acknowledgement; the oldest go first.
    std::size_t max_unacknowledged = 4096;
    /// How long a call may wait for the one that invokeAfterMsg names.
    duration after_timeout = std::chrono::seconds(10);
};

/// A call of the client's, to be answered by server_engine::reply() or reply_error() with the same msg_id.
struct request
{
    std::int64_t msg_id = 0;
    bytes body{};                      ///< boxed, inflated, without invokeAfterMsg
    std::vector<std::int64_t> after{}; ///< what it waited for; these calls have been answered
};

/// The client asks to end another of its sessions: answer with reply_destroy_session().
struct destroy_session_request
{
    std::uint64_t session_id = 0;
};
/// The client asks to forget its key: answer with reply_destroy_auth_key().
struct destroy_auth_key_request
{
    std::int64_t msg_id = 0;
};
/// The client does not wait for a call any more (rpc_drop_answer): whoever works on it may stop. It is answered already.
struct dropped_request
{
    std::int64_t msg_id = 0; ///< of the call
};
using control = std::variant<destroy_session_request, destroy_auth_key_request, dropped_request>;

/// One session of one client: decrypted packets go in, requests come out; answers and updates go in, packets
/// come out.
///
/// After any input take next_packet() until it gives none. `salts` and `random` must outlive the engine; the
/// salts may be shared by all sessions of a key. Not thread safe.
class server_engine
{
public:
    server_engine(server_engine_options options, crypto::auth_key key, std::uint64_t session_id,
                  salt_schedule& salts, random_source& random);

    /// A connection is there, or gone. A new engine counts as connected. With a new connection everything
    /// that was not acknowledged is sent again, under its old identifier.
    void connected(time_point now);
    void disconnected(time_point now);

    /// Takes a packet of this session. An error means that the client breaks the protocol: drop the
    /// connection.
    result<> receive(const plain_packet& packet, time_point now);
    /// The same, still encrypted.
    result<> receive(bytes_view packet, time_point now);
    /// The same for several packets that came together, which are decrypted interleaved: `outcome(const
    /// result<>&)` hears of each, in order, and stops the rest by returning false.
    template <class Outcome>
    void receive(std::span<const bytes_view> packets, time_point now, Outcome&& outcome);
    std::optional<request> next_request();
    std::optional<control> next_control();

    /// Answers a request with a boxed result, or with an rpc_error; once, anything after that is ignored.
    void reply(std::int64_t msg_id, bytes_view result, time_point now);
    void reply_error(std::int64_t msg_id, int code, std::string_view text, time_point now);
    void reply_destroy_session(std::uint64_t session_id, bool existed);
    void reply_destroy_auth_key(const mt::DestroyAuthKeyRes& result);
    /// Sends a boxed Updates, kept until the client acknowledges it.
    void push(bytes_view updates, time_point now);
    /// Any message that needs no acknowledgement.
    void notify(bytes_view object);

    /// Everything that is due, as one packet in `out`. False: nothing is, or there is no connection.
    bool next_packet(bytes& out, time_point now);
    /// The same for several packets, encrypted interleaved: at most `out.size()` and 16, and no further one after
    /// 4 MB. Returns how many there are; 0: nothing is due.
    std::size_t next_packets(std::span<bytes> out, time_point now);
    /// A request's body that is done with: the next request, or answer, uses its memory.
    void recycle(bytes buffer) { spare_.give(std::move(buffer)); }
    std::optional<time_point> next_timer() const;
    void tick(time_point now);

    /// Changes server_engine_options::resend_after for what is sent from now on.
    void resend_after(duration wait) noexcept { options_.resend_after = wait; }
    /// When the client wants to be disconnected unless it pings again (ping_delay_disconnect).
    std::optional<time_point> disconnect_at() const noexcept { return disconnect_at_; }
    /// What the client said last about how long an HTTP answer may be held back.
    const std::optional<mt::http_wait>& http_wait() const noexcept { return http_wait_; }
    std::uint64_t session_id() const noexcept { return session_id_; }
    std::size_t unacknowledged() const noexcept { return unacked_.size(); }
    /// Requests without an answer.
    std::size_t running() const noexcept { return running_; }

private:
    struct outgoing
    {
        std::int32_t seqno = 0;
        bool content = false;
        message_kind kind = message_kind::notice;
        std::int64_t answers = 0; // the request's msg_id, if this is its answer
        bytes body{};
        time_point sent_at{};
        bool whole = false; // asked for by msg_resend_req: to be repeated itself, not announced
    };
    struct known_request
    {
        enum class stage : std::uint8_t
        {
            running,
            answered,
            failed,
            dropped,
        } at = stage::running;
        std::int64_t answer_id = 0; // 0: not sent yet
    };
    struct waiting_request
    {
        request call{};
        time_point until{};
    };

    // server_engine_receive.hpp
    bool is_acceptable(const plain_packet& packet, time_point now);
    void on_message(const message_view& m, time_point now);
    bool on_service(const message_view& m, std::uint32_t id, bytes_view body, time_point now);
    void on_duplicate(const message_view& m, time_point now);
    void on_state_request(std::int64_t req_msg_id, bytes_view body);
    void on_resend_request(bytes_view body);
    void on_drop(std::int64_t msg_id, std::int64_t req_msg_id);
    void on_request(const message_view& m, bytes_view body, time_point now);
    void on_ping(std::int64_t msg_id, std::int64_t ping_id);
    void bad_msg(std::int64_t msg_id, std::int32_t seqno, int code);
    bool is_ready(const request& r) const;
    bool has_failed_dependency(const request& r) const;
    void release_waiting(time_point now);

    // server_engine_send.hpp
    template <class T>
    void answer(const T& object);
    void finish(std::int64_t msg_id, known_request::stage how, bytes rpc_result);
    void acknowledge(std::int64_t msg_id, time_point now);
    void on_acknowledged(std::int64_t msg_id);
    void forget_old_requests();
    /// The packet that is being put together. Bodies live in `storage` or among the engine's messages.
    struct batch
    {
        std::vector<message_view> messages{};
        detail::buffer_row storage{};
        std::size_t size = 0;
    };
    bool unsealed_packet(bytes& out, time_point now);
    bytes result_of(std::int64_t msg_id, std::size_t size);
    bool fits(const batch& b, std::size_t size) const;
    void put(batch& b, std::int64_t msg_id, std::int32_t seqno, bytes_view body);
    template <class T>
    void put_service(batch& b, message_kind kind, const T& object, std::int64_t unix_ns);
    void put_repetitions(batch& b, time_point now);
    void put_announcement(batch& b, std::int64_t msg_id, const outgoing& m, time_point now);
    void put_fresh(batch& b, time_point now);
    void put_acks(batch& b, time_point now);
    void mark_sent(outgoing& m, time_point now);

    server_engine_options options_;
    crypto::auth_key key_;
    std::uint64_t session_id_;
    salt_schedule& salts_;
    random_source& random_;
    message_id_generator ids_;
    seqno_generator seqnos_;
    received_ids received_;

    bool connected_ = true;
    std::optional<std::int64_t> first_msg_id_; // of this session, once something was accepted
    std::unique_ptr<detail::node_pool> pool_ = std::make_unique<detail::node_pool>(); // of the maps' nodes
    template <class T>
    using by_id =
        std::map<std::int64_t, T, std::less<>, detail::pool_allocator<std::pair<const std::int64_t, T>>>;
    by_id<known_request> requests_{detail::pool_allocator<int>(*pool_)};
    std::size_t running_ = 0;
    detail::fifo<request> queue_;
    std::vector<waiting_request> waiting_;
    detail::fifo<control> controls_;
    detail::fifo<outgoing> fresh_;                                 // never sent
    by_id<outgoing> unacked_{detail::pool_allocator<int>(*pool_)}; // content that was sent
    std::set<std::int64_t> resend_;                                // of unacked_: to be sent again
    std::vector<std::int64_t> acks_;
    time_point ack_at_{};
    time_point resend_at_ = (time_point::max)();
    std::optional<time_point> disconnect_at_;
    std::optional<mt::http_wait> http_wait_;

    // memory that is used again
    bytes scratch_;
    open_many_scratch opened_;
    std::vector<message_view> messages_;
    batch batch_;
    detail::spare_buffers spare_;
};

inline server_engine::server_engine(server_engine_options options, crypto::auth_key key,
                                    std::uint64_t session_id, salt_schedule& salts, random_source& random)
    : options_(std::move(options)), key_(std::move(key)), session_id_(session_id), salts_(salts),
      random_(random), received_(options_.duplicate_window)
{
}

inline void server_engine::connected(time_point)
{
    connected_ = true;
    disconnect_at_.reset();
    for (auto const& [id, m] : unacked_)
        resend_.insert(id);
}

inline void server_engine::disconnected(time_point)
{
    connected_ = false;
    disconnect_at_.reset();
}

inline result<> server_engine::receive(bytes_view data, time_point now)
{
    auto const packet = open(key_, crypto::direction::client_to_server, data, scratch_);
    if (!packet)
        return packet.error();
    return receive(*packet, now);
}

template <class Outcome>
void server_engine::receive(std::span<const bytes_view> packets, time_point now, Outcome&& outcome)
{
    open_many(
        key_, crypto::direction::client_to_server, packets, opened_, [&](const result<plain_packet>& packet) {
            return static_cast<bool>(outcome(packet ? receive(*packet, now) : result<>(packet.error())));
        });
}

inline std::optional<request> server_engine::next_request()
{
    if (queue_.empty())
        return std::nullopt;
    return queue_.pop_front();
}

inline std::optional<control> server_engine::next_control()
{
    if (controls_.empty())
        return std::nullopt;
    return controls_.pop_front();
}

inline std::optional<time_point> server_engine::next_timer() const
{
    auto at = connected_ ? resend_at_ : (time_point::max)();
    if (connected_ && !acks_.empty())
        at = (std::min)(at, ack_at_);
    for (auto const& w : waiting_)
        at = (std::min)(at, w.until);
    if (disconnect_at_)
        at = (std::min)(at, *disconnect_at_);
    return at == (time_point::max)() ? std::nullopt : std::optional(at);
}

} // namespace mtproto::session

#include "mtproto/session/server_engine_receive.hpp"
#include "mtproto/session/server_engine_send.hpp"
