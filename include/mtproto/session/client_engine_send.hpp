// client_engine, the half that puts packets together. Included by client_engine.hpp.
#pragma once

#include "mtproto/session/api_ids.hpp"
#include "mtproto/session/client_engine.hpp"

#include <algorithm>

namespace mtproto::session {

inline bool client_engine::next_packet(bytes& out, time_point now)
{
    if (!unsealed_packet(out, now))
        return false;
    crypto::encrypt_in_place(key_, crypto::direction::client_to_server, out);
    return true;
}

inline std::size_t client_engine::next_packets(std::span<bytes> out, time_point now)
{
    return seal_many(key_, crypto::direction::client_to_server, out,
                     [&](bytes& packet) { return unsealed_packet(packet, now); });
}

/// Everything that is due, as a packet that is still to be encrypted.
inline bool client_engine::unsealed_packet(bytes& out, time_point now)
{
    tick(now);
    if (!connected_ || dead_)
        return false;
    batch_.clear();
    batch_storage_.clear();
    batch_size_ = 0;
    if (bound_)
        put_services(now);
    put_calls(now);
    if (dead_)
        return false;
    bool const acks_due = !acks_.empty() && (acks_.size() >= options_.ack_count || now >= ack_at_);
    if (batch_.empty() && !acks_due)
        return false;
    if (!acks_.empty())
        put_acks(now);
    finish_packet(out, now);
    return true;
}

inline bool client_engine::fits(std::size_t size) const
{
    if (batch_.empty())
        return true;
    return use_containers_ && size < lone_body_size &&
           batch_.size() + 1 < max_container_messages && // one place is for acknowledgements
           batch_size_ + size + container_message_overhead <= options_.max_container_size;
}

/// The body must live until the packet is finished.
inline std::int64_t client_engine::put(bytes_view body, bool content, time_point now)
{
    auto const msg_id = ids_.next(clock_.unix_ns(now));
    batch_.push_back({msg_id, seqnos_.next(content), body});
    batch_size_ += body.size() + container_message_overhead;
    return msg_id;
}

inline std::int64_t client_engine::put_service(service s, bytes body, time_point now)
{
    auto const msg_id = put(batch_storage_.add(std::move(body)), s.content, now);
    s.generation = generation_;
    log_.add(msg_id, std::move(s));
    return msg_id;
}

template <class T>
std::int64_t client_engine::put_service(service s, const T& object, time_point now)
{
    return put_service(std::move(s), *tl::encode(object), now);
}

inline void client_engine::put_services(time_point now)
{
    using kind = service::kind;
    if (ping_due_ && fits(32)) {
        ping_due_ = false;
        pinged_at_ = now;
        next_ping_ = now + options_.ping_interval;
        mt::ping_delay_disconnect ping;
        ping.ping_id = ping_id_ = static_cast<std::int64_t>(crypto::random_u64(random_));
        auto const limit = options_.ping_interval + options_.ping_timeout;
        ping.disconnect_delay =
            static_cast<std::int32_t>(std::chrono::ceil<std::chrono::seconds>(limit).count());
        put_service({kind::ping, false, 0, {}, {}}, ping, now);
    }
    while (!services_.empty() && fits(services_.front().body.size() + 64)) {
        auto s = services_.pop_front();
        if (s.what == kind::drop) {
            mt::rpc_drop_answer drop;
            drop.req_msg_id = s.ids.front();
            put_service(std::move(s), drop, now);
        } else {
            auto body = s.body;
            put_service(std::move(s), std::move(body), now);
        }
    }
    put_state_requests(now);
    if (!resend_ids_.empty() && fits(resend_ids_.size() * 8 + 64)) {
        mt::msg_resend_req request;
        request.msg_ids = std::exchange(resend_ids_, {});
        put_service({kind::resend_request, false, 0, request.msg_ids, {}}, request, now);
    }
    if (!resend_answers_.empty() && fits(resend_answers_.size() * 8 + 64)) {
        mt::msg_resend_ans_req request;
        request.msg_ids = std::exchange(resend_answers_, {});
        put_service({kind::other, false, 0, {}, *tl::encode(request)}, request, now);
    }
    want_salts(now);
}

inline void client_engine::want_salts(time_point now)
{
    // Not before the server answered in this session: its first packets should be simple.
    if (options_.future_salts <= 0 || !session_known_ || now < next_salts_ || !fits(32) ||
        !salts_.runs_out(clock_.unix_seconds(now), 1800))
        return;
    next_salts_ = now + std::chrono::minutes(5);
    mt::get_future_salts request;
    request.num = options_.future_salts;
    put_service({service::kind::salts_request, false, 0, {}, {}}, request, now);
}

inline void client_engine::put_state_requests(time_point now)
{
    static constexpr std::size_t most = 1000;
    if (!states_due_)
        return;
    std::vector<call*> unsure;
    for (auto& [id, c] : calls_.all())
        if (c.at == call::stage::unsure && unsure.size() < most)
            unsure.push_back(&c);
    states_due_ = unsure.size() == most;
    if (unsure.empty())
        return;
    if (!fits(unsure.size() * 8 + 64)) {
        states_due_ = true;
        return;
    }
    mt::msgs_state_req request;
    for (auto* c : unsure) {
        request.msg_ids.push_back(c->msg_id);
        c->at = call::stage::asked;
        c->ask_at = now + c->ask_interval;
        next_states_ = (std::min)(next_states_, c->ask_at);
        c->ask_interval = (std::min<duration>)(c->ask_interval * 2, std::chrono::minutes(1));
    }
    put_service({service::kind::state_request, true, 0, request.msg_ids, {}}, request, now);
}

inline void client_engine::put_calls(time_point now)
{
    auto& queue = calls_.queue();
    for (auto it = queue.begin(); it != queue.end();) {
        auto& c = *calls_.find(*it);
        ++it; // the call leaves the queue when it is put
        if (!bound_ && !c.is_binding)
            continue;
        if (!fits(c.body().size()))
            break;
        if (put_call(c, now) && batch_size_ > options_.max_container_size)
            break;
    }
}

/// False if the call has to wait for another.
inline bool client_engine::put_call(call& c, time_point now)
{
    auto const* after = c.options.after ? calls_.find(*c.options.after) : nullptr;
    if (after && after->at == call::stage::queued && after->id < c.id)
        return false;
    bool const wrapped = c.wrapped = after && after->id < c.id;
    if (wrapped && after->at != call::stage::sent)
        return false; // not before it is known which of its messages counts
    c.with_init = c.options.init && !initialized_ && !options_.init_prefix.empty();

    bytes_view body = c.body();
    if (c.is_binding) {
        // The inner message carries the identifier of the outer one, which is therefore made first.
        auto const msg_id = ids_.next(clock_.unix_ns(now));
        binding const b{crypto::random_u64(random_), key_.id(), permanent_key_->id(), session_id_,
                        options_.expires_at.value_or(0)};
        auto const inner = make_bind_message(*permanent_key_, b, msg_id, random_);
        auto& made = batch_storage_.next();
        made.resize(4 + 8 + 8 + 4 + tl::string_size(inner.size()));
        tl::writer to{std::span<std::byte>(made)};
        to.id(detail::bind_temp_auth_key_id);
        to.number(b.permanent_key_id);
        to.number(b.nonce);
        to.number(static_cast<std::int32_t>(b.expires_at));
        to.string(inner);
        batch_.push_back({msg_id, seqnos_.next(true), made});
        batch_size_ += made.size() + container_message_overhead;
        calls_.sent_as(c, msg_id);
    } else {
        if (wrapped || c.with_init) {
            auto& made = batch_storage_.next();
            made.resize((wrapped ? 12 : 0) + (c.with_init ? options_.init_prefix.size() : 0) +
                        c.body().size());
            tl::writer to{std::span<std::byte>(made)};
            if (wrapped) {
                to.id(detail::invoke_after_msg_id);
                to.number(after->msg_id);
            }
            if (c.with_init)
                to.raw(options_.init_prefix);
            to.raw(c.body());
            body = made;
        }
        if (c.options.compress)
            if (auto compressed = packed(body, options_.gzip_threshold))
                body = batch_storage_.add(std::move(*compressed));
        calls_.sent_as(c, put(body, c.options.content, now));
    }
    c.generation = generation_;
    c.ask_interval = options_.state_delay;
    c.ask_at = now + c.ask_interval;
    next_states_ = (std::min)(next_states_, c.ask_at);
    return true;
}

inline void client_engine::put_acks(time_point now)
{
    static constexpr std::size_t most = 1000;
    auto const count = (std::min)(acks_.size(), most);
    if (!batch_.empty() && (!use_containers_ || batch_size_ + count * 8 > options_.max_container_size))
        return;
    auto& body = batch_storage_.next();
    write_acks(std::span(acks_).first(count), body);
    auto& kept = log_.add(put(body, false, now), service::kind::acks, false, generation_);
    auto const end = acks_.begin() + static_cast<std::ptrdiff_t>(count);
    kept.ids.assign(acks_.begin(), end);
    acks_.erase(acks_.begin(), end);
}

inline void client_engine::finish_packet(bytes& out, time_point now)
{
    plain_packet packet;
    auto const before = salts_.last();
    packet.salt = salts_.current(clock_.unix_seconds(now));
    if (packet.salt != before)
        events_.push_back(salt_changed{packet.salt});
    packet.session_id = session_id_;
    if (batch_.size() == 1) {
        packet.msg_id = batch_.front().msg_id;
        packet.seqno = batch_.front().seqno;
        packet.body = batch_.front().body;
        return write_unsealed(packet, random_, out, options_.padding);
    }
    packet.msg_id = ids_.next(clock_.unix_ns(now));
    packet.seqno = seqnos_.next(false);
    auto& kept = log_.add(packet.msg_id, service::kind::container, false, generation_);
    for (auto const& m : batch_) {
        kept.ids.push_back(m.msg_id);
        if (auto* c = calls_.find_message(m.msg_id))
            c->packet_id = packet.msg_id;
    }
    write_unsealed(packet, container_overhead + batch_size_, random_, out, options_.padding,
                   [&](tl::writer& to) { write_container(to, batch_); });
}

} // namespace mtproto::session
