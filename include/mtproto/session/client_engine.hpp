// The client's side of an encrypted session, without I/O.
// https://core.telegram.org/mtproto/description, https://core.telegram.org/mtproto/service_messages
#pragma once

#include "mtproto/crypto/auth_key.hpp"
#include "mtproto/session/bind.hpp"
#include "mtproto/session/compression.hpp"
#include "mtproto/session/container.hpp"
#include "mtproto/session/detail/fifo.hpp"
#include "mtproto/session/engine_options.hpp"
#include "mtproto/session/events.hpp"
#include "mtproto/session/message_id.hpp"
#include "mtproto/session/packet.hpp"
#include "mtproto/session/received_ids.hpp"
#include "mtproto/session/salts.hpp"
#include "mtproto/session/sent_log.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mtproto::session {

/// One session with one data centre: calls go in, packets come out; packets go in, events come out.
///
/// The owner calls connected() and disconnected() as its transport comes and goes; after any input it takes
/// next_packet() until that gives none, and next_event() until that gives none; at next_timer() it takes
/// next_packet() again. Calls survive the loss of the connection: their state is asked for, and what the
/// server never got is sent again under a new identifier. Nothing here blocks, reads a clock, or throws but
/// for want of memory. `random` must outlive the engine. Not thread safe.
class client_engine
{
public:
    client_engine(engine_options options, crypto::auth_key key, std::uint64_t salt, server_clock clock,
                  random_source& random);

    /// Takes a boxed request of TL; it is sent when the connection allows. Its answer or failure comes as an
    /// event, exactly one unless it is cancelled.
    call_id send(bytes request, call_options options, time_point now);
    call_id send(bytes request, time_point now) { return send(std::move(request), call_options(), now); }
    /// The same of a request that somebody else keeps too, and does not change.
    call_id send(std::shared_ptr<const bytes> request, call_options options, time_point now);
    /// auth.bindTempAuthKey: binds the engine's temporary key to `permanent`. The call's answer is an event
    /// as any other; if it is boolTrue, other calls are sent from then on, init_prefix first.
    /// https://core.telegram.org/method/auth.bindTempAuthKey
    call_id bind(const crypto::auth_key& permanent, time_point now);
    /// destroy_auth_key: the answer is DestroyAuthKeyRes. https://core.telegram.org/mtproto/service_messages
    call_id destroy_auth_key(time_point now);
    /// No event will come for the call any more. The server is asked to drop it if it was sent; it may still
    /// be applied.
    void cancel(call_id call, time_point now);

    /// Gives the session up for another one, with the same key: tells session_reset. What is unanswered is sent again.
    void renew_session(time_point now);

    /// A transport is there; what is unanswered will be asked about. Any number of times, in turn with
    /// disconnected().
    void connected(time_point now);
    void disconnected(time_point now);

    /// Takes one packet. An error means that the server breaks the protocol, or that somebody else talks:
    /// drop the connection. Nothing of such a packet is processed. Duplicates and late packets are no error.
    result<> receive(bytes_view packet, time_point now);
    /// The same for several packets that came together, which are decrypted interleaved: `outcome(const
    /// result<>&)` hears of each, in order, and stops the rest by returning false.
    template <class Outcome>
    void receive(std::span<const bytes_view> packets, time_point now, Outcome&& outcome);
    /// Takes the four bytes that a transport gives instead of a packet, as a number: -404, -429, -444.
    /// https://core.telegram.org/mtproto/mtproto-transports#transport-errors
    void transport_error(int code, time_point now);

    /// Everything that is due, as one packet in `out`, whose memory is used again. False: nothing is.
    bool next_packet(bytes& out, time_point now);
    /// The same for several packets, encrypted interleaved: at most `out.size()` and 16, and no further one after
    /// 4 MB. Returns how many there are; 0: nothing is due.
    std::size_t next_packets(std::span<bytes> out, time_point now);
    /// An answer's bytes that are done with, or others of that size: the next answer uses their memory.
    void recycle(bytes buffer) { spare_.give(std::move(buffer)); }
    /// When next_packet() may have something, or an event may arise, without any input; none while
    /// disconnected.
    std::optional<time_point> next_timer() const;
    /// Lets timers expire; next_packet() does that too.
    void tick(time_point now);
    std::optional<event> next_event();

