// One connection to one data centre: a transport, a key and a session, kept up by coroutines.
#pragma once

#include <mtproto/api/methods/auth.hpp>
#include <mtproto/client/detail/call_sink.hpp>
#include <mtproto/client/detail/key_exchange.hpp>
#include <mtproto/session/bind.hpp>
#include <mtproto/session/client_engine.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <unordered_map>

namespace mtproto::detail {

/// What all connections of a client share, for as long as one of their coroutines lives.
struct client_context
{
    explicit client_context(client_options o) : options(std::move(o)) {}

    client_options options;
    crypto::system_random random{};
    crypto::dh_prime_cache primes{};
};

/// What a connection needs to begin.
struct connection_settings
{
    int dc = 0;
    bool media = false;
    std::vector<transport::endpoint> addresses{};
    std::optional<crypto::auth_key> key{}; ///< none: one is made
    std::uint64_t salt = 0;
    std::vector<std::byte> init_prefix{}; ///< invokeWithLayer(initConnection(
};

class connection;

/// Who is told. Called on the strand, from the connection's coroutines.
class connection_owner
{
public:
    virtual ~connection_owner() = default;
    virtual void on_answer(connection& from, std::uint64_t call, result<bytes> answer) = 0;
    virtual void on_updates(connection& from, bytes body) = 0;
    virtual void on_event(connection& from, const client_event& event) = 0;
    virtual void on_key(connection& from) = 0; ///< a new permanent key
    virtual void on_salt(connection& from, std::uint64_t salt) = 0;
    virtual void on_new_session(connection& from) = 0;
    /// The connection gave up; its calls were answered with `why`.
    virtual void on_end(connection& from, const error& why) = 0;
};

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
    const transport::endpoint& address() const noexcept { return address_; }
    std::size_t calls() const noexcept { return queue_.size() + running_.size(); }

