// client_engine, the half that takes packets apart. Included by client_engine.hpp.
#pragma once

#include "mtproto/session/client_engine.hpp"
#include "mtproto/tl/decode.hpp"

#include <algorithm>

namespace mtproto::session {

inline result<> client_engine::receive(bytes_view data, time_point now)
{
    auto const packet = open(key_, crypto::direction::server_to_client, data, scratch_);
    if (!packet)
        return packet.error();
    if (packet->session_id != session_id_)
        return error(errc::bad_message, "a message of another session");
    if (!is_from_server(packet->msg_id))
        return error(errc::bad_message, "a message with the identifier of a client's");
    if (salts_.is_expired(packet->salt, clock_.unix_seconds(now)))
        return error(errc::bad_message, "a message with a salt that has expired");

    std::vector<message_view> messages;
    bool const container = is_container(packet->body);
    if (!container)
        messages.push_back({packet->msg_id, packet->seqno, packet->body});
    else if (auto const ok = unpack_container(packet->msg_id, packet->body, messages); !ok)
        return ok.error();
    else if (is_content(packet->seqno))
        return error(errc::bad_message, "a container that wants to be acknowledged");

    auto const age = clock_.known ? check_age(packet->msg_id, clock_.unix_ns(now)) : message_age::valid;
    if (age == message_age::too_new)
        return error(errc::bad_message, "a message from the future");
    bool const fresh =
        age == message_age::valid && (!container || received_.insert(packet->msg_id, packet->seqno));
    if (!fresh) {
        // Seen before, or too late to be judged: not processed, but acknowledged, or it would come for ever.
        for (auto const& m : messages)
            if (is_content(m.seqno))
                acknowledge(m.msg_id, now);
        return {};
    }
    if (container || !received_.contains(packet->msg_id))
        learn_time(packet->msg_id, now);
    received_at_ = now;
    unknown_key_errors_ = 0;
    note_restart(messages);
    for (auto const& m : messages)
        if (auto const ok = on_message(m, now); !ok)
            return ok.error();
    return {};
}

/// A server that lost its half of the session counts from zero, and says new_session_created first.
/// https://core.telegram.org/mtproto/service_messages#new-session-creation-notification
inline void client_engine::note_restart(const std::vector<message_view>& messages)
{
    for (auto const& m : messages) {
        if (tl::reader(m.body).peek_id() != mt::new_session_created::tl_id || received_.contains(m.msg_id))
            continue;
        auto const created = tl::decode<mt::new_session_created>(m.body);
        if (!created || static_cast<std::uint64_t>(created->unique_id) == unique_id_)
            continue;
        auto first = m.msg_id;
        for (auto const& other : messages)
            first = std::min(first, other.msg_id);
        received_.forget_order_below(first);
    }
}

inline void client_engine::learn_time(std::int64_t msg_id, time_point now)
{
    // A message may be late but never early, so the offset only grows; the first message ever replaces a
    // guess.
    auto const heard = server_clock::at(now, unix_ns_of(msg_id));
    if (std::exchange(clock_guessed_, false) || heard.offset_ns > clock_.offset_ns)
        clock_.offset_ns = heard.offset_ns;
    clock_.known = true;
}

inline void client_engine::acknowledge(std::int64_t msg_id, time_point now)
{
    if (acks_.empty())
        ack_at_ = now + options_.ack_delay;
    if (std::find(acks_.begin(), acks_.end(), msg_id) == acks_.end())
        acks_.push_back(msg_id);
}

inline result<> client_engine::on_message(const message_view& m, time_point now)
{
    auto const id = tl::reader(m.body).peek_id();
    if (is_content(m.seqno) && (id == mt::msgs_ack::tl_id || id == mt::msg_container::tl_id))
        return error(errc::bad_message, "an acknowledgement that wants to be acknowledged");
    if (received_.contains(m.msg_id) || received_.is_forgotten(m.msg_id)) {
        if (is_content(m.seqno))
            acknowledge(m.msg_id, now);
        return {};
    }
    if (received_.check_order(m.msg_id, m.seqno) != received_ids::order::good)
        return error(errc::bad_message, "sequence numbers out of order");
    received_.insert(m.msg_id, m.seqno);
    if (is_content(m.seqno))
        acknowledge(m.msg_id, now);

    if (id == mt::rpc_result::tl_id) { // may hold compressed data of its own
        dispatch(m, m.body, now);
        return {};
    }
    bytes storage;
    auto const body = unpacked(m.body, storage, options_.inflate);
    if (body) // compressed nonsense of an authentic server concerns nobody: no reason to drop the connection
        dispatch(m, *body, now);
    return {};
}

inline void client_engine::dispatch(const message_view& m, bytes_view body, time_point now)
{
    switch (tl::reader(body).peek_id()) {
    case mt::rpc_result::tl_id:
        return on_rpc_result(body, now);
    case mt::msgs_ack::tl_id: {
        if (auto const ack = tl::decode<mt::msgs_ack>(body))
            for (auto const id : ack->msg_ids)
                if (auto* c = calls_.find_message(id); c && c->msg_id == id)
                    c->acknowledged = true;
        return;
    }
    case mt::bad_msg_notification::tl_id:
    case mt::bad_server_salt::tl_id:
        return on_bad_msg(m, body, now);
    case mt::new_session_created::tl_id:
        return on_new_session(body, now);
    case mt::pong::tl_id:
        return on_pong(body);
    case mt::future_salts::tl_id:
        return on_future_salts(body, now);
    case mt::msgs_state_info::tl_id:
        return on_state_info(body, now);
    case mt::msgs_all_info::tl_id:
        return on_all_info(body, now);
    case mt::msg_detailed_info::tl_id:
    case mt::msg_new_detailed_info::tl_id:
        return on_detailed_info(body, now);
    case mt::msgs_state_req::tl_id:
        return on_state_request(m.msg_id, body);
    case mt::msg_resend_req::tl_id:
    case mt::msg_resend_ans_req::tl_id:
        return on_resend_request(m.msg_id, body);
    case mt::destroy_auth_key_ok::tl_id:
    case mt::destroy_auth_key_none::tl_id:
    case mt::destroy_auth_key_fail::tl_id:
        return on_destroy_answer(body);
    case mt::destroy_session_ok::tl_id: // of a session that was given up: nothing depends on it
    case mt::destroy_session_none::tl_id:
        return;
    case mt::msg_copy::tl_id: {
        tl::reader from(body);
        message_view copy;
        std::uint32_t length = 0;
        from.id();
        if (from.id() == mt::message::tl_id && from.number(copy.msg_id) && from.number(copy.seqno) &&
            from.number(length) && from.raw(length, copy.body) && from.left() == 0 &&
            copy.msg_id < m.msg_id && is_from_server(copy.msg_id) &&
            tl::reader(copy.body).peek_id() != mt::msg_copy::tl_id && !is_container(copy.body))
            (void)on_message(copy, now);
        return;
    }
    default:
        if (body.size() >= 4)
            events_.push_back(update{{body.begin(), body.end()}});
    }
}

inline void client_engine::on_rpc_result(bytes_view body, time_point now)
{
    tl::reader from(body);
    std::int64_t req_msg_id = 0;
    from.id();
    if (!from.number(req_msg_id) || from.left() < 4)
        return;
    if (auto* c = calls_.find_message(req_msg_id)) {
        session_known_ = true;
        progress();
        bytes storage;
        return on_result(*c, from.rest(), storage, now);
    }
    auto const* s = log_.find(req_msg_id);
    if (!s)
        return;
    if (s->what == service::kind::drop) {
        // rpc_answer_unknown, rpc_answer_dropped_running or rpc_answer_dropped: each of them ends the matter.
        progress();
        log_.take(req_msg_id);
    } else if (s->what == service::kind::state_request) {
        // Its answer is no rpc_result: this is an error.
        progress();
        auto const asked = log_.take(req_msg_id);
        for (auto const id : asked->ids)
            if (auto* c = calls_.find_message(id); c && c->msg_id == id && c->at == call::stage::asked)
                on_no_state(*c, now);
    }
}

inline void client_engine::on_result(call& c, bytes_view object, bytes& storage, time_point now)
{
    auto const inflated = unpacked(object, storage, options_.inflate);
    if (!inflated)
        return fail(c, inflated.error());
    if (tl::reader(*inflated).peek_id() == mt::rpc_error::tl_id) {
        auto const rpc = tl::decode<mt::rpc_error>(*inflated, true);
        if (!rpc)
            return fail(c, rpc.error());
        auto why = error::from_rpc(rpc->error_code, rpc->error_message);
        if (repeats_after(c, why, now))
            return;
        if (c.with_init)
            initialized_ = true;
        return fail(c, std::move(why));
    }
    if (c.with_init)
        initialized_ = true;
    if (c.is_binding && tl::reader(*inflated).peek_id() == tl::bool_true_id) {
        bound_ = true;
        initialized_ =
            false; // https://core.telegram.org/api/pfs: initConnection again after the key is bound
        permanent_key_.reset();
    }
    if (storage.empty())
        storage.assign(inflated->begin(), inflated->end());
    events_.push_back(answer{c.id, std::move(storage)});
    calls_.erase(c);
}

/// Errors that concern the way of sending and not the call: it is sent again, a limited number of times.
inline bool client_engine::repeats_after(call& c, const error& why, time_point)
{
    bool const uninitialized =
        why.text() == "CONNECTION_NOT_INITED" && !c.with_init && !options_.init_prefix.empty();
    bool const waited = c.wrapped && (why.text() == "MSG_WAIT_FAILED" || why.text() == "MSG_WAIT_TIMEOUT");
    if ((!uninitialized && !waited) || ++c.rejections > options_.max_call_rejections)
        return false;
    if (uninitialized)
        initialized_ = false;
    calls_.requeue(c);
    return true;
}

inline void client_engine::on_bad_msg(const message_view& m, bytes_view body, time_point now)
{
    auto const bad = tl::decode<mt::BadMsgNotification>(body);
    if (!bad)
        return;
    auto const* salt = mt::get_if<mt::bad_server_salt>(*bad);
    auto const* note = mt::get_if<mt::bad_msg_notification>(*bad);
    auto const bad_id = salt ? salt->bad_msg_id : note->bad_msg_id;
    auto const code = salt ? salt->error_code : note->error_code;

    auto const* c = calls_.find_message(bad_id);
    auto const* s = log_.find(bad_id);
    if ((!c || c->msg_id != bad_id || c->at == call::stage::queued) && !s)
        return; // nothing that we sent lately, or something already repaired
    // Several packets may have been under way when one mistake was found: it is corrected, and counted, once.
    bool const news = (c ? c->generation : s->generation) == generation_;

    on_rejected(bad_id, code == 20);
    if (!news)
        return;
    ++generation_;
    switch (code) {
    case 16: // msg_id too low: this message's own identifier has moved the clock forward if that was the
             // reason
        break;
    case 17: // msg_id too high: the one case in which identifiers may become smaller again
        clock_ = server_clock::at(now, unix_ns_of(m.msg_id));
        ids_.restart();
        break;
    case 48:
        if (salt)
            use_salt(static_cast<std::uint64_t>(salt->new_server_salt), now);
        break;
    case 64: // invalid container
        use_containers_ = false;
        break;
    case 32: // seqno too low: the server counts otherwise than we do
    case 33: // seqno too high
        return begin_session(now, code);
    default: // 18, 19, 20 (forgotten), 34, 35: nothing to correct but to send it anew
        break;
    }
    if (++corrections_ > options_.max_corrections)
        begin_session(now, code);
}

/// The server did not process the message (or cannot tell): a call is sent again, a message of the engine's
/// own is made anew if still needed.
inline void client_engine::on_rejected(std::int64_t msg_id, bool may_be_applied)
{
    if (auto* c = calls_.find_message(msg_id); c && c->msg_id == msg_id && c->at != call::stage::queued) {
        if (++c->rejections > options_.max_call_rejections)
            return fail(*c, error(errc::session_lost, "the server rejects the message again and again"));
        return resend_or_lose(*c, may_be_applied);
    }
    using kind = service::kind;
    auto s = log_.take(msg_id);
    if (!s)
        return;
    switch (s->what) {
    case kind::container:
        for (auto const id : s->ids)
            on_rejected(id, may_be_applied);
        break;
    case kind::acks:
        acks_.insert(acks_.end(), s->ids.begin(), s->ids.end());
        break;
    case kind::ping:
        ping_due_ = true;
        break;
    case kind::state_request:
        for (auto const id : s->ids)
            if (auto* c = calls_.find_message(id); c && c->msg_id == id && c->at == call::stage::asked) {
                c->at = call::stage::unsure;
                states_due_ = true;
            }
        break;
    case kind::resend_request:
        resend_ids_.insert(resend_ids_.end(), s->ids.begin(), s->ids.end());
        break;
    case kind::salts_request:
        next_salts_ = time_point();
        break;
    case kind::drop:
    case kind::other:
        services_.push_back(std::move(*s));
        break;
    }
}

inline void client_engine::use_salt(std::uint64_t salt, time_point now)
{
    if (salts_.set(salt, clock_.unix_seconds(now)))
        events_.push_back(salt_changed{salt});
}

} // namespace mtproto::session
