// server_engine, the half that takes packets apart. Included by server_engine.hpp.
#pragma once

#include "mtproto/session/api_ids.hpp"
#include "mtproto/session/server_engine.hpp"
#include "mtproto/tl/decode.hpp"

#include <algorithm>

namespace mtproto::session {

inline result<> server_engine::receive(const plain_packet& packet, time_point now)
{
    if (packet.session_id != session_id_)
        return error(errc::bad_message, "a message of another session");
    auto& messages = messages_;
    messages.clear();
    bool const container = is_container(packet.body);
    bool well_formed = true;
    if (container)
        well_formed = unpack_container(packet.msg_id, packet.body, messages).has_value();
    else
        messages.push_back({packet.msg_id, packet.seqno, packet.body});

    // A duplicate is recognised before anything else is judged: to reject what was processed would make the
    // client send it again, and have it applied twice.
    if (received_.status(packet.msg_id) == message_status::received) {
        for (auto const& m : messages)
            on_duplicate(m, now);
        return {};
    }
    if (!is_acceptable(packet, now))
        return {};
    if (!well_formed || (container && messages.empty())) {
        bad_msg(packet.msg_id, packet.seqno, 64);
        return {};
    }
    if (container && is_content(packet.seqno)) {
        bad_msg(packet.msg_id, packet.seqno, 34);
        return {};
    }
    if (!first_msg_id_) {
        auto lowest = packet.msg_id;
        for (auto const& m : messages)
            lowest = (std::min)(lowest, m.msg_id);
        first_msg_id_ = lowest;
        mt::new_session_created created;
        created.first_msg_id = lowest;
        created.unique_id = static_cast<std::int64_t>(crypto::random_u64(random_));
        created.server_salt = static_cast<std::int64_t>(salts_.current(options_.clock.unix_seconds(now)));
        fresh_.push_back({0, true, message_kind::notice, 0, *tl::encode(created), {}});
    }
    if (container)
        received_.insert(packet.msg_id, packet.seqno);
    for (auto const& m : messages)
        on_message(m, now);
    return {};
}

/// Identifier, age and salt; tells the client what is wrong.
inline bool server_engine::is_acceptable(const plain_packet& packet, time_point now)
{
    auto const reject = [&](int code) {
        bad_msg(packet.msg_id, packet.seqno, code);
        return false;
    };
    if ((packet.msg_id & 3) != 0)
        return reject(18);
    if (received_.is_forgotten(packet.msg_id))
        return reject(20);
    switch (check_age(packet.msg_id, options_.clock.unix_ns(now))) {
    case message_age::too_old:
        return reject(16);
    case message_age::too_new:
        return reject(17);
    case message_age::valid:
        break;
    }
    auto const seconds = options_.clock.unix_seconds(now);
    if (!salts_.is_valid(packet.salt, seconds)) {
        mt::bad_server_salt bad;
        bad.bad_msg_id = packet.msg_id;
        bad.bad_msg_seqno = packet.seqno;
        bad.error_code = 48;
        bad.new_server_salt = static_cast<std::int64_t>(salts_.current(seconds));
        answer(bad);
        return false;
    }
    // The client was told, or will be, that the server knows nothing of these: they must not be applied after
    // all.
    if (received_.contains(packet.msg_id) || (first_msg_id_ && packet.msg_id < *first_msg_id_))
        return reject(16);
    return true;
}

inline void server_engine::bad_msg(std::int64_t msg_id, std::int32_t seqno, int code)
{
    mt::bad_msg_notification bad;
    bad.bad_msg_id = msg_id;
    bad.bad_msg_seqno = seqno;
    bad.error_code = code;
    answer(bad);
}

/// Acknowledges again what was received, and repeats its answer.
inline void server_engine::on_duplicate(const message_view& m, time_point now)
{
    if (received_.status(m.msg_id) != message_status::received)
        return;
    if (auto const known = requests_.find(m.msg_id);
        known != requests_.end() && unacked_.contains(known->second.answer_id))
        resend_.insert(known->second.answer_id);
    else if (is_content(m.seqno))
        acknowledge(m.msg_id, now);
}

inline void server_engine::on_message(const message_view& m, time_point now)
{
    if ((m.msg_id & 3) != 0)
        return bad_msg(m.msg_id, m.seqno, 18);
    if (received_.status(m.msg_id) == message_status::received)
        return on_duplicate(m, now);
    if (received_.is_forgotten(m.msg_id))
        return bad_msg(m.msg_id, m.seqno, 20);
    if (received_.contains(m.msg_id))
        return bad_msg(m.msg_id, m.seqno, 16);
    switch (received_.check_order(m.msg_id, m.seqno)) {
    case received_ids::order::too_low:
        return bad_msg(m.msg_id, m.seqno, 32);
    case received_ids::order::too_high:
        return bad_msg(m.msg_id, m.seqno, 33);
    case received_ids::order::good:
        break;
    }
    bytes storage;
    auto const body = unpacked(m.body, storage, options_.inflate);
    auto const id = body ? tl::reader(*body).peek_id() : 0;
    if (!body) {
        received_.insert(m.msg_id, m.seqno);
        requests_[m.msg_id];
        ++running_;
        return reply_error(m.msg_id, 400, "INPUT_REQUEST_INVALID", now);
    }
    // What is no service message is a call, and only calls must have an odd number. Clients differ in the
    // rest: mtcute numbers even its acknowledgements oddly, and code 34 would make it begin its session anew,
    // over and over.
    bool const content = is_content(m.seqno);
    if (!content) {
        switch (id) {
        case mt::msgs_ack::tl_id:
        case mt::ping::tl_id:
        case mt::ping_delay_disconnect::tl_id:
        case mt::get_future_salts::tl_id:
        case mt::msgs_state_req::tl_id:
        case mt::msgs_state_info::tl_id:
        case mt::msgs_all_info::tl_id:
        case mt::msg_resend_req::tl_id:
        case mt::msg_resend_ans_req::tl_id:
        case mt::http_wait::tl_id:
        case mt::destroy_session::tl_id:
        case mt::destroy_auth_key::tl_id:
        case mt::rpc_drop_answer::tl_id:
            break;
        default:
            return bad_msg(m.msg_id, m.seqno, 35);
        }
    }
    received_.insert(m.msg_id, m.seqno);
    if (content)
        acknowledge(m.msg_id, now);
    if (!on_service(m, id, *body, now))
        on_request(m, *body, now);
}

/// False if the message is none of the protocol's own.
inline bool server_engine::on_service(const message_view& m, std::uint32_t id, bytes_view body,
                                      time_point now)
{
    switch (id) {
    case mt::msgs_ack::tl_id:
        for_each_acknowledged(body, true, [&](std::int64_t acked) { on_acknowledged(acked); });
        return true;
    case mt::ping::tl_id:
        if (auto const ping = tl::decode<mt::ping>(body, true))
            on_ping(m.msg_id, ping->ping_id);
        return true;
    case mt::ping_delay_disconnect::tl_id:
        if (auto const ping = tl::decode<mt::ping_delay_disconnect>(body, true)) {
            on_ping(m.msg_id, ping->ping_id);
            disconnect_at_ = now + std::chrono::seconds((std::max)(ping->disconnect_delay, 0));
        }
        return true;
    case mt::get_future_salts::tl_id:
        if (auto const ask = tl::decode<mt::get_future_salts>(body, true)) {
            mt::future_salts salts;
            salts.req_msg_id = m.msg_id;
            salts.now = static_cast<std::int32_t>(options_.clock.unix_seconds(now));
            for (auto const& s : salts_.future(ask->num, options_.clock.unix_seconds(now))) {
                mt::future_salt one;
                one.valid_since = static_cast<std::int32_t>(s.valid_since);
                one.valid_until = static_cast<std::int32_t>(s.valid_until);
                one.salt = static_cast<std::int64_t>(s.salt);
                salts.salts.push_back(one);
            }
            answer(salts);
        }
        return true;
    case mt::msgs_state_req::tl_id:
        return on_state_request(m.msg_id, body), true;
    case mt::msgs_state_info::tl_id: // the client's word on our messages: what matters it acknowledges anyway
    case mt::msgs_all_info::tl_id:
        return true;
    case mt::msg_resend_req::tl_id:
    case mt::msg_resend_ans_req::tl_id:
        return on_resend_request(body), true;
    case mt::http_wait::tl_id:
        if (auto const wait = tl::decode<mt::http_wait>(body, true))
            http_wait_ = *wait;
        return true;
    case mt::destroy_session::tl_id:
        if (auto const destroy = tl::decode<mt::destroy_session>(body, true))
            controls_.push_back(destroy_session_request{static_cast<std::uint64_t>(destroy->session_id)});
        return true;
    case mt::destroy_auth_key::tl_id:
        return controls_.push_back(destroy_auth_key_request{m.msg_id}), true;
    case mt::rpc_drop_answer::tl_id:
        if (auto const drop = tl::decode<mt::rpc_drop_answer>(body, true))
            on_drop(m.msg_id, drop->req_msg_id), controls_.push_back(dropped_request{drop->req_msg_id});
        return true;
    default:
        return false;
    }
}

inline void server_engine::on_ping(std::int64_t msg_id, std::int64_t ping_id)
{
    mt::pong pong;
    pong.msg_id = msg_id;
    pong.ping_id = ping_id;
    answer(pong);
    std::erase(acks_, msg_id);
}

inline void server_engine::on_state_request(std::int64_t req_msg_id, bytes_view body)
{
    auto const ask = tl::decode<mt::msgs_state_req>(body, true);
    if (!ask || ask->msg_ids.size() > 8192)
        return;
    mt::msgs_state_info info;
    info.req_msg_id = req_msg_id;
    for (auto const id : ask->msg_ids) {
        auto state = id < *first_msg_id_ ? message_status::unknown : received_.status(id);
        if (state != message_status::received) {
            received_.refuse(id); // the client will send it again: a copy still under way must not count
        } else if (auto const known = requests_.find(id); known != requests_.end()) {
            bool const running = known->second.at == known_request::stage::running;
            state = static_cast<std::uint8_t>(
                state | (running ? message_status::processing : message_status::answered));
        }
        info.info.push_back(static_cast<char>(state));
    }
    answer(info);
}

inline void server_engine::on_resend_request(bytes_view body)
{
    auto const ask = tl::decode<mt::MsgResendReq>(body, true);
    if (!ask)
        return;
    if (auto const* messages = mt::get_if<mt::msg_resend_req>(*ask)) {
        for (auto const id : messages->msg_ids)
            if (auto const found = unacked_.find(id); found != unacked_.end()) {
                found->second.whole = true;
                resend_.insert(id);
            }
        return;
    }
    for (auto const id : mt::get_if<mt::msg_resend_ans_req>(*ask)->msg_ids)
        if (auto const known = requests_.find(id); known != requests_.end())
            if (auto const found = unacked_.find(known->second.answer_id); found != unacked_.end())
                resend_.insert(found->first);
}

/// https://core.telegram.org/mtproto/service_messages#cancellation-of-an-rpc-query
inline void server_engine::on_drop(std::int64_t msg_id, std::int64_t req_msg_id)
{
    mt::RpcDropAnswer verdict = mt::rpc_answer_unknown();
    auto const known = requests_.find(req_msg_id);
    if (known != requests_.end() && known->second.at == known_request::stage::running) {
        queue_.erase_if([&](auto& r) { return r.msg_id == req_msg_id; });
        std::erase_if(waiting_, [&](auto& w) { return w.call.msg_id == req_msg_id; });
        known->second.at = known_request::stage::dropped;
        --running_;
        verdict = mt::rpc_answer_dropped_running();
    } else if (known != requests_.end()) {
        mt::rpc_answer_dropped dropped;
        if (auto const sent = unacked_.find(known->second.answer_id); sent != unacked_.end()) {
            dropped.msg_id = sent->first;
            dropped.seq_no = sent->second.seqno;
            dropped.bytes = static_cast<std::int32_t>(sent->second.body.size());
            resend_.erase(sent->first);
            unacked_.erase(sent);
            verdict = dropped;
        } else if (fresh_.erase_if([&](auto& m) { return m.answers == req_msg_id; }) != 0) {
            verdict = dropped;
        }
    }
    requests_[msg_id]; // the cancellation is a call itself
    ++running_;
    bytes result(12 + tl::size(verdict));
    tl::writer to{std::span<std::byte>(result)};
    to.id(mt::rpc_result::tl_id);
    to.number(msg_id);
    tl::write_value(to, verdict);
    finish(msg_id, known_request::stage::answered, std::move(result));
}

inline void server_engine::on_request(const message_view& m, bytes_view body, time_point now)
{
    request r;
    r.msg_id = m.msg_id;
    for (bool more = true; more;) { // as often as it may be wrapped: every wrapper makes the body shorter
        tl::reader from(body);
        std::uint32_t count = 1;
        switch (from.id()) {
        case detail::invoke_after_msgs_id:
            if (!from.expect(tl::vector_id) || !from.count(count, 8)) {
                more = false;
                break;
            }
            [[fallthrough]];
        case detail::invoke_after_msg_id:
            for (std::int64_t id = 0; count != 0 && from.number(id); --count)
                r.after.push_back(id);
            more = from.ok();
            if (more)
                body = from.rest();
            break;
        default:
            more = false;
        }
    }
    r.body = spare_.copy(body);
    requests_[m.msg_id];
    ++running_;
    forget_old_requests();
    if (is_ready(r))
        queue_.push_back(std::move(r));
    else if (has_failed_dependency(r))
        reply_error(r.msg_id, 400, "MSG_WAIT_FAILED", now);
    else
        waiting_.push_back({std::move(r), now + options_.after_timeout});
}

inline bool server_engine::is_ready(const request& r) const
{
    return std::all_of(r.after.begin(), r.after.end(), [&](auto id) {
        auto const found = requests_.find(id);
        return found != requests_.end() && found->second.at == known_request::stage::answered;
    });
}

inline bool server_engine::has_failed_dependency(const request& r) const
{
    return std::any_of(r.after.begin(), r.after.end(), [&](auto id) {
        auto const found = requests_.find(id);
        return found != requests_.end() && (found->second.at == known_request::stage::failed ||
                                            found->second.at == known_request::stage::dropped);
    });
}

/// Hands out what waited for a call that is answered now, and fails what waited in vain.
inline void server_engine::release_waiting(time_point now)
{
    for (std::size_t i = 0; i < waiting_.size();) {
        bool const ready = is_ready(waiting_[i].call);
        bool const failed = has_failed_dependency(waiting_[i].call);
        if (!ready && !failed && now < waiting_[i].until) {
            ++i;
            continue;
        }
        auto r = std::move(waiting_[i].call);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
        if (ready) {
            queue_.push_back(std::move(r));
        } else {
            reply_error(r.msg_id, failed ? 400 : 500, failed ? "MSG_WAIT_FAILED" : "MSG_WAIT_TIMEOUT", now);
            i = 0; // that may have decided about others
        }
    }
}

} // namespace mtproto::session
