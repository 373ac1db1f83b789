// One connection to one data centre: a transport, a key and a session, kept up by coroutines.
#pragma once

#include <mtproto/api/methods/auth.hpp>
#include <mtproto/client/detail/connection_calls.hpp>
#include <mtproto/client/detail/connection_events.hpp>
#include <mtproto/client/detail/connection_owner.hpp>
#include <mtproto/client/detail/dial.hpp>
#include <mtproto/client/detail/key_exchange.hpp>
#include <mtproto/client/detail/reconnect_policy.hpp>
#include <mtproto/client/detail/session_renewal.hpp>
#include <mtproto/client/detail/tcp_transport.hpp>
#include <mtproto/session/bind.hpp>
#include <mtproto/session/client_engine.hpp>

#include <boost/asio/co_spawn.hpp>

#include <memory>
#include <utility>

namespace mtproto::detail {

/// Keeps a transport to one data centre open, and a session running on it.
///
/// Everything here runs on one strand; the coroutines keep the object alive, `stop` ends them. The owner is only
/// known weakly.
class connection : public std::enable_shared_from_this<connection>
{
public:
    connection(boost::asio::any_io_executor strand, connection_settings settings, std::shared_ptr<client_context> context,
               std::weak_ptr<connection_owner> owner)
        : strand_(std::move(strand)), settings_(std::move(settings)), context_(std::move(context)), owner_(std::move(owner)),
          wake_(strand_), pause_(strand_), key_(settings_.key), salt_(settings_.salt)
    {
        auto const& make = options_.make_transport;
        link_ = make ? make(strand_, options_, transport_dc(), random_)
                     : make_tcp_transport(strand_, options_, transport_dc(), random_);
    }

    int dc() const noexcept { return settings_.dc; }
    bool media() const noexcept { return settings_.media; }
    bool stopped() const noexcept { return stopping_; }
    bool ready() const noexcept { return link_up_; }
    const std::optional<crypto::auth_key>& key() const noexcept { return key_; }
    std::uint64_t salt() const noexcept { return salt_; }
    const transport::endpoint& address() const noexcept { return addresses_.current(); }
    std::size_t calls() const noexcept { return calls_.size(); }

    /// `persistent`: try for ever; else give up if no address can be reached before the first success.
    void start(bool persistent)
    {
        if (persistent)
            persist();
        // Posted, so that nothing is told to the owner before this returns.
        boost::asio::post(strand_, [self = shared_from_this()] { self->spawn(run(self)); });
    }
    void persist() noexcept { attempts_.persist(); }
    /// The server said which data centre it is.
    void rename(int dc) noexcept { settings_.dc = dc; }

    /// Ends everything; unanswered calls get `why`.
    void stop(const error& why = errc::not_connected)
    {
        if (stopping_)
            return;
        stopping_ = true;
        link_up_ = false;
        link_->close();
        pause_.cancel();
        wake_.cancel();
        fail_calls(why);
        told_.discarded(why);
        told_.closed(why, std::nullopt);
    }

    /// `id` is the owner's name for the call.
    void send(std::uint64_t id, std::shared_ptr<const bytes> request, bool compress)
    {
        if (open_)
            hand_over(id, request, compress);
        else
            calls_.wait({id, std::move(request), compress});
        wake();
    }
    /// Forgets a call; the server is told if it was sent. No answer will come for it.
    void cancel(std::uint64_t id)
    {
        auto const sent = calls_.forget(id);
        if (!sent)
            return;
        engine_->cancel(*sent, now());
        wake();
    }
    /// Begins another session as soon as what is under way is answered, or client_options::renewal_patience is over.
    void renew_session()
    {
        if (stopping_)
            return;
        renewal_.ask(now());
        open_ = false;
        wake();
    }
    /// Looks for a better connection at once, after the network has changed.
    void reconnect()
    {
        pause_.cancel();
        if (link_up_)
            link_->close();
    }

private:
    using clock = std::chrono::steady_clock;
    static constexpr std::uint64_t bind_call = 0; ///< owners' names for calls begin at 1
    static constexpr std::size_t shared_from = 4096; ///< bytes of a request

