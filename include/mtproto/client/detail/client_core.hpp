// What a client is made of, put together. Everything runs on one strand.
#pragma once

#include <mtproto/api/methods/auth.hpp>
#include <mtproto/client/detail/client_interface.hpp>
#include <mtproto/client/detail/connection_pool.hpp>
#include <mtproto/client/detail/event_board.hpp>
#include <mtproto/client/detail/introduction.hpp>
#include <mtproto/client/detail/pending_call.hpp>
#include <mtproto/client/detail/session_keeper.hpp>
#include <mtproto/client/detail/update_queues.hpp>

#include <boost/asio/strand.hpp>

namespace mtproto::detail {

/// updatesTooLong, serialized: updates may have been missed.
inline bytes too_long()
{
    api::updatesTooLong const update;
    return tl::encode(update).value();
}

class client_core final : public client_interface, public connection_owner
{
public:
    client_core(const boost::asio::any_io_executor& executor, client_options options)
        : executor_(executor), strand_(boost::asio::make_strand(executor)),
          session_(strand_, std::exchange(options.storage, {}),
                   [this](const error& why) { tell_home(events::storage_error{why}); }),
          context_(std::make_shared<client_context>(std::move(options))), servers_(context_->options),
          pool_(strand_, context_, servers_, session_.data), updates_(strand_, context_->options.update_queue, too_long())
    {
    }

    const boost::asio::any_io_executor& executor() const noexcept override { return executor_; }
    const client_options& options() const noexcept override { return context_->options; }

    // ---- from any thread

    void connect(std::unique_ptr<call_sink> sink) override
    {
        post([sink = std::move(sink)](client_core& c) mutable { c.do_connect(std::move(sink)); });
    }
    void close(std::unique_ptr<call_sink> sink) override
    {
        post([sink = std::move(sink)](client_core& c) mutable { c.do_close(std::move(sink)); });
    }
    void call(std::uint64_t id, result<bytes> request, const invoke_options& how, std::unique_ptr<call_sink> sink) override
    {
        post([id, request = std::move(request), how, sink = std::move(sink)](client_core& c) mutable {
            c.do_call(id, std::move(request), how, std::move(sink));
        });
    }
    void cancel(std::uint64_t id) override
    {
        post([id](client_core& c) { c.do_cancel(id, errc::cancelled); });
    }
    void reconnect() override
    {
        post([](client_core& c) {
            c.pool_.each([](connection& one) { one.reconnect(); });
        });
    }
    void renew_session() override
    {
        post([](client_core& c) {
            c.pool_.each([](connection& one) { one.renew_session(); });
        });
    }
    void listen(std::weak_ptr<const event_listener::function> listener) override
    {
        post([listener = std::move(listener)](client_core& c) mutable { c.events_.add(std::move(listener)); });
    }
    void subscribe(std::uint64_t id, bool with_results, std::function<void(const bytes&)> callback) override
    {
        post([id, with_results, callback = std::move(callback)](client_core& c) mutable {
            c.updates_.add(id, with_results, std::move(callback));
            c.wants_results_ = c.wants_results_ || with_results;
        });
    }
    void unsubscribe(std::uint64_t id) override
    {
        post([id](client_core& c) { c.updates_.drop(id); });
    }
    void next_update(std::uint64_t id, std::optional<std::chrono::steady_clock::time_point> until,
                     std::unique_ptr<call_sink> sink) override
    {
        post([id, until, sink = std::move(sink)](client_core& c) mutable {
            if (c.state_ == state::closed)
                return sink->complete(errc::not_connected);
            c.updates_.next(id, std::move(sink), until, c.weak_self());
        });
    }
    void cancel_next_update(std::uint64_t id) override
    {
        post([id](client_core& c) { c.updates_.stop(id, errc::cancelled); });
    }
    void saw_result(bytes updates) override
    {
        post([updates = std::move(updates)](client_core& c) { c.updates_.push_result(updates); });
    }
    void signed_in(std::int64_t user_id, std::string phone) override
    {
        post([user_id, phone = std::move(phone)](client_core& c) { c.do_signed_in(user_id, phone); });
    }
    void signed_out() override
    {
        post([](client_core& c) { c.do_signed_out(); });
    }
    void with_session(std::function<bool(session_data&)> f) override
    {
        post([f = std::move(f)](client_core& c) {
            if (f(c.session_.data))
                c.session_.save_soon(c.weak_self());
        });
    }

private:
    template <class F>
    void post(F f)
    {
        boost::asio::post(strand_, [self = self(), f = std::move(f)]() mutable { f(*self); });
    }
    std::shared_ptr<client_core> self() { return std::static_pointer_cast<client_core>(shared_from_this()); }
    std::weak_ptr<client_core> weak_self() { return self(); }

