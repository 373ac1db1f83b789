// server_engine, the half that puts packets together. Included by server_engine.hpp.
#pragma once

#include "mtproto/session/server_engine.hpp"

#include <algorithm>

namespace mtproto::session {

/// A message in response to one of the client's, which is not kept: if it is lost, the client asks again.
template <class T>
void server_engine::answer(const T& object)
{
    fresh_.push_back({0, false, message_kind::response, 0, *tl::encode(object), {}});
}

inline void server_engine::notify(bytes_view object)
{
    fresh_.push_back({0, false, message_kind::notice, 0, spare_.copy(object), {}});
}

inline void server_engine::push(bytes_view updates, time_point)
{
    auto compressed = packed(updates, options_.gzip_threshold);
    fresh_.push_back(
        {0, true, message_kind::notice, 0, compressed ? std::move(*compressed) : spare_.copy(updates), {}});
}

/// Bytes of an rpc_result before what it carries.
inline constexpr std::size_t rpc_result_head = 12;

/// An rpc_result with room for `size` bytes.
inline bytes server_engine::result_of(std::int64_t msg_id, std::size_t size)
{
    auto body = spare_.take();
    body.resize(rpc_result_head + size);
    tl::writer to{std::span<std::byte>(body)};
    to.id(mt::rpc_result::tl_id);
    to.number(msg_id);
    return body;
}

inline void server_engine::reply(std::int64_t msg_id, bytes_view result, time_point now)
{
    auto const compressed = packed(result, options_.gzip_threshold);
    auto const object = compressed ? bytes_view(*compressed) : result;
    auto body = result_of(msg_id, 0);
    body.insert(body.end(), object.begin(), object.end());
    finish(msg_id, known_request::stage::answered, std::move(body));
    release_waiting(now);
}

inline void server_engine::reply_error(std::int64_t msg_id, int code, std::string_view text, time_point now)
{
    mt::rpc_error why;
    why.error_code = code;
    why.error_message = text;
    auto body = result_of(msg_id, tl::size(why));
    tl::writer to{std::span<std::byte>(body).subspan(rpc_result_head)};
    tl::write_value(to, why);
    finish(msg_id, known_request::stage::failed, std::move(body));
    release_waiting(now);
}

inline void server_engine::reply_destroy_session(std::uint64_t session_id, bool existed)
{
    mt::destroy_session_ok ok;
    mt::destroy_session_none none;
    ok.session_id = none.session_id = static_cast<std::int64_t>(session_id);
    if (existed)
        answer(ok);
    else
        answer(none);
}

inline void server_engine::reply_destroy_auth_key(const mt::DestroyAuthKeyRes& result) { answer(result); }

inline void server_engine::finish(std::int64_t msg_id, known_request::stage how, bytes rpc_result)
{
    auto const known = requests_.find(msg_id);
    if (known == requests_.end() || known->second.at != known_request::stage::running)
        return;
    known->second.at = how;
    --running_;
    std::erase(acks_, msg_id); // the answer says as much
    fresh_.push_back({0, true, message_kind::response, msg_id, std::move(rpc_result), {}});
}

inline void server_engine::acknowledge(std::int64_t msg_id, time_point now)
{
    if (acks_.empty())
        ack_at_ = now + options_.ack_delay;
    if (std::find(acks_.begin(), acks_.end(), msg_id) == acks_.end())
        acks_.push_back(msg_id);
}

inline void server_engine::on_acknowledged(std::int64_t msg_id)
{
    resend_.erase(msg_id);
    auto const found = unacked_.find(msg_id);
    if (found == unacked_.end())
        return;
    spare_.give(std::move(found->second.body));
    unacked_.erase(found);
}

/// Of answered requests the last few thousand are remembered, for duplicates and for those who wait for them.
inline void server_engine::forget_old_requests()
{
    for (auto it = requests_.begin();
         requests_.size() - running_ > options_.duplicate_window && it != requests_.end();)
        if (it->second.at != known_request::stage::running)
            it = requests_.erase(it);
        else
            ++it;
}

inline void server_engine::tick(time_point now)
{
    if (!waiting_.empty())
        release_waiting(now);
    if (options_.resend_after > duration::zero() && now >= resend_at_) {
        resend_at_ = (time_point::max)();
        for (auto& [id, m] : unacked_) {
            auto const due = m.sent_at + options_.resend_after;
            if (due <= now)
                resend_.insert(id);
            else
                resend_at_ = (std::min)(resend_at_, due);
        }
    }
}

inline bool server_engine::fits(const batch& b, std::size_t size) const
{
    return b.messages.empty() || (size < lone_body_size && b.messages.size() + 1 < max_container_messages &&
                                  b.size + size + container_message_overhead <= options_.max_container_size);
}

inline void server_engine::put(batch& b, std::int64_t msg_id, std::int32_t seqno, bytes_view body)
{
    b.messages.push_back({msg_id, seqno, body});
    b.size += body.size() + container_message_overhead;
}

template <class T>
void server_engine::put_service(batch& b, message_kind kind, const T& object, std::int64_t unix_ns)
{
    put(b, ids_.next(unix_ns, kind), seqnos_.next(false), b.storage.add(*tl::encode(object)));
}

inline void server_engine::mark_sent(outgoing& m, time_point now)
{
    m.sent_at = now;
    m.whole = false;
    if (options_.resend_after > duration::zero())
        resend_at_ = (std::min)(resend_at_, now + options_.resend_after);
}

inline void server_engine::put_repetitions(batch& b, time_point now)
{
    auto const unix_ns = options_.clock.unix_ns(now);
    while (!resend_.empty()) {
        auto const found = unacked_.find(*resend_.begin());
        if (found == unacked_.end()) {
            resend_.erase(resend_.begin());
            continue;
        }
        auto const msg_id = found->first;
        auto& m = found->second;
        if (!fits(b, m.body.size()))
            return;
        resend_.erase(resend_.begin());
        if (check_age(msg_id, unix_ns + 60'000'000'000) == message_age::too_old) {
            // A client believes nothing older than five minutes: sent as if it were new.
            fresh_.push_front(std::move(m));
            unacked_.erase(found);
            continue;
        }
        if (options_.detailed_info_above != 0 && m.body.size() > options_.detailed_info_above && !m.whole)
            put_announcement(b, msg_id, m, now);
        else
            put(b, msg_id, m.seqno, m.body);
        mark_sent(m, now);
    }
}

/// https://core.telegram.org/mtproto/service_messages#extended-voluntary-communication-of-status-of-one-message
inline void server_engine::put_announcement(batch& b, std::int64_t msg_id, const outgoing& m, time_point now)
{
    auto const unix_ns = options_.clock.unix_ns(now);
    if (m.answers != 0) {
        mt::msg_detailed_info info;
        info.msg_id = m.answers;
        info.answer_msg_id = msg_id;
        info.bytes = static_cast<std::int32_t>(m.body.size());
        return put_service(b, message_kind::notice, info, unix_ns);
    }
    mt::msg_new_detailed_info info;
    info.answer_msg_id = msg_id;
    info.bytes = static_cast<std::int32_t>(m.body.size());
    put_service(b, message_kind::notice, info, unix_ns);
}

inline void server_engine::put_fresh(batch& b, time_point now)
{
    while (!fresh_.empty() && fits(b, fresh_.front().body.size())) {
        auto m = fresh_.pop_front();
        auto const msg_id = ids_.next(options_.clock.unix_ns(now), m.kind);
        m.seqno = seqnos_.next(m.content);
        if (!m.content) {
            put(b, msg_id, m.seqno, b.storage.add(std::move(m.body)));
            continue;
        }
        mark_sent(m, now);
        if (auto const known = requests_.find(m.answers); known != requests_.end())
            known->second.answer_id = msg_id;
        auto const& kept = unacked_.insert_or_assign(msg_id, std::move(m)).first->second;
        put(b, msg_id, kept.seqno, kept.body);
    }
}

inline void server_engine::put_acks(batch& b, time_point now)
{
    auto const count = (std::min<std::size_t>)(acks_.size(), 1000);
    if (count == 0 || (b.messages.empty() && now < ack_at_) || !fits(b, count * 8 + 16))
        return;
    auto& body = b.storage.next();
    write_acks(std::span(acks_).first(count), body);
    acks_.erase(acks_.begin(), acks_.begin() + static_cast<std::ptrdiff_t>(count));
    put(b, ids_.next(options_.clock.unix_ns(now), message_kind::response), seqnos_.next(false), body);
}

inline bool server_engine::next_packet(bytes& out, time_point now)
{
    if (!unsealed_packet(out, now))
        return false;
    crypto::encrypt_in_place(key_, crypto::direction::server_to_client, out);
    return true;
}

inline std::size_t server_engine::next_packets(std::span<bytes> out, time_point now)
{
    return seal_many(key_, crypto::direction::server_to_client, out,
                     [&](bytes& packet) { return unsealed_packet(packet, now); });
}

/// Everything that is due, as a packet that is still to be encrypted.
inline bool server_engine::unsealed_packet(bytes& out, time_point now)
{
    tick(now);
    if (!connected_)
        return false;
    auto& b = batch_;
    b.messages.clear();
    b.storage.clear();
    b.size = 0;
    put_repetitions(b, now);
    put_fresh(b, now);
    put_acks(b, now);
    if (b.messages.empty())
        return false;

    auto const unix_ns = options_.clock.unix_ns(now);
    plain_packet packet;
    packet.salt = salts_.current(unix_ns / 1'000'000'000);
    packet.session_id = session_id_;
    if (b.messages.size() == 1) {
        packet.msg_id = b.messages.front().msg_id;
        packet.seqno = b.messages.front().seqno;
        packet.body = b.messages.front().body;
        write_unsealed(packet, random_, out, crypto::padding_policy::minimal);
    } else {
        packet.msg_id = ids_.next(unix_ns, message_kind::notice);
        packet.seqno = seqnos_.next(false);
        write_unsealed(packet, container_overhead + b.size, random_, out, crypto::padding_policy::minimal,
                       [&](tl::writer& to) { write_container(to, b.messages); });
    }
    while (unacked_.size() > options_.max_unacknowledged) { // only now: the packet's bodies lived there
        resend_.erase(unacked_.begin()->first);
        unacked_.erase(unacked_.begin());
    }
    return true;
}

} // namespace mtproto::session