    void spawn(task<void> what)
    {
        boost::asio::co_spawn(strand_, std::move(what), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
    }

    int transport_dc() const
    {
        auto const dc = settings_.dc + (options_.test_mode ? 10000 : 0);
        return settings_.media ? -dc : dc;
    }

    template <class F>
    void tell(F&& f)
    {
        if (auto const owner = owner_.lock())
            f(*owner);
    }
    void hand_over(std::uint64_t id, const std::shared_ptr<const bytes>& request, bool compress)
    {
        session::call_options how;
        how.compress = compress;
        // The owner keeps a request in case that it has to go elsewhere. A small one is copied: its memory serves for an answer.
        auto const call = request->size() < shared_from ? engine_->send(*request, how, now()) : engine_->send(request, how, now());
        calls_.began(call, id);
    }
    void wake()
    {
        if (link_up_)
            wake_.cancel();
    }
    void fail_calls(const error& why)
    {
        auto const waiting = calls_.take_waiting();
        auto const running = calls_.take_running();
        tell([&](connection_owner& owner) {
            for (auto const& one : waiting)
                owner.on_answer(*this, one.id, why);
            for (auto const id : running)
                owner.on_answer(*this, id, why);
        });
    }

    // ---- the life of a connection

    static task<void> run(std::shared_ptr<connection> self)
    {
        while (!self->stopping_) {
            auto const why = co_await self->live();
            self->link_->close();
            co_await self->writer_ended();
            if (self->stopping_)
                break;
            auto const wait = self->attempts_.after(why, crypto::random_u64(self->random_));
            if (!wait) {
                self->end(why);
                break;
            }
            self->told_.closed(why, *wait);
            if (self->stopping_)
                break;
            boost::system::error_code ec;
            self->pause_.expires_after(*wait);
            co_await self->pause_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        }
        self->stopping_ = true;
    }
    void end(const error& why)
    {
        auto const keep = shared_from_this();
        stop(why);
        tell([&](connection_owner& owner) { owner.on_end(*this, why); });
    }

    /// One connection from its opening to its end; returns why it ended.
    task<error> live()
    {
        told_.connecting();
        auto const dialled = co_await dial(*link_, settings_.dc, addresses_, options_.mtproxy, stopping_);
        if (!dialled)
            co_return dialled.error();
        attempts_.reached();
        told_.opened(address());
        if (!key_) {
            if (auto const made = co_await make_key(); !made)
                co_return made.error();
        }
        if (options_.temporary_keys && !temporary_usable()) {
            if (auto const made = co_await make_temporary_key(); !made)
                co_return made.error();
        }
        if (stopping_)
            co_return errc::not_connected;
        if (!engine_)
            make_engine();
        link_up_ = true;
        engine_->connected(now());
        spawn(write(shared_from_this()));
        told_.bound(engine_->session_id());
        auto const why = co_await read();
        link_up_ = false;
        engine_->disconnected(now());
        drain();
        told_.unbound(why);
        if (outlived_)
            drop_engine(why);
        co_return why;
    }

    session::handshake_options handshake_options(std::optional<std::chrono::seconds> temporary) const;
    task<result<>> make_key();

    // ---- temporary keys, https://core.telegram.org/api/pfs

    bool temporary_usable() const;
    task<result<>> make_temporary_key();
    /// Ends the session of an old key. Whether what was not answered in it was applied cannot be known.
    void drop_engine(const error& why);
    void make_engine();
    void open_for_calls();
    /// The first call with a temporary key; the others wait for its answer.
    void bind();
    void bound(const result<bytes>& answer);

    // ---- the two directions

    /// Receives until the connection ends.
    task<error> read();
    /// Sends whatever is due, as long as the connection is up.
    static task<void> write(std::shared_ptr<connection> self);
    /// When a temporary key grows old: lets the running calls end, then begins anew. True if it is time.
    bool retire();
    /// Renews the session if it is time; else says when to look again.
    session::time_point renew_if_due();
    task<void> writer_ended();
    /// Passes on what the session has to say.
    void drain();
    void answer(session::call_id call, result<bytes> value);
    void on(session::answer& one);
    void on(session::failure& one);
    void on(session::update& one);
    void on(session::new_session&);
    void on(session::salt_changed& one);
    void on(session::session_reset&);
    void on(session::fatal& one);

    boost::asio::any_io_executor strand_;
    connection_settings settings_;
    std::shared_ptr<client_context> context_;
    const client_options& options_ = context_->options;
    crypto::random_source& random_ = context_->random;
    std::weak_ptr<connection_owner> owner_;
    boost::asio::steady_timer wake_;  ///< the writer's
    boost::asio::steady_timer pause_; ///< between attempts, and until the writer has ended
    std::unique_ptr<any_transport> link_{};

    std::optional<crypto::auth_key> key_;
    std::uint64_t salt_;
    session::server_clock clock_ = session::server_clock::from_system();
    std::optional<session::handshake_outcome> temporary_{};
    std::optional<session::client_engine> engine_{};
    session::time_point retire_at_{}; ///< of the temporary key

    std::vector<transport::frame> frames_{}; ///< what came with one receive
    std::vector<tl::bytes_view> packets_{};
    address_cycle addresses_{std::exchange(settings_.addresses, {})};
    connection_calls calls_{};
    connection_events told_{[this](client_event::alternatives what) {
        tell([&](connection_owner& owner) { owner.on_event(*this, {settings_.dc, settings_.media, std::move(what)}); });
    }};
    reconnect_policy attempts_{options_.reconnect_min, options_.reconnect_max};
    session_renewal renewal_{options_.session_lifetime, options_.renewal_patience};

    std::optional<error> ended_{};
    bool link_up_ = false;
    bool writing_ = false;
    bool stopping_ = false;
    bool open_ = false;    ///< calls go to the session; else they wait in the queue
    bool outlived_ = false; ///< the session's temporary key is not to be used again
    bool renewing_ = false; ///< the next session_reset is wanted
};

} // namespace mtproto::detail

#include <mtproto/client/detail/connection_keys.hpp>
#include <mtproto/client/detail/connection_session.hpp>