    enum class state
    {
        idle,
        connecting,
        connected,
        closed,
    };

    // ---- on the strand from here on

    session_data& data() noexcept { return session_.data; }
    int home() const noexcept { return session_.data.dc; }
    bool is_main(const connection& one) const noexcept { return one.dc() == home() && !one.media(); }

    void tell(const client_event& event)
    {
        if (!muted_)
            events_.tell(options().on_event, event);
    }
    void tell_home(client_event::alternatives what) { tell({home(), false, std::move(what)}); }

    // ---- from connect() to close()

    void do_connect(std::unique_ptr<call_sink> sink)
    {
        if (state_ == state::connected)
            return sink->complete(bytes());
        if (state_ == state::closed)
            return sink->complete(error(errc::not_connected, "the client is closed: make another one"));
        connecting_.push_back(std::move(sink));
        if (state_ == state::connecting)
            return;
        state_ = state::connecting;
        auto const loaded = session_.load();
        if (!loaded)
            return connect_done(loaded.error());
        if (auto const settled = servers_.settle(context_->options, data(), *loaded); !settled)
            return connect_done(settled.error());
        if (data().api_id == 0)
            return connect_done(error(errc::bad_argument, "api_id is not set: get one at https://my.telegram.org"));
        if (options().temporary_keys && options().temporary_key_lifetime <= session::temporary_key_margin)
            return connect_done(error(errc::bad_argument, "temporary_key_lifetime is a minute or less: no key is used in the last minute "
                                                          "of its life, so it would be of no use from the beginning"));
        prefix_ = init_prefix(options(), data().api_id);
        pool_.open(home(), false, prefix_, weak_self()).first->start(false);
        introduce();
    }

    void do_close(std::unique_ptr<call_sink> sink)
    {
        state_ = state::closed;
        connected_ = false;
        session_.close();
        pool_.stop_all();
        auto calls = std::exchange(calls_, {});
        for (auto& [id, call] : calls)
            call.sink->complete(errc::not_connected);
        updates_.stop_all(errc::not_connected);
        connect_done(errc::not_connected);
        if (sink)
            sink->complete(bytes());
    }

    void do_call(std::uint64_t id, result<bytes> request, const invoke_options& how, std::unique_ptr<call_sink> sink)
    {
        if (!request)
            return sink->complete(request.error());
        if (state_ != state::connected)
            return sink->complete(last_end_.code() ? last_end_ : error(errc::not_connected, "connect() comes first"));
        begin(id, std::make_shared<const bytes>(std::move(*request)), how, std::move(sink));
    }

    void do_cancel(std::uint64_t id, const error& why)
    {
        auto const found = calls_.find(id);
        if (found == calls_.end())
            return;
        if (auto const& on = found->second.on)
            on->cancel(id);
        finish(found, why);
    }

    void do_signed_in(std::int64_t user_id, std::string phone)
    {
        data().user_id = user_id;
        if (!phone.empty())
            data().phone = std::move(phone);
        for (auto& [dc, other] : pool_.foreign)
            other.authorized = false;
        session_.save();
        tell_home(events::signed_in{user_id});
    }
    void do_signed_out()
    {
        data().user_id = 0;
        data().updates.reset();
        data().channels.clear();
        for (auto& [dc, other] : pool_.foreign)
            other.authorized = false;
        session_.save();
        tell_home(events::signed_out{});
    }

    // ---- who we are, and who they are

    void introduce()
    {
        if (std::exchange(introducing_, true))
            return; // the last one is still to be answered, and goes again by itself
        own_call(introduction_request(), 0, [this](const result<bytes>& answer) {
            introducing_ = false;
            introduced(answer);
        });
    }
    void introduced(const result<bytes>& answer)
    {
        // A server that has no configuration to tell is still a server.
        if (!answer && state_ == state::connecting && !answer.error().is(errc::rpc))
            return connect_done(answer.error());
        if (answer && (state_ == state::connecting || state_ == state::connected))
            learn(*answer);
        if (state_ != state::connecting)
            return;
        if (auto* const one = pool_.find(home()))
            one->persist();
        connect_done({});
    }
    void learn(const bytes& answer)
    {
        auto told = read_introduction(answer);
        if (!told)
            return;
        servers_.learn(std::move(told->addresses));
        // A session file of others does not say which data centre its address belongs to.
        if (told->dc != home() && told->dc > 0 && pool_.find(home()) && !pool_.find(told->dc) &&
            servers_.dc_of(data().ip) != home()) {
            pool_.rename(home(), told->dc);
            data().dc = told->dc;
            session_.save_soon(weak_self());
        }
    }
    void connect_done(const error& why)
    {
        if (state_ == state::connecting)
            state_ = why.code() ? state::idle : state::connected;
        last_end_ = {};
        if (why.code())
            pool_.stop(why);
        for (auto& sink : std::exchange(connecting_, {}))
            sink->complete(why.code() ? result<bytes>(why) : result<bytes>(bytes()));
    }

