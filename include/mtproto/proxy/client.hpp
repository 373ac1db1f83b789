// A client of a proxy: the same calls as on a client of Telegram, over gRPC.
#pragma once

#include <mtproto/proxy/client_options.hpp>
#include <mtproto/proxy/detail/grpc_awaitable.hpp>
#include <mtproto/proxy/detail/messages.hpp>
#include <mtproto/proxy/update_listener.hpp>

#include <mtproto/client/detail/executor_of.hpp>
#include <mtproto/client/invoker.hpp>
#include <mtproto/tl/fields.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mtproto::proxy {

/// One account of a proxy, such as `mtprotod`; an invoker, so that code written for mtproto::client runs on it unchanged.
///
///     mtproto::proxy::client tg(io, {.address = "127.0.0.1:11011"});
///     api::help::getNearestDc request;
///     auto const nearest = co_await tg.invoke(request); // result<api::NearestDc>
///
/// Connects with the first call, and again when it has to; many clients of one process may exist side by side.
///
/// Thread safety: every member function may be called from any thread. Handlers run on their associated executors, `executor` by
/// default. Lifetime: destruction ends all calls with errc::not_connected, and waits for a thread that notices it at once.
class client
{
public:
    using executor_type = boost::asio::any_io_executor;

    /// On an executor, or on that of a context such as an io_context.
    template <mtproto::detail::has_executor Where>
    client(Where&& where, client_options options)
        : core_(std::make_shared<detail::grpc_caller>(options)), executor_(mtproto::detail::executor_of(where)),
          options_(std::move(options))
    {
    }
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() { core_->close(); }

    executor_type get_executor() const noexcept { return executor_; }
    const client_options& options() const noexcept { return options_; }

    /// Makes a call. `request` is serialized before this returns, so it may be a local that dies before the task is awaited.
    ///
    /// Errors are those of mtproto::client::invoke(), with Telegram's code and words; besides, errc::refused if the proxy does
    /// not let this client make the call, errc::not_connected if the proxy cannot be reached.
    template <tl::method Q>
    task<result<typename Q::result>> invoke(const Q& request, call_options how = {})
    {
        return decoded<Q>(
            detail::call(core_, executor_, detail::method_path<Q>(), detail::request_message(request), how));
    }

    /// The account's updates from now on, or from behind `cursor`, see update_listener; of `kinds` only, which are names of
    /// constructors such as updateNewMessage, or all if empty.
    update_listener updates(std::string cursor = {}, std::vector<std::string> kinds = {})
    {
        return update_listener(core_, executor_, std::move(cursor), std::move(kinds));
    }

    /// Ends all calls and streams with errc::not_connected. Final.
    void close() { core_->close(); }

private:
    template <class Q>
    static task<result<typename Q::result>> decoded(task<result<detail::bytes>> answer)
    {
        auto const message = co_await std::move(answer);
        if (!message)
            co_return message.error();
        auto read = detail::read_result<Q>(*message);
        if (!read)
            co_return error(errc::wrong_result, read.error().message());
        co_return read;
    }

    std::shared_ptr<detail::grpc_caller> core_;
    executor_type executor_;
    client_options options_;
};

static_assert(invoker<client>);

} // namespace mtproto::proxy