    /// `persistent`: try for ever; else give up if no address can be reached before the first success.
    void start(bool persistent)
    {
        persistent_ = persistent;
        // Posted, so that nothing is told to the owner before this returns.
        boost::asio::post(strand_, [self = shared_from_this()] { self->spawn(run(self)); });
    }
    void persist() noexcept { persistent_ = true; }
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
        tell_discarded(why);
        tell_closed(why, std::nullopt);
    }

    /// `id` is the owner's name for the call.
    void send(std::uint64_t id, std::shared_ptr<const bytes> request, bool compress)
    {
        if (open_)
            hand_over(id, request, compress);
        else
            queue_.push_back({id, std::move(request), compress});
        wake();
    }
    /// Forgets a call; the server is told if it was sent. No answer will come for it.
    void cancel(std::uint64_t id)
    {
        std::erase_if(queue_, [&](const queued& one) { return one.id == id; });
        auto const found = by_id_.find(id);
        if (found == by_id_.end())
            return;
        auto const call = found->second;
        by_id_.erase(found);
        running_.erase(call);
        engine_->cancel(call, now());
        wake();
    }
    /// Begins another session as soon as what is under way is answered, or client_options::renewal_patience is over.
    void renew_session()
    {
        if (renew_by_ || stopping_)
            return;
        renew_by_ = now() + options_.renewal_patience;
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

    struct queued
    {
        std::uint64_t id;
        std::shared_ptr<const bytes> request;
        bool compress;
    };

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
    void tell_event(client_event::alternatives what)
    {
        tell([&](connection_owner& owner) { owner.on_event(*this, {settings_.dc, settings_.media, std::move(what)}); });
    }
    void tell_bound()
    {
        session_id_ = engine_->session_id();
        bound_ = true;
        tell_event(events::bound{session_id_});
    }
    void tell_unbound(const error& why)
    {
        if (std::exchange(bound_, false))
            tell_event(events::unbound{session_id_, why});
    }
    void tell_discarded(const error& why)
    {
        tell_unbound(why);
        established_ = false;
        if (auto const id = std::exchange(session_id_, 0); id != 0)
            tell_event(events::discarded{id, why});
    }
    void tell_closed(const error& why, std::optional<clock::duration> retry_in)
    {
        if (std::exchange(attempting_, false))
            tell_event(events::closed{why, retry_in});
    }

    void hand_over(std::uint64_t id, const std::shared_ptr<const bytes>& request, bool compress)
    {
        session::call_options how;
        how.compress = compress;
        // The owner keeps a request in case that it has to go elsewhere. A small one is copied: its memory serves for an answer.
        auto const call = request->size() < shared_from ? engine_->send(*request, how, now()) : engine_->send(request, how, now());
        running_[call] = id;
        by_id_[id] = call;
    }
    void wake()
    {
        if (link_up_)
            wake_.cancel();
    }
    void fail_calls(const error& why)
    {
        auto queue = std::exchange(queue_, {});
        auto running = std::exchange(running_, {});
        by_id_.clear();
        tell([&](connection_owner& owner) {
            for (auto const& one : queue)
                owner.on_answer(*this, one.id, why);
            for (auto const& [call, id] : running)
                owner.on_answer(*this, id, why);
        });
    }

    // ---- the life of a connection

    static task<void> run(std::shared_ptr<connection> self)
    {
        auto delay = self->options_.reconnect_min;
        while (!self->stopping_) {
            self->heard_ = false;
            auto const why = co_await self->live();
            self->link_->close();
            co_await self->writer_ended();
            if (self->stopping_)
                break;
            if (self->must_end(why)) {
                self->end(why);
                break;
            }
            if (self->heard_)
                delay = self->options_.reconnect_min;
            if (why.is(errc::transport_error) && why.number() == -429)
                delay = (std::max<clock::duration>)(delay * 4, std::chrono::seconds(2));
            auto const wait = (std::min)(self->jittered(delay), self->options_.reconnect_max);
            self->tell_closed(why, wait);
            if (self->stopping_)
                break;
            delay = (std::min)(delay * 2, self->options_.reconnect_max);
            boost::system::error_code ec;
            self->pause_.expires_after(wait);
            co_await self->pause_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        }
        self->stopping_ = true;
    }

    /// Half of the delay to all of it, so that many clients do not come back at once.
    clock::duration jittered(clock::duration delay)
    {
        auto const half = delay / 2;
        auto const spread = static_cast<std::uint64_t>(std::max<std::int64_t>(half.count(), 1));
        return half + clock::duration(static_cast<std::int64_t>(crypto::random_u64(random_) % spread));
    }

    /// Whether there is no sense in trying again.
    bool must_end(const error& why)
    {
        if (why.is(errc::auth_key_unknown)) // confirmed: the session has heard it twice
            return true;
        if (why.is(errc::bad_argument) || (why.is(errc::transport_error) && why.number() == -444))
            return true;
        for (auto const kind : {errc::handshake_failed, errc::bad_prime, errc::bad_dh_value, errc::bad_factorization,
                                errc::bad_digest, errc::bad_key})
            if (why.is(kind))
                return ++failed_exchanges_ >= 3;
        // Until the first success somebody waits to hear what is wrong: an address where nobody listens, or a
        // server that hangs up again and again.
        return !persistent_ && (!reached_ || ++failures_ >= 3);
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
        attempting_ = true;
        tell_event(events::connecting{});
        if (auto const opened = co_await open(); !opened)
            co_return opened.error();
        tell_event(events::opened{address_});
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
        tell_bound();
        auto const why = co_await read();
        link_up_ = false;
        engine_->disconnected(now());
        drain();
        tell_unbound(why);
        if (outlived_)
            drop_engine(why);
        co_return why;
    }

    task<result<>> open()
    {
        if (settings_.addresses.empty())
            co_return error(errc::bad_argument, "no address is known for data centre " + std::to_string(settings_.dc));
        error first{};
        for (std::size_t tries = 0; tries != settings_.addresses.size(); ++tries) {
            // Begin with the address that worked last.
            auto const at = (next_address_ + tries) % settings_.addresses.size();
            auto const connected = co_await link_->connect(options_.mtproxy.value_or(settings_.addresses[at]));
            if (stopping_)
                co_return errc::not_connected;
            if (connected) {
                reached_ = true;
                next_address_ = at;
                address_ = settings_.addresses[at];
                co_return result<>{};
            }
            if (tries == 0)
                first = connected.error();
            if (!connected.error().is(errc::connect_failed) && !connected.error().is(errc::resolve_failed))
                break;
            if (options_.mtproxy)
                break;
        }
        co_return first;
    }

    session::handshake_options handshake_options(std::optional<std::chrono::seconds> temporary) const
    {
        session::handshake_options made;
        made.keys = options_.keys;
        made.dc = settings_.dc;
        made.test_mode = options_.test_mode;
        made.media = settings_.media;
        made.temporary = temporary;
        made.clock = clock_;
        return made;
    }

    task<result<>> make_key()
    {
        session::client_handshake exchange(handshake_options(std::nullopt), random_, context_->primes);
        auto const outcome = co_await exchange_keys(strand_, *link_, exchange, options_.handshake_timeout);
        if (!outcome)
            co_return outcome.error();
        heard_ = true;
        failed_exchanges_ = 0;
        key_ = outcome->key;
        salt_ = outcome->salt;
        clock_ = outcome->clock;
        tell_event(events::key_created{false});
        tell([&](connection_owner& owner) { owner.on_key(*this); });
        co_return result<>{};
    }

    // ---- temporary keys, https://core.telegram.org/api/pfs

    bool temporary_usable() const
    {
        // With a tenth of its life left a key is as good as expired.
        return temporary_ && engine_ &&
               clock_.unix_seconds(now()) + options_.temporary_key_lifetime.count() / 10 < *temporary_->expires_at;
    }

    task<result<>> make_temporary_key()
    {
        session::client_handshake exchange(handshake_options(options_.temporary_key_lifetime), random_, context_->primes);
        auto outcome = co_await exchange_keys(strand_, *link_, exchange, options_.handshake_timeout);
        if (!outcome)
            co_return outcome.error();
        heard_ = true;
        clock_ = outcome->clock;
        drop_engine(error(errc::closed, "its temporary key is renewed"));
        temporary_.emplace(std::move(*outcome));
        tell_event(events::key_created{true});
        co_return result<>{};
    }

    /// Ends the session of an old key. Whether what was not answered in it was applied cannot be known.
    void drop_engine(const error& why)
    {
        tell_discarded(why);
        outlived_ = false;
        open_ = false;
        temporary_.reset();
        engine_.reset();
        auto running = std::exchange(running_, {});
        by_id_.clear();
        tell([&](connection_owner& owner) {
            for (auto const& [call, id] : running)
                if (id != bind_call)
                    owner.on_answer(*this, id, error(errc::session_lost, "its temporary key ended before the answer came"));
        });
    }

    void make_engine()
    {
        renew_by_.reset();
        session_began_ = now();
        session::engine_options made;
        made.init_prefix = settings_.init_prefix;
        made.ping_interval = options_.ping_interval;
        if (options_.on_key)
            options_.on_key(temporary_ ? key_use{temporary_->key, settings_.dc, temporary_->expires_at}
                                       : key_use{*key_, settings_.dc, std::nullopt});
        if (!temporary_) {
            engine_.emplace(std::move(made), *key_, salt_, clock_, random_);
            open_for_calls();
            return;
        }
        made.needs_binding = true;
        made.expires_at = temporary_->expires_at;
        engine_.emplace(std::move(made), temporary_->key, temporary_->salt, temporary_->clock, random_);
        auto const left = *temporary_->expires_at - clock_.unix_seconds(now());
        retire_at_ = now() + std::chrono::seconds(left) * 9 / 10;
        bind();
    }
    void open_for_calls()
    {
        if (renew_by_)
            return;
        open_ = true;
        for (auto const& one : std::exchange(queue_, {}))
            hand_over(one.id, one.request, one.compress);
    }

    /// The first call with a temporary key; the others wait for its answer.
    void bind()
    {
        auto const call = engine_->bind(*key_, now());
        running_[call] = bind_call;
        by_id_[bind_call] = call;
    }
    void bound(const result<bytes>& answer)
    {
        auto const yes = answer ? tl::decode<bool>(*answer) : result<bool>(answer.error());
        if (yes && *yes) {
            failed_exchanges_ = 0;
            open_for_calls();
            wake();
            return;
        }
        // Make another one. What the server does not like about three in a row, it will not like about more.
        auto const why = yes ? std::string("the server refuses") : yes.error().message();
        outlived_ = true;
        ended_ = error(errc::handshake_failed, "the temporary key could not be bound: " + why);
        link_->close();
    }

    // ---- the two directions

    /// Receives until the connection ends.
    task<error> read()
    {
        int bad = 0;
        while (link_up_) {
            auto const got = co_await link_->receive(frames_);
            if (!got)
                co_return ended_ ? std::exchange(ended_, std::nullopt).value() : got.error();
            auto const failed = std::find_if(frames_.begin(), frames_.end(), [](auto& f) { return f.transport_error; });
            packets_.clear();
            for (auto it = frames_.begin(); it != failed; ++it)
                if (!it->quick_ack)
                    packets_.push_back(it->payload);
            engine_->receive(packets_, now(), [&](const result<>& taken) {
                if (taken) {
                    heard_ = true;
                    bad = 0;
                    if (engine_->bound() && !std::exchange(established_, true))
                        tell_event(events::established{session_id_});
                } else {
                    ++bad;
                }
                drain();
                return bad != 16 && !ended_ && link_up_;
            });
            // A few bad packets may be somebody's injections; a stream of them is a broken connection.
            if (bad == 16)
                co_return error(errc::bad_message, "too many packets failed their checks");
            if (failed != frames_.end() && link_up_ && !ended_) {
                engine_->transport_error(*failed->transport_error, now());
                drain();
                if (!ended_)
                    co_return error(errc::transport_error, {}, *failed->transport_error);
            }
            if (ended_)
                co_return std::exchange(ended_, std::nullopt).value();
            wake();
        }
        co_return ended_ ? std::exchange(ended_, std::nullopt).value() : error(errc::not_connected);
    }

    /// Sends whatever is due, as long as the connection is up.
    static task<void> write(std::shared_ptr<connection> self)
    {
        self->writing_ = true;
        std::array<bytes, 16> packets;
        std::array<tl::bytes_view, 16> views;
        while (self->link_up_) {
            auto const renewal = self->renew_if_due();
            auto const due = self->engine_->next_packets(packets, now());
            self->drain();
            if (!self->link_up_)
                break;
            if (due != 0) {
                std::copy_n(packets.begin(), due, views.begin());
                auto const all = std::span<const tl::bytes_view>(views).first(due);
                // Reading fails as well then, and says why.
                if (auto const sent = co_await self->link_->send(all); !sent)
                    break;
                continue;
            }
            for (auto& packet : packets) // a connection that waits is small
                if (packet.capacity() > 4096 || &packet != &packets.front())
                    bytes().swap(packet);
            auto timer = self->engine_->next_timer();
            if (self->temporary_) {
                if (self->retire())
                    break;
                timer = (std::min)(timer.value_or((session::time_point::max)()), self->retire_at_);
            }
            timer = (std::min)(timer.value_or((session::time_point::max)()), renewal);
            self->wake_.expires_at(*timer);
            boost::system::error_code ec;
            co_await self->wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
            if (self->link_up_) {
                self->engine_->tick(now());
                self->drain();
            }
        }
        self->writing_ = false;
        self->link_->close();
        self->pause_.cancel();
    }

    /// When a temporary key grows old: lets the running calls end, then begins anew. True if it is time.
    bool retire()
    {
        if (now() < retire_at_)
            return false;
        open_ = false;
        if (!running_.empty() && clock_.unix_seconds(now()) < *temporary_->expires_at) {
            retire_at_ = now() + std::chrono::seconds(1);
            return false;
        }
        outlived_ = true;
        ended_ = error(errc::closed, "the temporary key is renewed");
        link_->close();
        return true;
    }

    /// Renews the session if it is time; else says when to look again.
    session::time_point renew_if_due()
    {
        auto const never = (session::time_point::max)();
        if (!engine_->bound())
            return never;
        if (!renew_by_ && options_.session_lifetime) {
            auto const end = session_began_ + *options_.session_lifetime;
            if (now() < end)
                return end;
            renew_session();
        }
        if (!renew_by_)
            return never;
        if (!running_.empty() && now() < *renew_by_)
            return *renew_by_;
        renew_by_.reset();
        session_began_ = now();
        renewing_ = true;
        engine_->renew_session(now());
        drain();
        open_for_calls();
        return options_.session_lifetime ? session_began_ + *options_.session_lifetime : never;
    }

    task<void> writer_ended()
    {
        while (writing_) {
            wake_.cancel();
            pause_.expires_at((clock::time_point::max)());
            boost::system::error_code ec;
            co_await pause_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        }
    }

    /// Passes on what the session has to say.
    void drain()
    {
        while (engine_) {
            auto event = engine_->next_event();
            if (!event)
                return;
            std::visit([&](auto& one) { on(one); }, *event);
        }
    }

    void answer(session::call_id call, result<bytes> value)
    {
        auto const found = running_.find(call);
        if (found == running_.end())
            return;
        auto const id = found->second;
        running_.erase(found);
        by_id_.erase(id);
        if (id == bind_call)
            return bound(value);
        tell([&](connection_owner& owner) { owner.on_answer(*this, id, std::move(value)); });
    }
    void on(session::answer& one) { answer(one.call, std::move(one.result)); }
    void on(session::failure& one) { answer(one.call, std::move(one.why)); }
    void on(session::update& one)
    {
        tell([&](connection_owner& owner) { owner.on_updates(*this, std::move(one.body)); });
    }
    void on(session::new_session&)
    {
        tell([&](connection_owner& owner) { owner.on_new_session(*this); });
    }
    void on(session::salt_changed& one)
    {
        if (temporary_)
            return; // salts belong to keys; this one is not kept
        salt_ = one.salt;
        tell([&](connection_owner& owner) { owner.on_salt(*this, salt_); });
    }
    void on(session::session_reset&)
    {
        // The connection goes on with another session.
        bool const was_bound = bound_;
        tell_discarded(std::exchange(renewing_, false) ? error(errc::cancelled, "the session is renewed")
                                                       : error(errc::session_lost, "another session takes its place"));
        session_began_ = now();
        if (was_bound)
            tell_bound();
        tell([&](connection_owner& owner) { owner.on_new_session(*this); });
    }
    void on(session::fatal& one)
    {
        if (one.why.is(errc::auth_key_unknown) && temporary_) {
            // The server forgot a temporary key, as it may, or it expires: make and bind a new one.
            outlived_ = true;
            ended_ = error(errc::closed, one.why.text());
        } else {
            ended_ = std::move(one.why);
        }
        link_->close();
    }

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
    transport::endpoint address_{};
    std::size_t next_address_ = 0;
    session::time_point retire_at_{}; ///< of the temporary key

    std::vector<transport::frame> frames_{}; ///< what came with one receive
    std::vector<tl::bytes_view> packets_{};
    std::deque<queued> queue_{}; ///< calls that wait for the key
    std::unordered_map<session::call_id, std::uint64_t> running_{};
    std::unordered_map<std::uint64_t, session::call_id> by_id_{};

    std::optional<error> ended_{};
    int failures_ = 0;
    int failed_exchanges_ = 0;
    bool persistent_ = false;
    bool reached_ = false; ///< an address answered
    bool heard_ = false;
    bool link_up_ = false;
    bool writing_ = false;
    bool stopping_ = false;
    bool open_ = false;    ///< calls go to the session; else they wait in the queue
    bool outlived_ = false; ///< the session's temporary key is not to be used again

    session::time_point session_began_{};
    std::optional<session::time_point> renew_by_{}; ///< a renewal waits for the running calls until then
    std::uint64_t session_id_ = 0; ///< as was told last, 0: none
    bool renewing_ = false;        ///< the next session_reset is wanted
    bool bound_ = false;
    bool established_ = false;
    bool attempting_ = false; ///< connecting was told, closed was not
};

} // namespace mtproto::detail
