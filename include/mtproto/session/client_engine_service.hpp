// client_engine, what it makes of the server's service messages: sessions, states, salts, pings. Included by
// client_engine.hpp. https://core.telegram.org/mtproto/service_messages
#pragma once

#include "mtproto/session/client_engine.hpp"
#include "mtproto/tl/decode.hpp"

#include <algorithm>

namespace mtproto::session {

/// Sends the call again, unless it may have been applied and must not be twice.
inline void client_engine::resend_or_lose(call& c, bool may_be_applied)
{
    if (may_be_applied && !c.options.repeatable)
        fail(c, error(errc::session_lost, "the session ended before the answer came"));
    else
        calls_.requeue(c);
}

inline void client_engine::begin_session(time_point, int code)
{
    if (++sessions_ > options_.max_corrections)
        return die(error(errc::session_lost, "the server rejects every message", code));
    mt::destroy_session destroy;
    destroy.session_id = static_cast<std::int64_t>(session_id_);
    session_id_ = crypto::random_u64(random_);
    seqnos_ = {};
    received_ = received_ids(options_.duplicate_window);
    log_.clear();
    services_.clear();
    services_.push_back({service::kind::other, true, 0, {}, *tl::encode(destroy)});
    acks_.clear();
    resend_ids_.clear();
    resend_answers_.clear();
    states_due_ = initialized_ = session_known_ = false;
    unique_id_.reset();
    corrections_ = 0;
    ++generation_;
    for (auto it = calls_.all().begin(); it != calls_.all().end();) {
        auto& c = (it++)->second;
        bool const sent = c.at != call::stage::queued;
        calls_.forget_messages(c);
        if (sent)
            resend_or_lose(c, true);
    }
    events_.push_back(session_reset{});
}

inline void client_engine::on_new_session(bytes_view body, time_point now)
{
    auto const created = tl::decode<mt::new_session_created>(body);
    if (!created)
        return;
    auto const unique_id = static_cast<std::uint64_t>(created->unique_id);
    if (unique_id_ == unique_id)
        return;
    // If the server had answered in this session before, it has lost what it knew: calls may have been
    // applied.
    bool const forgot = session_known_;
    unique_id_ = unique_id;
    session_known_ = true;
    use_salt(static_cast<std::uint64_t>(created->server_salt), now);
    for (auto it = calls_.all().begin(); it != calls_.all().end();) {
        auto& c = (it++)->second;
        if (c.at != call::stage::queued && c.packet_id < created->first_msg_id)
            resend_or_lose(c, forgot);
    }
    if (forgot)
        initialized_ = false;
    events_.push_back(
        new_session{created->first_msg_id, unique_id, static_cast<std::uint64_t>(created->server_salt)});
}

inline void client_engine::on_state(std::int64_t msg_id, std::uint8_t state, time_point now)
{
    auto* c = calls_.find_message(msg_id);
    if (!c || c->msg_id != msg_id || c->at == call::stage::queued)
        return;
    if ((state & message_status::kind) < message_status::received)
        return resend_or_lose(*c, (state & message_status::kind) == message_status::unknown &&
                                      (session_known_ || c->acknowledged));
    c->acknowledged = true;
    c->at = call::stage::sent;
    c->ask_at = now + c->ask_interval;
    next_states_ = std::min(next_states_, c->ask_at);
    if ((state & message_status::answered) == 0)
        return;
    if (++c->lost_answers > options_.max_call_rejections)
        return fail(*c, error(errc::session_lost, "the answer was lost, and the server does not repeat it"));
    resend_answers_.push_back(msg_id);
}

/// The server does not tell a state, though it must: some that are not Telegram's know no such request. What may have been lost
/// with its connection is sent again; what is only slow is waited for.
inline void client_engine::on_no_state(call& c, time_point now)
{
    if (c.cut)
        return resend_or_lose(c, session_known_ || c.acknowledged);
    c.at = call::stage::sent;
    c.ask_at = now + c.ask_interval;
    next_states_ = std::min(next_states_, c.ask_at);
}

inline void client_engine::on_state_info(bytes_view body, time_point now)
{
    auto const info = tl::decode<mt::msgs_state_info>(body);
    auto const* s = info ? log_.find(info->req_msg_id) : nullptr;
    if (!s || s->what != service::kind::state_request || s->ids.size() != info->info.size())
        return;
    auto const ids = log_.take(info->req_msg_id)->ids;
    progress();
    for (std::size_t i = 0; i < ids.size(); ++i)
        on_state(ids[i], static_cast<std::uint8_t>(info->info[i]), now);
}

inline void client_engine::on_all_info(bytes_view body, time_point now)
{
    auto const info = tl::decode<mt::msgs_all_info>(body);
    if (info && info->msg_ids.size() == info->info.size())
        for (std::size_t i = 0; i < info->info.size(); ++i)
            on_state(info->msg_ids[i], static_cast<std::uint8_t>(info->info[i]), now);
}

inline void client_engine::on_detailed_info(bytes_view body, time_point now)
{
    auto const info = tl::decode<mt::MsgDetailedInfo>(body);
    if (!info)
        return;
    auto const* of_call = mt::get_if<mt::msg_detailed_info>(*info);
    auto const answer_id =
        of_call ? of_call->answer_msg_id : mt::get_if<mt::msg_new_detailed_info>(*info)->answer_msg_id;
    bool const wanted = !of_call || calls_.find_message(of_call->msg_id);
    if (!is_from_server(answer_id))
        return;
    if (!wanted || received_.contains(answer_id) || received_.is_forgotten(answer_id))
        acknowledge(answer_id, now);
    else if (resend_ids_.size() < 1000 &&
             std::find(resend_ids_.begin(), resend_ids_.end(), answer_id) == resend_ids_.end())
        resend_ids_.push_back(answer_id);
}

inline void client_engine::on_state_request(std::int64_t req_msg_id, bytes_view body)
{
    auto const request = tl::decode<mt::msgs_state_req>(body);
    if (!request || request->msg_ids.size() > 8192)
        return;
    mt::msgs_state_info info;
    info.req_msg_id = req_msg_id;
    for (auto const id : request->msg_ids)
        info.info.push_back(static_cast<char>(received_.status(id)));
    services_.push_back({service::kind::other, false, 0, {}, *tl::encode(info)});
}

/// A message is never encrypted a second time under its identifier: calls go out anew, of the rest nothing is
/// kept.
inline void client_engine::on_resend_request(std::int64_t req_msg_id, bytes_view body)
{
    auto const request = tl::decode<mt::MsgResendReq>(body);
    if (!request)
        return;
    bool const ours = mt::holds<mt::msg_resend_req>(*request);
    auto const& ids = ours ? mt::get_if<mt::msg_resend_req>(*request)->msg_ids
                           : mt::get_if<mt::msg_resend_ans_req>(*request)->msg_ids;
    if (ids.size() > 8192)
        return;
    mt::msgs_state_info info;
    info.req_msg_id = req_msg_id;
    for (auto const id : ids) {
        auto* c = ours ? calls_.find_message(id) : nullptr;
        if (c && c->msg_id == id && c->at != call::stage::queued)
            calls_.requeue(*c);
        else
            info.info.push_back(static_cast<char>(message_status::unknown));
    }
    if (info.info.size() == ids.size())
        services_.push_back({service::kind::other, false, 0, {}, *tl::encode(info)});
}

inline void client_engine::on_pong(bytes_view body)
{
    auto const pong = tl::decode<mt::pong>(body);
    auto const* s = pong ? log_.find(pong->msg_id) : nullptr;
    if (!s || s->what != service::kind::ping || pong->ping_id != ping_id_)
        return;
    log_.take(pong->msg_id);
    session_known_ = true;
    pinged_at_.reset();
    progress();
}

inline void client_engine::on_future_salts(bytes_view body, time_point now)
{
    auto const salts = tl::decode<mt::future_salts>(body);
    auto const* s = salts ? log_.find(salts->req_msg_id) : nullptr;
    if (!s || s->what != service::kind::salts_request)
        return;
    log_.take(salts->req_msg_id);
    progress();
    std::vector<salt_period> periods;
    for (auto const& one : salts->salts)
        periods.push_back({one.valid_since, one.valid_until, static_cast<std::uint64_t>(one.salt)});
    salts_.set_future(periods, clock_.unix_seconds(now));
}

inline void client_engine::on_destroy_answer(bytes_view body)
{
    for (auto& [id, c] : calls_.all())
        if (c.is_destroy && c.at != call::stage::queued) {
            events_.push_back(answer{c.id, {body.begin(), body.end()}});
            return calls_.erase(c);
        }
}

} // namespace mtproto::session
