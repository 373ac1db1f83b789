// client_core, the half that makes calls, again and elsewhere if need be. Included by client_core.hpp.
#pragma once

#include <mtproto/client/detail/client_core.hpp>

namespace mtproto::detail {

inline void client_core::own_call(bytes request, int dc, std::function<void(result<bytes>)> done)
{
    invoke_options how;
    how.dc = dc;
    auto const id = next_id();
    pending_call call{std::make_shared<const bytes>(std::move(request)), how, std::make_unique<function_sink>(std::move(done))};
    call.unauthorized = true;
    calls_.emplace(id, std::move(call));
    dispatch(id);
}

inline void client_core::begin(std::uint64_t id, std::shared_ptr<const bytes> request, const invoke_options& how,
                               std::unique_ptr<call_sink> sink)
{
    auto& call = calls_.emplace(id, pending_call{std::move(request), how, std::move(sink)}).first->second;
    if (how.timeout) {
        call.deadline = std::make_unique<boost::asio::steady_timer>(strand_, *how.timeout);
        call.deadline->async_wait([weak = weak_self(), id](boost::system::error_code ec) {
            if (auto const self = weak.lock(); self && !ec)
                self->do_cancel(id, errc::timed_out);
        });
    }
    dispatch(id);
}

inline void client_core::finish(call_table::iterator found, result<bytes> answer)
{
    auto const sink = std::move(found->second.sink);
    calls_.erase(found);
    sink->complete(std::move(answer));
}

inline void client_core::dispatch(std::uint64_t id)
{
    auto const found = calls_.find(id);
    if (found == calls_.end())
        return;
    auto& call = found->second;
    auto const dc = call.how.dc == 0 ? home() : call.how.dc;
    call.history.foreign = dc != home();
    if (!pool_.reachable(dc) && dc != home())
        return finish(found, error(errc::connect_failed, "no address is known for data centre " + std::to_string(dc)));
    if (data().user_id != 0 && !call.unauthorized && !(dc == home() ? home_authorized_ : pool_.foreign[dc].authorized))
        return bring_authorization(dc, id);
    call.on = connection_to(dc, call.how.media);
    call.on->send(id, call.request, call.how.compress);
}

inline void client_core::dispatch_later(std::uint64_t id, pending_call& call, std::chrono::steady_clock::duration wait)
{
    call.delay = std::make_unique<boost::asio::steady_timer>(strand_, wait);
    call.delay->async_wait([weak = weak_self(), id](boost::system::error_code ec) {
        if (auto const self = weak.lock(); self && !ec)
            self->dispatch(id);
    });
}

inline void client_core::on_answer(connection& from, std::uint64_t id, result<bytes> answer)
{
    auto const found = calls_.find(id);
    if (found == calls_.end() || found->second.on.get() != &from)
        return;
    auto& call = found->second;
    call.on.reset();
    pool_.drop_idle();
    if (answer)
        return finish(found, std::move(answer));

    auto const& why = answer.error();
    auto& history = call.history;
    history.flood_wait_limit = call.how.flood_wait_limit.value_or(options().flood_wait_limit);
    history.retry_delay = options().retry_delay;
    history.max_retries = options().max_retries;
    history.signed_in = data().user_id != 0;
    auto const decided = judge(why, history);
    switch (decided.what) {
    case remedy::tell: break;
    case remedy::wait:
        if (is_internal_error(why))
            ++history.retries;
        else
            tell({from.dc(), from.media(), events::flood_wait{why, decided.wait}});
        return dispatch_later(id, call, decided.wait);
    case remedy::move_home:
        if (!pool_.reachable(decided.dc))
            break;
        ++history.moves;
        move_home(decided.dc);
        call.how.dc = 0;
        return dispatch(id);
    case remedy::move_call:
        if (!pool_.reachable(decided.dc))
            break;
        ++history.moves;
        call.how.dc = decided.dc;
        return dispatch(id);
    case remedy::init: {
        ++history.inits;
        auto whole = prefix_;
        whole.insert(whole.end(), call.request->begin(), call.request->end());
        call.request = std::make_shared<const bytes>(std::move(whole));
        return dispatch(id);
    }
    case remedy::bring_authorization:
        if (call.unauthorized)
            break;
        ++history.authorizations;
        return bring_authorization(from.dc(), id);
    case remedy::session_over:
        // The file stays as it is, for whoever wants to look into it.
        if (data().user_id != 0)
            tell({from.dc(), from.media(), events::session_ended{why}});
        break;
    }
    finish(found, std::move(answer));
}

inline void client_core::move_home(int dc)
{
    if (dc == home())
        return;
    pool_.retire(home());
    auto& left = pool_.foreign[home()];
    left.key = data().auth_key;
    left.salt = data().salt;
    left.authorized = true;
    former_home_ = std::exchange(data().dc, dc);
    connected_ = false;

    auto& taken = pool_.foreign[dc];
    home_authorized_ = data().user_id == 0 || taken.authorized;
    data().auth_key = taken.key;
    data().salt = taken.salt;
    data().ip.clear();
    data().port = 0;
    tell({dc, false, events::migrated{former_home_}});
    // The session is saved when there is a key for the new home.
    if (connection_to(dc, false)->key())
        session_.save_soon(weak_self());
    pool_.drop_idle();
}

inline void client_core::bring_authorization(int dc, std::uint64_t waiting)
{
    auto& other = pool_.foreign[dc];
    other.waiting.push_back(waiting);
    if (std::exchange(other.authorizing, true))
        return;
    api::auth::exportAuthorization request;
    request.dc_id = dc;
    own_call(tl::encode(request).value(), dc == home() ? former_home_ : home(), [this, dc](result<bytes> answer) {
        auto const exported = answer ? tl::decode<api::auth::ExportedAuthorization>(*answer)
                                     : result<api::auth::ExportedAuthorization>(answer.error());
        auto const* const found = exported ? tl::get_if<api::auth::exportedAuthorization>(*exported) : nullptr;
        if (!found)
            return authorization_brought(dc, exported ? error(errc::wrong_result) : exported.error());
        api::auth::importAuthorization import;
        import.id = found->id;
        import.bytes = found->bytes;
        own_call(tl::encode(import).value(), dc, [this, dc](result<bytes> imported) {
            authorization_brought(dc, imported ? error() : imported.error());
        });
    });
}

inline void client_core::authorization_brought(int dc, const error& why)
{
    auto const entry = pool_.foreign.find(dc);
    if (entry == pool_.foreign.end())
        return;
    entry->second.authorizing = false;
    entry->second.authorized = !why.code();
    if (dc == home())
        home_authorized_ = !why.code();
    for (auto const id : std::exchange(entry->second.waiting, {})) {
        auto const found = calls_.find(id);
        if (found == calls_.end())
            continue;
        if (why.code())
            finish(found, why);
        else
            dispatch(id);
    }
}

} // namespace mtproto::detail
