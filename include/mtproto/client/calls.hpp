// What can be done with a client of Telegram, for units that are handed one; those that make one include client.hpp.
#pragma once

#include <mtproto/client/detail/client_interface.hpp>
#include <mtproto/client/detail/executor_of.hpp>
#include <mtproto/client/invoker.hpp>
#include <mtproto/client/update_subscription.hpp>

#include <mtproto/api/types/core_u.hpp> // Updates
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/shape.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>

namespace mtproto {

namespace detail {

// What waits for an answer must not keep the client's inside alive, which keeps what waits: a program that ends in
// the middle of a call would not free them. So coroutines hand their core_ptr on, and keep a weak_ptr at most.
using core_ptr = std::shared_ptr<client_interface>;

/// Starts a call whose answer goes to `handler`, through `decode`.
template <class Handler, class Decode>
void initiate_call(const core_ptr& core, Handler handler, Decode decode, result<bytes> request, invoke_options how)
{
    auto const id = core->next_id();
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    auto sink = make_sink(std::move(handler), std::move(decode), core->executor());
    core->call(id, std::move(request), how, std::move(sink));
    if (slot.is_connected())
        slot.assign([weak = std::weak_ptr(core), id](boost::asio::cancellation_type) {
            if (auto const alive = weak.lock())
                alive->cancel(id);
        });
}

/// Whether TL bytes are an Updates, by the constructors that the schema gives it.
inline bool is_updates(const bytes& answer) noexcept
{
    return api::raw::Updates<tl::shape>::tl_select(tl::reader(answer).peek_id(), [](auto) { return true; });
}

/// Leaves an answer as it came; the Updates that a call returns count like those that come unasked.
struct raw_decoder
{
    std::weak_ptr<client_interface> core;

    result<bytes> operator()(result<bytes> received) const
    {
        if (auto const alive = core.lock(); received && alive && alive->wants_results() && is_updates(*received))
            alive->saw_result(*received);
        return received;
    }
};

inline task<result<bytes>> start_call(core_ptr core, result<bytes> request, invoke_options how)
{
    if ((co_await boost::asio::this_coro::cancellation_state).cancelled() != boost::asio::cancellation_type::none)
        co_return errc::cancelled;
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result<bytes>)>(
        [](auto handler, core_ptr c, result<bytes> sent, invoke_options options) {
            auto const same = [](result<bytes> received) { return received; };
            initiate_call(c, std::move(handler), same, std::move(sent), options);
        },
        boost::asio::use_awaitable, std::move(core), std::move(request), how);
}

/// Waits for what `start` makes of a sink.
inline task<result<>> wait_for(core_ptr core, void (client_interface::*start)(std::unique_ptr<call_sink>))
{
    auto const done = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result<bytes>)>(
        [](auto handler, core_ptr c, void (client_interface::*begin)(std::unique_ptr<call_sink>)) {
            auto const same = [](result<bytes> received) { return received; };
            ((*c).*begin)(make_sink(std::move(handler), same, c->executor()));
        },
        boost::asio::use_awaitable, std::move(core), start);
    if (!done)
        co_return done.error();
    co_return result<>{};
}

} // namespace detail

/// One account's session with Telegram.
///
///     mtproto::client tg(io, options);
///     if (auto const up = co_await tg.connect(); !up)
///         co_return up.error();
///     api::help::getNearestDc request;
///     auto const nearest = co_await tg.invoke(request); // result<api::NearestDc>
///
/// Reconnects, sends again, follows the account to its data centre, and waits as long as short flood waits ask, without
/// its user noticing. Everything else is a `result` with the server's own words.
///
/// Thread safety: every member function may be called from any thread at any time; the client does its work on a strand of its
/// own over `executor`. Handlers run on their associated executors, `executor` by default.
/// Lifetime: destruction closes the client without waiting; calls that are under way complete with errc::not_connected.
/// `executor`'s context must outlive the client. Moving is not supported, since the addresses of clients are kept.
class client
{
public:
    using executor_type = boost::asio::any_io_executor;

    /// On an executor, or on that of a context such as an io_context. Connects to nothing yet, and reads nothing: connect() does.
    /// Defined in client.hpp.
    template <detail::has_executor Where>
    client(Where&& where, client_options options);
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client()
    {
        core_->mute();
        core_->close(nullptr);
    }

