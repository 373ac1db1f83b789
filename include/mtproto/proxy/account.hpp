// What the proxy needs of an account: make a call, drop it, say whether it is connected.
#pragma once

#include <mtproto/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace mtproto::proxy {

/// Names a call among all that one server has under way.
using call_id = std::uint64_t;

/// One signed-in session. client_account.hpp has it over mtproto::client; a test or an application may bring another.
///
/// Thread safety: every member function may be called from any thread at any time, and must not block.
class account
{
public:
    /// Told how a call ended; called exactly once, from any thread, perhaps before call() returns.
    using completion = std::function<void(result<std::vector<std::byte>>)>;

    virtual ~account() = default;

    /// Sends `request_tl`, a method's TL bytes, and gives the TL bytes of its result to `done`. `timeout` zero: no limit.
    virtual void call(call_id id, std::vector<std::byte> request_tl, std::chrono::milliseconds timeout, completion done) = 0;

    /// Tells Telegram to drop the call (rpc_drop_answer); its `done` gets errc::cancelled, soon. Unknown ids are ignored.
    virtual void cancel(call_id id) = 0;

    /// Whether calls can be answered now; what grpc.health.v1 says about the account.
    virtual bool connected() const = 0;

protected:
    account() = default;
    account(const account&) = default;
    account& operator=(const account&) = default;
};

} // namespace mtproto::proxy
