// An account over mtproto::client.
#pragma once

#include <mtproto/proxy/account.hpp>

#include <mtproto/client/calls.hpp>

#include <mutex>
#include <unordered_map>

namespace mtproto::proxy {

/// What a proxy::server serves when it has a client.
///
///     server.add_account("main", std::make_shared<proxy::client_account>(tg));
///
/// The client must outlive it, and so must what runs the client's executor: calls that are under way hold on to it.
class client_account final : public account
{
public:
    explicit client_account(mtproto::client& tg) : state_(std::make_shared<state>(tg)) {}

    void call(call_id id, std::vector<std::byte> request_tl, std::chrono::milliseconds timeout, completion done) override
    {
        invoke_options how;
        if (timeout.count() > 0)
            how.timeout = timeout;
        // The answer may come before start_raw() returns; only then is the call's name in the client known.
        std::lock_guard const lock(state_->mutex);
        auto const raw = state_->tg.start_raw(std::move(request_tl), how,
                                              [state = state_, id, done = std::move(done)](result<std::vector<std::byte>> answer) {
                                                  {
                                                      std::lock_guard const inner(state->mutex);
                                                      state->calls.erase(id);
                                                  }
                                                  done(std::move(answer));
                                              });
        state_->calls.emplace(id, raw);
    }

    void cancel(call_id id) override
    {
        std::lock_guard const lock(state_->mutex);
        if (auto const found = state_->calls.find(id); found != state_->calls.end())
            state_->tg.cancel_raw(found->second);
    }

    bool connected() const override { return state_->tg.connected(); }

private:
    struct state
    {
        explicit state(mtproto::client& c) : tg(c) {}
        mtproto::client& tg; // not proxy::client
        std::mutex mutex{};
        std::unordered_map<call_id, std::uint64_t> calls{};
    };
    std::shared_ptr<state> state_;
};

} // namespace mtproto::proxy