    std::size_t pending_calls() const noexcept { return calls_.size(); }
    std::uint64_t session_id() const noexcept { return session_id_; }
    std::uint64_t auth_key_id() const noexcept { return key_.id(); }
    /// The salt last in use: to be saved.
    std::uint64_t salt() const noexcept { return salts_.last(); }
    const server_clock& clock() const noexcept { return clock_; }
    /// False while only bind() can be sent.
    bool bound() const noexcept { return bound_; }

private:
    using service = detail::sent_service;
    using call = detail::pending_call;

    call_id begin(call c, time_point now);

    // sending: client_engine_send.hpp
    bool fits(std::size_t size) const;
    std::int64_t put(bytes_view body, bool content, time_point now);
    std::int64_t put_service(service s, bytes body, time_point now);
    template <class T>
    std::int64_t put_service(service s, const T& object, time_point now);
    bool unsealed_packet(bytes& out, time_point now);
    void put_services(time_point now);
    void put_state_requests(time_point now);
    void put_calls(time_point now);
    bool put_call(call& c, time_point now);
    void put_acks(time_point now);
    void finish_packet(bytes& out, time_point now);

    // receiving: client_engine_receive.hpp, client_engine_service.hpp
    result<> on_packet(const plain_packet& packet, time_point now);
    void learn_time(std::int64_t msg_id, time_point now);
    result<> on_message(const message_view& m, time_point now);
    void dispatch(const message_view& m, bytes_view body, time_point now);
    void on_rpc_result(bytes_view body, time_point now);
    void on_result(call& c, bytes_view object, bytes& storage, time_point now);
    bool repeats_after(call& c, const error& why, time_point now);
    void on_bad_msg(const message_view& m, bytes_view body, time_point now);
    void on_rejected(std::int64_t msg_id, bool may_be_applied);
    void on_new_session(bytes_view body, time_point now);
    void on_state(std::int64_t msg_id, std::uint8_t state, time_point now);
    void on_no_state(call& c, time_point now);
    void on_state_info(bytes_view body, time_point now);
    void on_all_info(bytes_view body, time_point now);
    void on_detailed_info(bytes_view body, time_point now);
    void on_state_request(std::int64_t req_msg_id, bytes_view body);
    void on_resend_request(std::int64_t req_msg_id, bytes_view body);
    void on_pong(bytes_view body);
    void on_future_salts(bytes_view body, time_point now);
    void on_destroy_answer(bytes_view body);
    void use_salt(std::uint64_t salt, time_point now);
    void fail(call& c, error why);
    void begin_session(time_point now, int code);
    void note_restart(const std::vector<message_view>& messages);
    void resend_or_lose(call& c, bool may_be_applied);
    void acknowledge(std::int64_t msg_id, time_point now);
    void progress() noexcept { corrections_ = sessions_ = 0; }
    void die(error why);
    void want_salts(time_point now);
    void erase(call& c);
    void shrink(time_point now);

    engine_options options_;
    crypto::auth_key key_;
    random_source& random_;
    server_clock clock_;
    bool clock_guessed_; // nothing was heard from this server yet
    salt_store salts_;
    std::uint64_t session_id_ = 0;
    message_id_generator ids_;
    seqno_generator seqnos_;
    received_ids received_;

    bool connected_ = false;
    bool dead_ = false;
    bool initialized_ = false;
    bool bound_ = true;
    bool session_known_ = false; // the server answered in this session
    bool use_containers_ = true;
    std::optional<std::uint64_t> unique_id_;
    std::optional<crypto::auth_key> permanent_key_; // until bound
    int unknown_key_errors_ = 0;
    unsigned generation_ = 0; // grows with each correction of salt, clock and so on
    int corrections_ = 0;
    int sessions_ = 0;

