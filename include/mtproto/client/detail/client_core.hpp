// What a client is made of: calls, connections, the session. Everything runs on one strand.
#pragma once

#include <mtproto/api/layer.hpp>
#include <mtproto/api/methods/core.hpp>
#include <mtproto/api/methods/help.hpp>
#include <mtproto/client/detail/client_interface.hpp>
#include <mtproto/client/detail/connection.hpp>
#include <mtproto/client/detail/update_queue.hpp>
#include <mtproto/client/environment.hpp>
#include <mtproto/client/error_policy.hpp>
#include <mtproto/crypto/telegram_keys.hpp>

#include <boost/asio/strand.hpp>

#include <iterator>
#include <map>
#include <set>
#include <tuple>

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

class client_core final : public client_interface, public connection_owner
{
public:
    client_core(const boost::asio::any_io_executor& executor, client_options options)
        : executor_(executor), strand_(boost::asio::make_strand(executor)),
          storage_(std::exchange(options.storage, {})),
          context_(std::make_shared<client_context>(std::move(options))), save_timer_(strand_)
    {
        auto& o = context_->options;
        own_dcs_ = !o.data_centres.empty();
        own_keys_ = !o.keys.empty();
        if (o.data_centres.empty())
            o.data_centres = telegram_data_centres(o.test_mode);
        if (o.keys.empty())
            o.keys = crypto::telegram_public_keys(o.test_mode ? crypto::environment::test : crypto::environment::production);
        known_dcs_ = o.data_centres;
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
            for (auto& [which, connection] : c.connections_)
                connection->reconnect();
        });
    }
    void renew_session() override
    {
        post([](client_core& c) {
            for (auto& [which, connection] : c.connections_)
                connection->renew_session();
        });
    }
    void listen(std::weak_ptr<const event_listener::function> listener) override
    {
        post([listener = std::move(listener)](client_core& c) mutable { c.listeners_.push_back(std::move(listener)); });
    }
    void subscribe(std::uint64_t id, bool with_results, std::function<void(const bytes&)> callback) override
    {
        post([id, with_results, callback = std::move(callback)](client_core& c) mutable {
            c.queues_.emplace(std::piecewise_construct, std::tuple(id),
                              std::tuple(c.options().update_queue, too_long(), with_results, std::move(callback)));
            c.wants_results_ = c.wants_results_ || with_results;
        });
    }
    void unsubscribe(std::uint64_t id) override
    {
        post([id](client_core& c) { c.queues_.erase(id); });
    }
    void next_update(std::uint64_t id, std::optional<std::chrono::steady_clock::time_point> until,
                     std::unique_ptr<call_sink> sink) override
    {
        post([id, until, sink = std::move(sink)](client_core& c) mutable { c.do_next_update(id, std::move(sink), until); });
    }
    void cancel_next_update(std::uint64_t id) override
    {
        post([id](client_core& c) { c.stop_waiting(id, errc::cancelled); });
    }
    void saw_result(bytes updates) override
    {
        post([updates = std::move(updates)](client_core& c) {
            for (auto& [id, queue] : c.queues_)
                if (queue.with_results)
                    queue.push(updates);
        });
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
            if (f(c.data_))
                c.save_soon();
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

    // ---- on the strand from here on

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
        if (auto const loaded = load(); !loaded)
            return connect_done(loaded.error());
        if (options().api_id == 0 && data_.api_id == 0)
            return connect_done(error(errc::bad_argument, "api_id is not set: get one at https://my.telegram.org"));
        if (options().temporary_keys && options().temporary_key_lifetime <= session::temporary_key_margin)
            return connect_done(error(errc::bad_argument, "temporary_key_lifetime is a minute or less: no key is used in the last minute "
                                                          "of its life, so it would be of no use from the beginning"));
        auto const home = open_connection(data_.dc, false);
        home->start(false);
        introduce();
    }

    void do_close(std::unique_ptr<call_sink> sink)
    {
        if (dirty_)
            save();
        save_timer_.cancel();
        state_ = state::closed;
        connected_ = false;
        // Whoever is told that we closed may open the session at once, though connections are still on their way out.
        storage_ = {};
        for (auto& [which, connection] : std::exchange(connections_, {}))
            connection->stop();
        for (auto& connection : std::exchange(retired_, {}))
            connection->stop();
        foreign_.clear();
        auto calls = std::exchange(calls_, {});
        for (auto& [id, call] : calls)
            call.sink->complete(errc::not_connected);
        for (auto& [id, queue] : queues_)
            queue.stop(errc::not_connected);
        connect_done(errc::not_connected);
        state_ = state::closed;
        connected_ = false;
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

    void do_next_update(std::uint64_t id, std::unique_ptr<call_sink> sink,
                        std::optional<std::chrono::steady_clock::time_point> until)
    {
        auto const found = queues_.find(id);
        if (found == queues_.end() || state_ == state::closed)
            return sink->complete(errc::not_connected);
        auto& queue = found->second;
        queue.take(std::move(sink));
        if (!until || !queue.taker)
            return;
        if (!queue.timer)
            queue.timer = std::make_unique<boost::asio::steady_timer>(strand_);
        queue.timer->expires_at(*until);
        queue.timer->async_wait([weak = weak_self(), id](boost::system::error_code ec) {
            if (auto const self = weak.lock(); self && !ec)
                self->stop_waiting(id, errc::timed_out);
        });
    }
    void stop_waiting(std::uint64_t id, const error& why)
    {
        if (auto const found = queues_.find(id); found != queues_.end())
            found->second.stop(why);
    }
    void do_signed_in(std::int64_t user_id, std::string phone)
    {
        data_.user_id = user_id;
        if (!phone.empty())
            data_.phone = std::move(phone);
        for (auto& [dc, other] : foreign_)
            other.authorized = false;
        save();
        tell({home_, false, events::signed_in{user_id}});
    }
    void do_signed_out()
    {
        data_.user_id = 0;
        data_.updates.reset();
        data_.channels.clear();
        for (auto& [dc, other] : foreign_)
            other.authorized = false;
        save();
        tell({home_, false, events::signed_out{}});
    }
    /// Writes the session within a second; what comes until then goes with it.
    void save_soon()
    {
        if (dirty_ || state_ == state::closed)
            return;
        dirty_ = true;
        save_timer_.expires_after(std::chrono::seconds(1));
        save_timer_.async_wait([weak = weak_self()](boost::system::error_code ec) {
            if (auto const self = weak.lock(); self && !ec && self->dirty_)
                self->save();
        });
    }
    enum class state
    {
        idle,
        connecting,
        connected,
        closed,
    };

    struct pending
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
    using call_table = std::unordered_map<std::uint64_t, pending>;

    /// What is known of a data centre other than the home.
    struct foreign_dc
    {
        std::optional<crypto::auth_key> key{};
        std::uint64_t salt = 0;
        bool authorized = false;
        bool authorizing = false;
        std::vector<std::uint64_t> waiting{};
    };

    static bytes too_long()
    {
        api::updatesTooLong const update;
        return tl::encode(update).value();
    }

    void tell(const client_event& event)
    {
        if (muted_)
            return;
        if (options().on_event)
            options().on_event(event);
        // A listener may be added or dropped by another one.
        auto const listeners = listeners_;
        for (auto const& weak : listeners)
            if (auto const listener = weak.lock())
                (*listener)(event);
        std::erase_if(listeners_, [](auto const& weak) { return weak.expired(); });
    }

    // ---- the session

    result<> load()
    {
        auto loaded = storage_.load();
        if (!loaded)
            return loaded.error();
        data_ = *loaded ? std::move(**loaded) : session_data{};
        if (options().use_environment) {
            auto found = read_environment();
            if (!found)
                return found.error();
            if (found->use_ipv6)
                context_->options.use_ipv6 = *found->use_ipv6;
            if (!*loaded && found->session)
                data_ = std::move(*found->session);
            else if (data_.ip.empty() && found->address) {
                data_.ip = found->address->host;
                data_.port = found->address->port;
            }
            if (found->public_key) {
                context_->options.keys = {*found->public_key};
                leave_telegram();
                if (found->address)
                    known_dcs_.push_back({data_.dc == 0 ? options().dc : data_.dc, *found->address});
            }
        }
        if (!own_keys_ && !data_.public_key.empty()) {
            auto key = crypto::rsa_public_key::from_pem(data_.public_key);
            if (!key)
                return error(errc::storage_failed, "the session's public_key: " + key.error().text());
            context_->options.keys = {std::move(*key)};
            if (own_dcs_)
                own_keys_ = true;
            else
                leave_telegram();
            if (known_dcs_.empty() && !data_.ip.empty())
                known_dcs_.push_back({data_.dc == 0 ? options().dc : data_.dc, {data_.ip, data_.port}});
        }
        // So that the session needs nothing else to be used again.
        if (own_keys_ && options().keys.size() == 1)
            data_.public_key = options().keys.front().to_pem();
        if (data_.auth_key && *loaded && data_.test_mode != options().test_mode)
            return error(errc::bad_argument, data_.test_mode ? "the session is one of the test servers: set test_mode"
                                                             : "the session is not one of the test servers: clear test_mode");
        data_.test_mode = options().test_mode;
        if (options().api_id != 0)
            data_.api_id = options().api_id;
        if (!options().api_hash.empty())
            data_.api_hash = options().api_hash;
        if (data_.dc == 0 && !data_.ip.empty())
            data_.dc = dc_of_address(known_dcs_, data_.ip);
        if (data_.dc == 0)
            data_.dc = options().dc;
        home_ = data_.dc;
        return {};
    }

    /// Another key, another world: Telegram's addresses are not in it.
    void leave_telegram()
    {
        own_keys_ = true;
        own_dcs_ = true;
        known_dcs_.clear();
    }

    void save()
    {
        dirty_ = false;
        data_.dc = home_;
        if (auto const saved = storage_.save(data_); !saved)
            tell({home_, false, events::storage_error{saved.error()}});
    }

    /// invokeWithLayer(initConnection( , up to where the request goes.
    bytes init_prefix() const
    {
        auto const& o = options();
        api::initConnection<tl::object> introduction;
        introduction.api_id = data_.api_id;
        introduction.device_model = o.device_model;
        introduction.system_version = o.system_version;
        introduction.app_version = o.app_version;
        introduction.system_lang_code = o.system_language;
        introduction.lang_pack = o.language_pack;
        introduction.lang_code = o.language;
        api::invokeWithLayer<api::initConnection<tl::object>> request;
        request.layer = api::layer;
        request.query = std::move(introduction);
        return tl::encode(request).value();
    }

    /// The first call on every connection: it tells the server who we are, and where this session's updates are to go.
    void introduce()
    {
        if (std::exchange(introducing_, true))
            return; // the last one is still to be answered, and goes again by itself
        api::help::getConfig const request;
        own_call(tl::encode(request).value(), 0, [this](result<bytes> answer) {
            introducing_ = false;
            configured(std::move(answer));
        });
    }
    void configured(result<bytes> answer)
    {
        if (state_ == state::connected && answer)
            learn_addresses(*answer);
        if (state_ != state::connecting)
            return;
        // A server that has no configuration to tell is still a server.
        if (!answer && !answer.error().is(errc::rpc))
            return connect_done(answer.error());
        if (answer)
            learn_addresses(*answer);
        if (auto const home = connections_.find({home_, false}); home != connections_.end())
            home->second->persist();
        connect_done({});
    }
    void learn_addresses(const bytes& answer)
    {
        auto const config = tl::decode<api::Config>(answer, true);
        if (!config)
            return;
        auto const* const found = tl::get_if<api::config>(*config);
        if (!found)
            return;
        std::vector<dc_address> fresh;
        for (auto const& option : found->dc_options) {
            auto const* const one = tl::get_if<api::dcOption>(option);
            if (one && !one->cdn && !one->tcpo_only && one->port > 0 && one->port <= 65535)
                fresh.push_back({one->id, {one->ip_address, static_cast<std::uint16_t>(one->port)}, one->media_only});
        }
        // What the user said goes before what the server says, and that before what we were born with.
        auto const add = [](std::vector<dc_address> to, const std::vector<dc_address>& from) {
            std::set<int> present;
            for (auto const& one : to)
                present.insert(one.dc);
            std::copy_if(from.begin(), from.end(), std::back_inserter(to),
                         [&](const dc_address& one) { return !present.contains(one.dc); });
            return to;
        };
        known_dcs_ = own_dcs_ ? add(std::move(known_dcs_), fresh) : add(std::move(fresh), known_dcs_);
        // A session file of others does not say which data centre its address belongs to.
        if (found->this_dc != home_ && found->this_dc > 0 && connections_.contains({home_, false}) &&
            !connections_.contains({found->this_dc, false}) && dc_of_address(known_dcs_, data_.ip) != home_) {
            auto node = connections_.extract({home_, false});
            node.key().first = found->this_dc;
            node.mapped()->rename(found->this_dc);
            connections_.insert(std::move(node));
            home_ = found->this_dc;
            save_soon();
        }
    }
    void connect_done(const error& why)
    {
        if (state_ == state::connecting)
            state_ = why.code() ? state::idle : state::connected;
        last_end_ = {};
        if (why.code())
            for (auto& [which, connection] : std::exchange(connections_, {}))
                connection->stop(why);
        for (auto& sink : std::exchange(connecting_, {}))
            sink->complete(why.code() ? result<bytes>(why) : result<bytes>(bytes()));
    }

    // ---- connections

    std::shared_ptr<connection> open_connection(int dc, bool media)
    {
        auto& slot = connections_[{dc, media}];
        if (slot)
            return slot;
        connection_settings settings;
        settings.dc = dc;
        settings.media = media;
        settings.addresses = addresses_of(known_dcs_, dc, options().use_ipv6, media);
        if (dc == home_) {
            settings.key = data_.auth_key;
            settings.salt = data_.salt;
            transport::endpoint saved{data_.ip, data_.port};
            if (!data_.ip.empty()) {
                std::erase(settings.addresses, saved);
                settings.addresses.insert(settings.addresses.begin(), std::move(saved));
            }
        } else if (auto const other = foreign_.find(dc); other != foreign_.end()) {
            settings.key = other->second.key;
            settings.salt = other->second.salt;
        }
        settings.init_prefix = init_prefix();
        slot = std::make_shared<connection>(strand_, std::move(settings), context_, weak_self());
        return slot;
    }
    std::shared_ptr<connection> connection_to(int dc, bool media)
    {
        // A second connection shares the key of the first, so there must be one.
        auto const first = connections_.find({dc, false});
        if (media && (first == connections_.end() || !first->second->key()))
            media = false;
        bool const fresh = !connections_.contains({dc, media});
        auto const found = open_connection(dc, media);
        if (fresh)
            found->start(true);
        return found;
    }
    bool reachable(int dc) const
    {
        return connections_.contains({dc, false}) ||
               std::any_of(known_dcs_.begin(), known_dcs_.end(), [&](const dc_address& one) { return one.dc == dc; });
    }

    void on_key(connection& from) override
    {
        if (from.dc() != home_) {
            foreign_[from.dc()].key = from.key();
            foreign_[from.dc()].salt = from.salt();
            return;
        }
        data_.auth_key = from.key();
        data_.salt = from.salt();
        data_.ip = from.address().host;
        data_.port = from.address().port;
        save();
    }
    void on_salt(connection& from, std::uint64_t salt) override
    {
        if (from.dc() == home_) {
            data_.salt = salt;
            save_soon();
        } else {
            foreign_[from.dc()].salt = salt;
        }
    }
    void on_event(connection& from, const client_event& event) override
    {
        using kind = client_event_kind;
        bool const home = from.dc() == home_ && !from.media();
        if (home && (event.kind() == kind::unbound || event.kind() == kind::closed))
            connected_ = false;
        if (home && event.kind() == kind::bound) {
            connected_ = true;
            if (data_.ip != from.address().host || data_.port != from.address().port) {
                data_.ip = from.address().host;
                data_.port = from.address().port;
                save_soon();
            }
        }
        tell(event);
        if (home && event.kind() == kind::bound && state_ == state::connected) {
            introduce();
            if (options().updates_after_reconnect)
                updates_missed();
        }
    }
    void on_updates(connection& from, bytes body) override
    {
        if (from.dc() != home_)
            return;
        tell({home_, from.media(), events::update_received{tl::reader(body).peek_id(), body}});
        for (auto& [id, queue] : queues_)
            queue.push(body);
    }
    void on_new_session(connection& from) override
    {
        if (from.dc() != home_ || from.media())
            return;
        tell({home_, false, events::new_session{}});
        updates_missed();
    }
    void updates_missed()
    {
        auto const missed = too_long();
        for (auto& [id, queue] : queues_)
            queue.push(missed);
    }
    void on_end(connection& from, const error& why) override
    {
        bool const home = from.dc() == home_ && !from.media();
        std::erase_if(connections_, [&](auto const& entry) { return entry.second.get() == &from; });
        if (!home) {
            foreign_.erase(from.dc());
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
            tell({home_, false, events::session_ended{why}});
    }

    // ---- calls

    void own_call(bytes request, int dc, std::function<void(result<bytes>)> done)
    {
        invoke_options how;
        how.dc = dc;
        auto const id = next_id();
        pending call{std::make_shared<const bytes>(std::move(request)), how, std::make_unique<function_sink>(std::move(done))};
        call.unauthorized = true;
        calls_.emplace(id, std::move(call));
        dispatch(id);
    }

    void begin(std::uint64_t id, std::shared_ptr<const bytes> request, const invoke_options& how,
               std::unique_ptr<call_sink> sink)
    {
        auto& call = calls_.emplace(id, pending{std::move(request), how, std::move(sink)}).first->second;
        if (how.timeout) {
            call.deadline = std::make_unique<boost::asio::steady_timer>(strand_, *how.timeout);
            call.deadline->async_wait([weak = weak_self(), id](boost::system::error_code ec) {
                if (auto const self = weak.lock(); self && !ec)
                    self->do_cancel(id, errc::timed_out);
            });
        }
        dispatch(id);
    }

    void finish(call_table::iterator found, result<bytes> answer)
    {
        auto const sink = std::move(found->second.sink);
        calls_.erase(found);
        sink->complete(std::move(answer));
    }

    void dispatch(std::uint64_t id)
    {
        auto const found = calls_.find(id);
        if (found == calls_.end())
            return;
        auto& call = found->second;
        auto const dc = call.how.dc == 0 ? home_ : call.how.dc;
        call.history.foreign = dc != home_;
        if (!reachable(dc) && dc != home_)
            return finish(found, error(errc::connect_failed, "no address is known for data centre " + std::to_string(dc)));
        if (data_.user_id != 0 && !call.unauthorized && !(dc == home_ ? home_authorized_ : foreign_[dc].authorized))
            return bring_authorization(dc, id);
        call.on = connection_to(dc, call.how.media);
        call.on->send(id, call.request, call.how.compress);
    }

    void dispatch_later(std::uint64_t id, pending& call, std::chrono::steady_clock::duration wait)
    {
        call.delay = std::make_unique<boost::asio::steady_timer>(strand_, wait);
        call.delay->async_wait([weak = weak_self(), id](boost::system::error_code ec) {
            if (auto const self = weak.lock(); self && !ec)
                self->dispatch(id);
        });
    }

    void on_answer(connection& from, std::uint64_t id, result<bytes> answer) override
    {
        auto const found = calls_.find(id);
        if (found == calls_.end() || found->second.on.get() != &from)
            return;
        auto& call = found->second;
        call.on.reset();
        retire_idle();
        if (answer)
            return finish(found, std::move(answer));

        auto const& why = answer.error();
        auto& history = call.history;
        history.flood_wait_limit = call.how.flood_wait_limit.value_or(options().flood_wait_limit);
        history.retry_delay = options().retry_delay;
        history.max_retries = options().max_retries;
        history.signed_in = data_.user_id != 0;
        auto const decided = judge(why, history);
        switch (decided.what) {
        case remedy::tell: break;
        case remedy::wait:
            if (is_internal_error(why))
                ++history.retries;
            else
                tell({from.dc(), from.media(), events::flood_wait{why, decided.wait}});
            return dispatch_later(id, call, decided.wait);
        case remedy::move_home:
            if (!reachable(decided.dc))
                break;
            ++history.moves;
            move_home(decided.dc);
            call.how.dc = 0;
            return dispatch(id);
        case remedy::move_call:
            if (!reachable(decided.dc))
                break;
            ++history.moves;
            call.how.dc = decided.dc;
            return dispatch(id);
        case remedy::init: {
            ++history.inits;
            auto whole = init_prefix();
            whole.insert(whole.end(), call.request->begin(), call.request->end());
            call.request = std::make_shared<const bytes>(std::move(whole));
            return dispatch(id);
        }
        case remedy::bring_authorization:
            if (call.unauthorized)
                break;
            ++history.authorizations;
            return bring_authorization(from.dc(), id);
        case remedy::session_over:
            // The file stays as it is, for whoever wants to look into it.
            if (data_.user_id != 0)
                tell({from.dc(), from.media(), events::session_ended{why}});
            break;
        }
        finish(found, std::move(answer));
    }

    // ---- other data centres

    void move_home(int dc)
    {
        if (dc == home_)
            return;
        for (bool const media : {false, true})
            if (auto node = connections_.extract({home_, media}); !node.empty())
                retired_.push_back(std::move(node.mapped()));
        auto& left = foreign_[home_];
        left.key = data_.auth_key;
        left.salt = data_.salt;
        left.authorized = true;
        former_home_ = std::exchange(home_, dc);
        connected_ = false;

        auto& taken = foreign_[dc];
        home_authorized_ = data_.user_id == 0 || taken.authorized;
        data_.dc = dc;
        data_.auth_key = taken.key;
        data_.salt = taken.salt;
        data_.ip.clear();
        data_.port = 0;
        tell({dc, false, events::migrated{former_home_}});
        // The session is saved when there is a key for the new home.
        if (connection_to(dc, false)->key())
            save_soon();
        retire_idle();
    }
    /// Closes connections of former homes once nothing is expected of them.
    void retire_idle()
    {
        if (retired_.empty())
            return;
        std::erase_if(retired_, [](const std::shared_ptr<connection>& one) {
            if (one->calls() != 0)
                return false;
            one->stop();
            return true;
        });
    }

    /// Lets another data centre know the account, then makes the call there.
    /// https://core.telegram.org/api/datacenter#authorization-transfer
    void bring_authorization(int dc, std::uint64_t waiting)
    {
        auto& other = foreign_[dc];
        other.waiting.push_back(waiting);
        if (std::exchange(other.authorizing, true))
            return;
        api::auth::exportAuthorization request;
        request.dc_id = dc;
        own_call(tl::encode(request).value(), dc == home_ ? former_home_ : home_, [this, dc](result<bytes> answer) {
            auto const exported = answer ? tl::decode<api::auth::ExportedAuthorization>(*answer)
                                         : result<api::auth::ExportedAuthorization>(answer.error());
            auto const* const found = exported ? tl::get_if<api::auth::exportedAuthorization>(*exported) : nullptr;
            if (!found)
                return authorization_brought(dc, exported ? error(errc::wrong_result) : exported.error());
            api::auth::importAuthorization import;
            import.id = found->id;
            import.bytes = found->bytes;
            own_call(tl::encode(import).value(), dc, [this, dc](result<bytes> imported) {
                authorization_brought(dc, imported ? error() : imported.error());
            });
        });
    }
    void authorization_brought(int dc, const error& why)
    {
        auto const entry = foreign_.find(dc);
        if (entry == foreign_.end())
            return;
        entry->second.authorizing = false;
        entry->second.authorized = !why.code();
        if (dc == home_)
            home_authorized_ = !why.code();
        for (auto const id : std::exchange(entry->second.waiting, {})) {
            auto const found = calls_.find(id);
            if (found == calls_.end())
                continue;
            if (why.code())
                finish(found, why);
            else
                dispatch(id);
        }
    }

    boost::asio::any_io_executor executor_;
    boost::asio::any_io_executor strand_;
    any_storage storage_; ///< on the strand only, and gone once closed: it may hold a lock
    std::shared_ptr<client_context> context_;
    state state_ = state::idle;
    error last_end_{};
    std::vector<std::unique_ptr<call_sink>> connecting_{};
    session_data data_{};
    int home_ = 0;
    bool dirty_ = false;
    bool introducing_ = false;
    boost::asio::steady_timer save_timer_;
    std::vector<dc_address> known_dcs_{};
    bool own_dcs_ = false; ///< they are the user's
    bool own_keys_ = false;
    int former_home_ = 0;
    bool home_authorized_ = true; ///< false between a move of a signed-in account and the carrying over
    std::map<std::pair<int, bool>, std::shared_ptr<connection>> connections_{};
    std::vector<std::shared_ptr<connection>> retired_{};
    std::map<int, foreign_dc> foreign_{};
    call_table calls_{};
    std::map<std::uint64_t, update_queue> queues_{};
    std::vector<std::weak_ptr<const event_listener::function>> listeners_{};
};

} // namespace mtproto::detail
