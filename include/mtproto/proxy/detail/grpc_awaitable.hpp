// grpc_caller's calls as coroutines, cancelled through Asio's slots.
#pragma once

#include <mtproto/proxy/detail/grpc_caller.hpp>

#include <mtproto/client/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mtproto::proxy::detail {

using caller_ptr = std::shared_ptr<grpc_caller>;

using start_function = std::function<void(grpc_caller&, std::uint64_t, sink_ptr)>;

/// Awaits what `start(caller, id, sink)` begins. What waits does not keep the caller alive.
inline task<result<bytes>> await_caller(caller_ptr caller, boost::asio::any_io_executor executor, std::uint64_t id,
                                        start_function start)
{
    if ((co_await boost::asio::this_coro::cancellation_state).cancelled() != boost::asio::cancellation_type::none)
        co_return errc::cancelled;
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result<bytes>)>(
        [](auto handler, caller_ptr c, boost::asio::any_io_executor fallback, std::uint64_t which,
           start_function begin) {
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            auto sink = mtproto::detail::make_sink(std::move(handler), [](result<bytes> r) { return r; }, fallback);
            // Before the call begins: its answer may come at once.
            if (slot.is_connected())
                slot.assign([weak = std::weak_ptr(c), which](boost::asio::cancellation_type) {
                    if (auto const alive = weak.lock())
                        alive->cancel(which);
                });
            begin(*c, which, std::move(sink));
        },
        boost::asio::use_awaitable, std::move(caller), std::move(executor), id, std::move(start));
}

/// A call with one answer.
inline task<result<bytes>> call(caller_ptr caller, boost::asio::any_io_executor executor, std::string path,
                                result<std::string> request, call_options how)
{
    auto const id = caller->next_id();
    auto start = [path = std::move(path), request = std::move(request), how](grpc_caller& c, std::uint64_t which,
                                                                             sink_ptr sink) {
        c.call(which, path, request, how.timeout, std::move(sink));
    };
    return await_caller(std::move(caller), std::move(executor), id, std::move(start));
}
/// Opens a stream; gives the initial metadata `key`.
inline task<result<bytes>> open_stream(caller_ptr caller, boost::asio::any_io_executor executor, std::uint64_t id,
                                       std::string path, result<std::string> request, std::string key)
{
    auto start = [path = std::move(path), request = std::move(request), key = std::move(key)](
                     grpc_caller& c, std::uint64_t which, sink_ptr sink) { c.open(which, path, request, key, std::move(sink)); };
    return await_caller(std::move(caller), std::move(executor), id, std::move(start));
}
inline task<result<bytes>> read_stream(caller_ptr caller, boost::asio::any_io_executor executor, std::uint64_t id)
{
    auto start = [](grpc_caller& c, std::uint64_t which, sink_ptr sink) { c.read(which, std::move(sink)); };
    return await_caller(std::move(caller), std::move(executor), id, std::move(start));
}

} // namespace mtproto::proxy::detail