    call_id last_call_ = 0;
    detail::call_table calls_;
    detail::service_log log_;
    detail::fifo<service> services_; // to be sent
    std::vector<std::int64_t> acks_;
    time_point ack_at_{};
    std::vector<std::int64_t> resend_ids_;     // of the server's messages, for msg_resend_req
    std::vector<std::int64_t> resend_answers_; // of our messages, for msg_resend_ans_req
    bool states_due_ = false;
    time_point next_states_ = (time_point::max)();
    time_point next_salts_{};
    bool ping_due_ = false;
    time_point next_ping_{};
    std::optional<time_point> pinged_at_;
    std::int64_t ping_id_ = 0;
    time_point received_at_{};
    detail::fifo<event> events_;

    // the packet that is being put together
    std::vector<message_view> batch_;
    detail::buffer_row batch_storage_;
    std::size_t batch_size_ = 0;

    // memory that is used again
    bytes scratch_;
    open_many_scratch opened_;
    std::vector<message_view> messages_;
    detail::spare_buffers spare_;
};

inline client_engine::client_engine(engine_options options, crypto::auth_key key, std::uint64_t salt,
                                    server_clock clock, random_source& random)
    : options_(std::move(options)), key_(std::move(key)), random_(random), clock_(clock),
      clock_guessed_(!clock.known), salts_(salt), session_id_(crypto::random_u64(random)),
      received_(options_.duplicate_window), bound_(!options_.needs_binding)
{
}

inline call_id client_engine::send(bytes request, call_options options, time_point now)
{
    call c;
    c.options = options;
    c.request = std::move(request);
    return begin(std::move(c), now);
}

inline call_id client_engine::send(std::shared_ptr<const bytes> request, call_options options, time_point now)
{
    call c;
    c.options = options;
    c.shared = std::move(request);
    return begin(std::move(c), now);
}

inline call_id client_engine::begin(call c, time_point)
{
    c.id = ++last_call_;
    auto const size = c.body().size();
    if (size < 4 || size % 4 != 0 || size + options_.init_prefix.size() + 1024 > max_packet_size) {
        events_.push_back(failure{c.id, error(errc::bad_argument, "a request is malformed or too large")});
        return c.id;
    }
    return calls_.add(std::move(c)).id;
}

inline call_id client_engine::bind(const crypto::auth_key& permanent, time_point)
{
    permanent_key_ = permanent;
    call c;
    c.id = ++last_call_;
    c.is_binding = true;
    c.options.init = c.options.compress = false;
    return calls_.add(std::move(c)).id;
}

inline call_id client_engine::destroy_auth_key(time_point)
{
    call c;
    c.id = ++last_call_;
    c.is_destroy = true;
    c.options.init = c.options.compress = false;
    c.request = *tl::encode(mt::destroy_auth_key());
    return calls_.add(std::move(c)).id;
}

inline void client_engine::cancel(call_id id, time_point)
{
    events_.erase_if([&](const event& e) {
        auto const* a = std::get_if<answer>(&e);
        auto const* f = std::get_if<failure>(&e);
        return (a && a->call == id) || (f && f->call == id);
    });
    auto* c = calls_.find(id);
    if (!c)
        return;
    if (c->msg_id != 0) {
        service drop{service::kind::drop, true, 0, {c->msg_id}, {}};
        services_.push_back(std::move(drop));
    }
    calls_.bypass(*c);
    erase(*c);
}

inline void client_engine::connected(time_point now)
{
    connected_ = true;
    dead_ = false;
    initialized_ = false;
    use_containers_ = true;
    corrections_ = sessions_ = 0;
    pinged_at_.reset();
    ping_due_ = false;
    next_ping_ = now + options_.ping_interval;
    received_at_ = now;
    received_.forget_order();
    // Time may have stood still for us meanwhile (a suspended machine): the server's next message tells.
    clock_.known = false;
    for (auto& [id, c] : calls_.all())
        if (c.at != call::stage::queued) {
            c.at = call::stage::unsure;
            c.cut = true;
            states_due_ = true;
        }
}