    // ---- what connections tell

    std::shared_ptr<connection> connection_to(int dc, bool media)
    {
        auto const [found, fresh] = pool_.open(dc, media, prefix_, weak_self());
        if (fresh)
            found->start(true);
        return found;
    }

    void on_key(connection& from) override
    {
        if (from.dc() != home()) {
            pool_.foreign[from.dc()].key = from.key();
            pool_.foreign[from.dc()].salt = from.salt();
            return;
        }
        data().auth_key = from.key();
        data().salt = from.salt();
        data().ip = from.address().host;
        data().port = from.address().port;
        session_.save();
    }
    void on_salt(connection& from, std::uint64_t salt) override
    {
        if (from.dc() == home()) {
            data().salt = salt;
            session_.save_soon(weak_self());
        } else {
            pool_.foreign[from.dc()].salt = salt;
        }
    }
    void on_event(connection& from, const client_event& event) override
    {
        using kind = client_event_kind;
        bool const main = is_main(from);
        if (main && (event.kind() == kind::unbound || event.kind() == kind::closed))
            connected_ = false;
        if (main && event.kind() == kind::bound) {
            connected_ = true;
            if (data().ip != from.address().host || data().port != from.address().port) {
                data().ip = from.address().host;
                data().port = from.address().port;
                session_.save_soon(weak_self());
            }
        }
        tell(event);
        if (main && event.kind() == kind::bound && state_ == state::connected) {
            introduce();
            if (options().updates_after_reconnect)
                updates_.push_gap();
        }
    }
    void on_updates(connection& from, bytes body) override
    {
        if (from.dc() != home())
            return;
        tell({home(), from.media(), events::update_received{tl::reader(body).peek_id(), body}});
        updates_.push(body);
    }
    void on_new_session(connection& from) override
    {
        if (!is_main(from))
            return;
        tell_home(events::new_session{});
        updates_.push_gap();
    }
    void on_end(connection& from, const error& why) override
    {
        bool const main = is_main(from);
        pool_.forget(from);
        if (!main) {
            pool_.foreign.erase(from.dc());
            return;
        }
        if (state_ == state::connecting)
            return connect_done(why);
        if (state_ != state::connected)
            return;
        state_ = state::idle;
        connected_ = false;
        last_end_ = why;
        if (why.is(errc::auth_key_unknown))
            tell_home(events::session_ended{why});
    }

    // ---- calls

    void own_call(bytes request, int dc, std::function<void(result<bytes>)> done);
    void begin(std::uint64_t id, std::shared_ptr<const bytes> request, const invoke_options& how,
               std::unique_ptr<call_sink> sink);
    void finish(call_table::iterator found, result<bytes> answer);
    void dispatch(std::uint64_t id);
    void dispatch_later(std::uint64_t id, pending_call& call, std::chrono::steady_clock::duration wait);
    // Inline here already: a key function that becomes inline later puts the virtual table, and all behind it, into every unit.
    inline void on_answer(connection& from, std::uint64_t id, result<bytes> answer) override;

    // ---- other data centres

    void move_home(int dc);
    /// Lets another data centre know the account, then makes the call there.
    /// https://core.telegram.org/api/datacenter#authorization-transfer
    void bring_authorization(int dc, std::uint64_t waiting);
    void authorization_brought(int dc, const error& why);

    boost::asio::any_io_executor executor_;
    boost::asio::any_io_executor strand_;
    session_keeper session_; ///< on the strand only, like all that follows
    std::shared_ptr<client_context> context_;
    known_servers servers_;
    connection_pool pool_;
    update_queues updates_;
    event_board events_{};
    call_table calls_{};
    std::vector<std::unique_ptr<call_sink>> connecting_{};
    bytes prefix_{}; ///< invokeWithLayer(initConnection( , since connect()
    state state_ = state::idle;
    error last_end_{};
    bool introducing_ = false;
    int former_home_ = 0;
    bool home_authorized_ = true; ///< false between a move of a signed-in account and the carrying over
};

} // namespace mtproto::detail

#include <mtproto/client/detail/client_core_calls.hpp>
