// Where the answer of one call goes: any completion handler, with its type erased.
#pragma once

#include <mtproto/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace mtproto::detail {

using bytes = std::vector<std::byte>;

/// Takes one answer, once. Destroyed without an answer, it destroys the handler, as Asio does at shutdown.
class call_sink
{
public:
    virtual ~call_sink() = default;
    /// Posts to the handler's executor; never runs the handler inside.
    virtual void complete(result<bytes> answer) = 0;
};

/// `Decode` turns the answer's bytes into what the handler takes, on the handler's executor.
template <class Handler, class Decode>
class handler_sink final : public call_sink
{
public:
    handler_sink(Handler handler, Decode decode, const boost::asio::any_io_executor& fallback)
        : work_(boost::asio::prefer(boost::asio::get_associated_executor(handler, fallback),
                                    boost::asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler)), decode_(std::move(decode))
    {
    }

    void complete(result<bytes> answer) override
    {
        boost::asio::post(work_, [handler = std::move(handler_), decode = std::move(decode_),
                                  answer = std::move(answer)]() mutable {
            // The slot outlives this call; what it would cancel is over.
            if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected())
                slot.clear();
            auto decoded = decode(std::move(answer));
            std::move(handler)(std::move(decoded));
        });
    }

private:
    // Decayed: where the property means nothing, prefer() returns its argument.
    using executor = std::decay_t<decltype(boost::asio::prefer(
        boost::asio::get_associated_executor(std::declval<Handler&>(), std::declval<const boost::asio::any_io_executor&>()),
        boost::asio::execution::outstanding_work.tracked))>;

    executor work_;
    Handler handler_;
    Decode decode_;
};

template <class Handler, class Decode>
std::unique_ptr<call_sink> make_sink(Handler handler, Decode decode, const boost::asio::any_io_executor& fallback)
{
    return std::make_unique<handler_sink<Handler, Decode>>(std::move(handler), std::move(decode), fallback);
}

} // namespace mtproto::detail