    executor_type get_executor() const noexcept { return core_->executor(); }
    /// As they are in force: without the storage, with Telegram's addresses and keys where none were given, and with what the
    /// environment and the stored session say. connect() sets `keys` and `use_ipv6`: read these two before it or after it.
    const client_options& options() const noexcept { return core_->options(); }

    /// Loads the session, connects to the account's data centre, makes a key if there is none, and says who we are.
    ///
    /// errc::storage_failed or errc::bad_argument for a session or options that cannot be used, errc::connect_failed if no
    /// address answers, errc::handshake_failed, errc::auth_key_unknown if the server has forgotten the session's key.
    /// After the first success the client keeps itself connected until close(); after a failure it may be called again.
    /// A cancellation does not end it, close() does.
    task<result<>> connect() { return detail::wait_for(core_, &detail::client_interface::connect); }

    /// Ends the connections after saving the session, and completes all calls with errc::not_connected. Final: connect()
    /// then fails with errc::not_connected. The client lets go of its storage first, so a file may be opened anew at once.
    /// A session that cannot be saved is an event, events::storage_error, and no failure.
    task<result<>> close() { return detail::wait_for(core_, &detail::client_interface::close); }

    /// Makes a call. `request` is serialized before this returns, so it may be a local that dies before the task is awaited.
    ///
    /// errc::rpc with the server's code and words, errc::timed_out, errc::cancelled (the server is told to drop the call; it
    /// may have been applied nevertheless), errc::session_lost if it cannot be known whether it was applied,
    /// errc::not_connected, errc::wrong_result. A call that met a lost connection is sent again by itself: with the same
    /// `random_id` the server applies it once. RANDOM_ID_DUPLICATE then says that the first one arrived.
    template <tl::method Q>
    task<result<typename Q::result>> invoke(const Q& request, invoke_options how = {})
    {
        return decoded<typename Q::result>(core_, detail::start_call(core_, tl::encode(request), how));
    }

    /// The same for any completion token of Asio's: a callback, use_future, deferred, ... Signature: void(result<R>).
    template <tl::method Q, class Token>
    auto async_invoke(const Q& request, Token&& token)
    {
        return async_invoke(request, invoke_options{}, std::forward<Token>(token));
    }
    template <tl::method Q, class Token>
    auto async_invoke(const Q& request, invoke_options how, Token&& token)
    {
        using answer = result<typename Q::result>;
        return boost::asio::async_initiate<Token, void(answer)>(
            [](auto handler, detail::core_ptr core, result<detail::bytes> bytes, invoke_options options) {
                auto const decode = [weak = std::weak_ptr(core)](result<detail::bytes> received) {
                    return decode_answer<typename Q::result>(weak, std::move(received));
                };
                detail::initiate_call(core, std::move(handler), decode, std::move(bytes), options);
            },
            token, core_, tl::encode(request), how);
    }

    /// A call whose request and result are TL bytes, for requests that are made at run time.
    task<result<std::vector<std::byte>>> invoke_raw(std::vector<std::byte> request, invoke_options how = {})
    {
        return raw(core_, detail::start_call(core_, std::move(request), how));
    }
    /// The same for any completion token. Signature: void(result<std::vector<std::byte>>).
    template <class Token>
    auto async_invoke_raw(std::vector<std::byte> request, invoke_options how, Token&& token)
    {
        return boost::asio::async_initiate<Token, void(result<detail::bytes>)>(
            [](auto handler, detail::core_ptr core, result<detail::bytes> bytes, invoke_options options) {
                detail::initiate_call(core, std::move(handler), detail::raw_decoder{core}, std::move(bytes), options);
            },
            token, core_, result<detail::bytes>(std::move(request)), how);
    }
    /// The same for a function, with a name for cancel_raw(); for callers on many threads, which a cancellation slot is not for.
    template <class F>
    std::uint64_t start_raw(std::vector<std::byte> request, invoke_options how, F done)
    {
        auto const id = core_->next_id();
        core_->call(id, std::move(request), how, detail::make_sink(std::move(done), detail::raw_decoder{core_}, core_->executor()));
        return id;
    }
    /// Completes a call of start_raw() with errc::cancelled and tells the server to drop it. Nothing if it is over.
    void cancel_raw(std::uint64_t id) { core_->cancel(id); }

    // ---- updates, as they come; updates.hpp puts them in order and fills their gaps