inline void client_engine::disconnected(time_point)
{
    connected_ = false;
    dead_ = false;
    pinged_at_.reset();
}

inline void client_engine::transport_error(int code, time_point)
{
    // A server that is being restarted may say -404 too: a permanent key is given up only when it says so
    // twice.
    if (code == -404 && (++unknown_key_errors_ > 1 || options_.expires_at))
        return die(error(errc::auth_key_unknown, "the server does not know this key", code));
    die(error(errc::transport_error,
              code == -404   ? "the server does not find the key"
              : code == -429 ? "too many connections"
              : code == -444 ? "the server belongs to another data centre"
                             : "",
              code));
}

inline void client_engine::tick(time_point now)
{
    if (!connected_ || dead_)
        return;
    if (options_.expires_at && clock_.unix_seconds(now) + temporary_key_margin.count() >= *options_.expires_at)
        return die(error(errc::auth_key_unknown, "the temporary key expired"));
    if (pinged_at_ && received_at_ >= *pinged_at_)
        pinged_at_.reset();
    if (pinged_at_ && now >= *pinged_at_ + options_.ping_timeout)
        return die(error(errc::timed_out, "the server does not answer a ping"));
    if (now >= next_ping_ && !std::exchange(ping_due_, true))
        shrink(now);
    if (now >= next_states_) {
        next_states_ = (time_point::max)();
        for (auto it = calls_.all().begin(); it != calls_.all().end();) {
            auto& c = (it++)->second;
            if (c.at != call::stage::sent && c.at != call::stage::asked)
                continue;
            if (c.ask_at > now) {
                next_states_ = (std::min)(next_states_, c.ask_at);
            } else if (c.at == call::stage::asked && c.cut) {
                on_no_state(c, now); // asked in vain
            } else {
                c.at = call::stage::unsure;
                states_due_ = true;
            }
        }
    }
}

inline std::optional<time_point> client_engine::next_timer() const
{
    if (!connected_ || dead_)
        return std::nullopt;
    auto at = (std::min)(next_ping_, next_states_);
    if (pinged_at_)
        at = (std::min)(at, *pinged_at_ + options_.ping_timeout);
    if (!acks_.empty())
        at = (std::min)(at, ack_at_);
    if (options_.expires_at)
        at = (std::min)(
            at, time_point(std::chrono::seconds(*options_.expires_at) - temporary_key_margin - duration(clock_.offset_ns)));
    return at;
}

inline std::optional<event> client_engine::next_event()
{
    if (events_.empty())
        return std::nullopt;
    return events_.pop_front();
}

inline void client_engine::die(error why)
{
    if (dead_)
        return;
    dead_ = true;
    events_.push_back(fatal{std::move(why)});
}

inline void client_engine::fail(call& c, error why)
{
    if (!why.is(errc::rpc))
        calls_.bypass(c);
    events_.push_back(failure{c.id, std::move(why)});
    erase(c);
}

inline void client_engine::erase(call& c)
{
    spare_.give(std::move(c.request));
    calls_.erase(c);
}

/// Once in a ping's interval, what a busy time left behind is given back.
inline void client_engine::shrink(time_point now)
{
    calls_.shrink();
    services_.shrink();
    events_.shrink();
    batch_storage_.shrink();
    spare_.shrink();
    bytes().swap(scratch_);
    opened_ = {};
    std::vector<message_view>().swap(batch_);
    std::vector<message_view>().swap(messages_);
    // Nothing older than the window of identifiers can be rejected any more.
    log_.forget_below(message_id_at(clock_.unix_ns(now) - message_id_max_age * 1'000'000'000));
}

} // namespace mtproto::session

#include "mtproto/session/client_engine_receive.hpp"
#include "mtproto/session/client_engine_send.hpp"
#include "mtproto/session/client_engine_service.hpp"
