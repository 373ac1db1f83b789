// Calls that are under way.
#pragma once

#include <mtproto/client/detail/connection.hpp>
#include <mtproto/client/error_policy.hpp>

#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

namespace mtproto::detail {

/// A sink for the client's own calls.
class function_sink final : public call_sink
{
public:
    explicit function_sink(std::function<void(result<bytes>)> f) : f_(std::move(f)) {}
    void complete(result<bytes> answer) override { f_(std::move(answer)); }

private:
    std::function<void(result<bytes>)> f_;
};

/// All that is needed to make a call again, elsewhere or later.
struct pending_call
{
    std::shared_ptr<const bytes> request;
    invoke_options how;
    std::unique_ptr<call_sink> sink;
    std::shared_ptr<connection> on{};
    std::unique_ptr<boost::asio::steady_timer> deadline{};
    std::unique_ptr<boost::asio::steady_timer> delay{};
    call_history history{};
    bool unauthorized = false; ///< does not need the account's authorization
};

/// By the client's names for them.
using call_table = std::unordered_map<std::uint64_t, pending_call>;

} // namespace mtproto::detail