    /// Calls `f(const api::Updates&)` for whatever the server sends unasked, on the client's strand: `f` must not block.
    /// Where something may have been missed (a new session), it gets an updatesTooLong. What this version's schema does not know
    /// is left out here; on_raw_update() has it, and update_stream fetches it anew. Any number of functions may be set; each
    /// stays as long as the client. Include the types it uses.
    template <class F>
    void on_update(F f)
    {
        using Updates = std::remove_cvref_t<typename detail::argument_of<F>::type>;
        on_raw_update([f = std::move(f)](const detail::bytes& body) mutable {
            if (auto const update = tl::decode<Updates>(body, true))
                f(*update);
        });
    }
    /// The same without decoding: a boxed Updates.
    void on_raw_update(std::function<void(const std::vector<std::byte>&)> f)
    {
        core_->subscribe(core_->next_id(), false, std::move(f));
    }

    /// A stream of updates that keeps what comes from now on, up to client_options::update_queue of them. With
    /// `with_results` it also has the Updates that this client's calls return.
    update_subscription subscribe(bool with_results = false) { return update_subscription(core_, with_results); }

    // ---- the session

    /// Whether the account's data centre can be reached right now; calls that are made meanwhile wait.
    bool connected() const noexcept { return core_->connected(); }
    /// A copy of the session as it is now, keys included.
    task<result<session_data>> session() { return copy_session(core_); }
    /// Notes whose session this is, and saves it; sign_in.hpp does this.
    void signed_in(std::int64_t user_id, std::string phone = {}) { core_->signed_in(user_id, std::move(phone)); }
    /// Forgets whose session this is and where its updates stood, and saves it; the key stays. sign_out() of sign_in.hpp does this.
    void signed_out() { core_->signed_out(); }
    /// Changes the session on the strand by `f(session_data&)`, which is copyable, and saves it within a second.
    template <class F>
    void update_session(F f)
    {
        core_->with_session([f = std::move(f)](session_data& data) {
            f(data);
            return true;
        });
    }
    /// Connects anew at once; for a program that hears of a change of the network.
    void reconnect() { core_->reconnect(); }
    /// Gives the sessions up for new ones, under the same keys: calls that are under way end first, up to
    /// client_options::renewal_patience, later ones wait for the new session. The account stays signed in.
    void renew_session() { core_->renew_session(); }

    /// Calls `f(const client_event&)` on the client's strand from now on, as long as the returned object lives. Any number
    /// may listen beside client_options::on_event; nothing is told once the client's destructor has begun.
    event_listener listen(event_listener::function f)
    {
        event_listener made(std::move(f));
        core_->listen(made.watch());
        return made;
    }

private:
    using core_ptr = detail::core_ptr;

    template <class R>
    static result<R> decode_answer([[maybe_unused]] const std::weak_ptr<detail::client_interface>& weak,
                                   result<detail::bytes> received)
    {
        if (!received)
            return received.error();
        if constexpr (std::is_same_v<R, api::Updates>) {
            // The Updates that a call returns count like those that come unasked.
            if (auto const core = weak.lock(); core && core->wants_results())
                core->saw_result(*received);
        }
        auto decoded = tl::decode<R>(*received, true);
        if (!decoded)
            return error(errc::wrong_result, decoded.error().message());
        return decoded;
    }
    static task<result<detail::bytes>> raw(std::weak_ptr<detail::client_interface> core, task<result<detail::bytes>> answer)
    {
        detail::raw_decoder const decoder{std::move(core)}; // g++ 12 destroys a temporary in the expression below twice
        co_return decoder(co_await std::move(answer));
    }
    template <class R>
    static task<result<R>> decoded(std::weak_ptr<detail::client_interface> core, task<result<detail::bytes>> answer)
    {
        co_return decode_answer<R>(core, co_await std::move(answer));
    }
    static task<result<session_data>> copy_session(core_ptr core)
    {
        auto const copy = std::make_shared<session_data>();
        auto const copied = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result<detail::bytes>)>(
            [](auto handler, core_ptr c, std::shared_ptr<session_data> into) {
                auto const same = [](result<detail::bytes> received) { return received; };
                std::shared_ptr<detail::call_sink> sink = detail::make_sink(std::move(handler), same, c->executor());
                c->with_session([into, sink](session_data& data) {
                    *into = data;
                    sink->complete(detail::bytes());
                    return false;
                });
            },
            boost::asio::use_awaitable, std::move(core), copy);
        if (!copied)
            co_return copied.error();
        co_return std::move(*copy);
    }

    core_ptr core_;
};

static_assert(invoker<client>);

} // namespace mtproto
