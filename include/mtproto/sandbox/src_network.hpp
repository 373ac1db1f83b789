// The network side of the sandbox, compiled: include in exactly one translation unit of a program (or use src.hpp).
#pragma once

#include "mtproto/sandbox/data_centre.hpp"
#include "mtproto/sandbox/membership.hpp"
#include "mtproto/sandbox/passwords.hpp"
#include "mtproto/sandbox/server.hpp"
#include "mtproto/sandbox/state.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace mtproto::sandbox {

namespace detail {

// ---- connections

result<transport::endpoint> server::listen(const std::string& ip, std::uint16_t port, int dc)
{
    boost::system::error_code ec;
    auto const address = asio::ip::make_address(ip, ec);
    if (ec)
        return error(errc::bad_argument, "not an IP address: " + ip);
    auto acceptor = std::make_shared<tcp::acceptor>(strand_);
    tcp::endpoint where(address, port);
    {
        // Sessions that clients kept name the port of the run before.
        std::lock_guard const lock(mutex);
        for (auto const& one : at.former)
            if (port == 0 && one.ip == ip && one.dc == dc)
                where.port(one.port);
    }
    (void)acceptor->open(where.protocol(), ec);
    if (!ec)
        (void)acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec && address.is_v6())
        (void)acceptor->set_option(asio::ip::v6_only(true), ec);
    if (!ec)
        (void)acceptor->bind(where, ec);
    if (ec && where.port() != port)
        (void)acceptor->bind({address, port}, ec); // it is taken
    if (!ec)
        (void)acceptor->listen(asio::socket_base::max_listen_connections, ec);
    if (ec)
        return error(ec, "cannot listen on " + transport::to_string({ip, port}));
    auto const bound = acceptor->local_endpoint(ec).port();
    {
        std::lock_guard const lock(mutex);
        at.addresses.push_back({ip, bound, dc});
        acceptors_.push_back(acceptor);
    }
    asio::co_spawn(strand_, accept(shared_from_this(), std::move(acceptor), dc), asio::detached);
    return transport::endpoint{ip, bound};
}

asio::awaitable<void> server::accept(std::shared_ptr<server> self, std::shared_ptr<tcp::acceptor> acceptor, int dc)
{
    for (;;) {
        boost::system::error_code ec;
        auto socket = co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted || !acceptor->is_open())
            co_return;
        if (ec)
            continue;
        (void)socket.set_option(tcp::no_delay(true), ec);
        connection_ptr with;
        {
            std::lock_guard const lock(self->mutex);
            if (self->stopped_)
                co_return;
            session::server_handshake_options exchange;
            exchange.key = &self->key_;
            exchange.clock = self->clock_;
            with = std::make_shared<connection>(std::move(socket), self->transport_, exchange, self->random_, dc);
            std::erase_if(self->connections_, [](auto const& c) { return c.expired(); });
            self->connections_.push_back(with);
        }
        asio::co_spawn(self->strand_, serve(self, with), asio::detached);
    }
}

asio::awaitable<void> server::serve(std::shared_ptr<server> self, connection_ptr with)
{
    std::vector<transport::frame> frames;
    for (bool going = true; going;) {
        auto const got = co_await with->stream.receive_some(frames);
        std::lock_guard const lock(self->mutex);
        if (!got && !got.error().is(errc::closed) && !got.error().is(errc::not_connected))
            self->log("connection ends: " + got.error().message());
        going = got.has_value();
        for (auto const& frame : frames)
            going = going && with->open && self->on_frame(with, frame);
        if (!going)
            self->close(with);
        self->arm();
    }
}

void server::close(const connection_ptr& which)
{
    which->open = false;
    which->stream.close();
    for (auto& [id, s] : sessions_)
        if (s.on.lock() == which) {
            s.on.reset();
            s.engine->disconnected(now());
        }
}

void server::send(const connection_ptr& to, std::span<const bytes_view> packets)
{
    if (!to->open)
        return;
    // send() encodes before it returns, so the order of packets is that of the calls.
    asio::co_spawn(strand_, to->stream.send(packets), [to](std::exception_ptr, result<>) {});
}

/// A fault: what is sent in the meantime goes first.
void server::send_later(const connection_ptr& to, std::vector<std::byte> packet)
{
    auto const wait = std::chrono::milliseconds(1 + draw() % static_cast<std::uint64_t>((std::max)(faults_.delay_ms, 1)));
    auto const timer = std::make_shared<asio::steady_timer>(strand_, wait);
    timer->async_wait([weak = weak_from_this(), to, timer, packet = std::move(packet)](boost::system::error_code ec) {
        auto const self = weak.lock();
        if (ec || !self)
            return;
        std::lock_guard const lock(self->mutex);
        self->send(to, packet);
    });
}

/// https://core.telegram.org/mtproto/mtproto-transports#transport-errors
void server::fail(const connection_ptr& to, std::int32_t code)
{
    log("transport error " + std::to_string(code));
    asio::co_spawn(strand_, to->stream.send_transport_error(code), [to](std::exception_ptr, result<>) {});
}

void server::stop()
{
    asio::dispatch(strand_, [self = shared_from_this()] {
        std::lock_guard const lock(self->mutex);
        self->stopped_ = true;
        for (auto const& acceptor : self->acceptors_) {
            boost::system::error_code ignored;
            (void)acceptor->close(ignored);
        }
        self->acceptors_.clear();
        for (auto const& c : self->connections_)
            if (auto const open = c.lock())
                self->close(open);
        self->timer_.cancel();
    });
}

void server::cut_connections()
{
    asio::dispatch(strand_, [self = shared_from_this()] {
        std::lock_guard const lock(self->mutex);
        for (auto const& c : self->connections_)
            if (auto const open = c.lock())
                self->close(open);
    });
}

void server::rotate_salts()
{
    std::lock_guard const lock(mutex);
    for (auto& [id, salts] : salts_)
        salts.rotate(unix_now());
}

void server::wake()
{
    asio::post(strand_, [self = shared_from_this()] {
        std::lock_guard const lock(self->mutex);
        self->deliver(nullptr);
        self->arm();
    });
}

// ---- packets

/// The first 32 bits of what msg_key is cut from. https://core.telegram.org/mtproto/mtproto-transports#quick-ack
static std::uint32_t quick_ack_token(const crypto::auth_key& key, tl::bytes_view decrypted)
{
    auto const large = crypto::sha256(key.view().subspan(88, 32), decrypted.subspan(24));
    return tl::load<std::uint32_t>(large.data()) | 0x80000000u;
}

bool server::on_frame(const connection_ptr& with, const transport::frame& frame)
{
    // A client of an MTProxy names the data centre that it wants. https://core.telegram.org/mtproto/mtproto-transports
    if (with->stream.codec().secret_index())
        if (auto const named = with->stream.codec().dc_id())
            for (auto const& a : at.addresses)
                if (a.dc == std::abs(*named) % 10000)
                    with->dc = a.dc;
    auto const key_id = session::peek_auth_key_id(frame.payload);
    if (!key_id) {
        log("a packet of " + std::to_string(frame.payload.size()) + " bytes is none");
        return false;
    }
    return *key_id == 0 ? on_exchange(with, frame.payload) : on_packet(with, *key_id, frame);
}

bool server::on_exchange(const connection_ptr& with, bytes_view packet)
{
    auto step = with->handshake.receive(packet, now());
    if (!step) {
        log("key exchange: " + step.error().message());
        return false;
    }
    if (step->done && !std::ranges::equal(packet, with->last_exchange)) {
        with->last_exchange.assign(packet.begin(), packet.end());
        auto outcome = with->handshake.outcome();
        auto const named = std::abs(outcome.dc) % 10000;
        if (named != 0 && named != with->dc) {
            log("key exchange: for data centre " + std::to_string(outcome.dc) + " at " + std::to_string(with->dc));
            fail(with, -444);
            return true;
        }
        auto const id = outcome.key.id();
        log(std::string("key exchange: a ") + (outcome.expires_at ? "temporary" : "permanent") + " key for data centre " +
            std::to_string(outcome.dc));
        at.keys.add(std::move(outcome.key), with->dc, outcome.expires_at);
        auto& salts =
            salts_.insert_or_assign(id, session::salt_schedule(at.settings.seed, id, at.settings.salt_period)).first->second;
        salts.accept_first(outcome.salt, unix_now());
        ++changes_;
    }
    send(with, step->send);
    return true;
}

bool server::on_packet(const connection_ptr& with, std::uint64_t key_id, const transport::frame& frame)
{
    auto* key = at.keys.find(key_id);
    if (key && key->expires && *key->expires <= unix_now()) {
        at.keys.drop(key_id);
        std::erase_if(sessions_, [&](auto const& s) { return s.first.first == key_id; });
        key = nullptr;
    }
    if (!key || key->dc != with->dc) {
        fail(with, -404);
        return true;
    }
    auto const packet = session::open(key->key, crypto::direction::client_to_server, frame.payload, scratch_);
    if (!packet) {
        log("a packet that cannot be decrypted");
        fail(with, -404);
        return false;
    }
    if (frame.wants_quick_ack) {
        auto const size = session::detail::without_padding(frame.payload).size();
        auto const token = quick_ack_token(key->key, std::span(scratch_).first(size));
        asio::co_spawn(strand_, with->stream.send_quick_ack(token), [with](std::exception_ptr, result<>) {});
    }
    session_key const id{key_id, packet->session_id};
    // As a data centre does that was restarted. https://core.telegram.org/mtproto/service_messages#new-session-creation-notification
    if (sessions_.contains(id) && strikes(faults_.forget_percent, struck_.forgotten)) {
        log("a session is forgotten");
        sessions_.erase(id);
    }
    auto& s = session_of(id, *key, with);
    if (auto const taken = s.engine->receive(*packet, now()); !taken) {
        log("session: " + taken.error().message());
        return false;
    }
    if (strikes(faults_.rotate_percent, struck_.rotations))
        salts_.at(key_id).rotate(unix_now());
    // Either before the calls are answered, so that they are applied and nobody hears of it, or after.
    bool const cut = strikes(faults_.cut_percent, struck_.cuts);
    if (cut && strikes(50))
        close(with);
    serve_requests(id, with);
    return !cut;
}

session_record& server::session_of(const session_key& id, const key_record& key, const connection_ptr& with)
{
    auto found = sessions_.find(id);
    if (found == sessions_.end()) {
        session::server_engine_options engine;
        engine.clock = clock_;
        engine.resend_after = repeat_after();
        auto& salts =
            salts_.try_emplace(id.first, session::salt_schedule(at.settings.seed, id.first, at.settings.salt_period)).first->second;
        session_record made;
        made.engine = std::make_unique<session::server_engine>(engine, key.key, id.second, salts, random_);
        made.on = with;
        made.dc = with->dc;
        found = sessions_.emplace(id, std::move(made)).first;
    } else if (found->second.on.lock() != with) {
        found->second.on = with;
        found->second.engine->connected(now());
        if (std::exchange(found->second.missed, false))
            push(id, found->second, show_too_long());
    }
    found->second.seen = now();
    return found->second;
}

void server::serve_requests(const session_key& id, const connection_ptr& with)
{
    // An answer may end the session that is being served, so it is looked up each time.
    for (;;) {
        auto const found = sessions_.find(id);
        if (found == sessions_.end())
            return;
        if (auto const asked = found->second.engine->next_control()) {
            answer_control(id, found->second, *asked);
            continue;
        }
        auto const asked = found->second.engine->next_request();
        if (!asked) {
            flush(found->second);
            return;
        }
        answer_request(id, found->second, *asked, *with);
        deliver(&id);
    }
}

void server::answer_request(const session_key& id, session_record& in, const session::request& asked, const connection& with)
{
    auto const reply_error = [&](const error& why) {
        log("  -> " + why.message());
        in.engine->reply_error(asked.msg_id, why.number() != 0 ? why.number() : 400, why.text(), now());
    };
    auto* used = at.keys.find(id.first);
    auto const plain = unwrap(asked.body);
    if (!plain || !used)
        return reply_error(plain ? refuse("AUTH_KEY_UNREGISTERED", 401) : plain.error());
    auto& key = at.keys.principal(*used);
    if (plain->layer) {
        auto const instead = layers.nearest(*plain->layer);
        if (*plain->layer != key.layer && *plain->layer != instead && at.settings.unknown_layer)
            at.settings.unknown_layer(*plain->layer, instead);
        used->layer = key.layer = *plain->layer;
    }
    if (plain->api_id) {
        key.api_id = *plain->api_id;
        key.device = plain->device;
    }
    auto const& theirs = schema_of(*used);
    auto const native = layers.to_native(theirs, plain->query);
    auto const method = tl::reader(native ? tl::bytes_view(*native) : plain->query).peek_id();
    auto const* line = native ? layers.native().find_function(method) : theirs.find_function(method);
    log("layer " + std::to_string(used->layer) + ' ' + (line ? std::string(line->name) : "unknown method " + std::to_string(method)));
    if (!native) {
        log(native.error().message());
        return reply_error(refuse("INPUT_FETCH_ERROR"));
    }
    if (strikes(faults_.flood_percent, struck_.floods))
        return reply_error(refuse("FLOOD_WAIT_" + std::to_string(faults_.flood_seconds), 420));
    call c{.at = at,
           .used = *used,
           .key = key,
           .me = at.in.people.find(key.user),
           .now = unix_now(),
           .dc = with.dc,
           .msg_id = asked.msg_id,
           .session_id = id.second};
    if (&theirs != &layers.native() && line && line->name.starts_with("messages.send"))
        c.old_reply_to = layer_book::old_reply_to(theirs, plain->query);
    auto made = answer_call(c, *native, layers.native());
    ++changes_;
    if (made.refused)
        return reply_error(*made.refused);
    auto const shown = layers.to_client(theirs, method, std::move(made.value));
    if (!shown) {
        log("  -> " + shown.error().message());
        return reply_error(refuse("LAYER_INVALID", 500));
    }
    // https://core.telegram.org/api/invoking#disabling-updates; connections for files want none either.
    if (c.me && plain->wants_updates && line && line->name_space() != "upload" && line->name_space() != "help")
        in.wants_updates = true;
    in.engine->reply(asked.msg_id, *shown, now());
}

void server::answer_control(const session_key& id, session_record& in, const session::control& asked)
{
    if (auto const* destroy = std::get_if<session::destroy_session_request>(&asked)) {
        bool const other = destroy->session_id != id.second && sessions_.erase({id.first, destroy->session_id}) != 0;
        in.engine->reply_destroy_session(destroy->session_id, other);
        return;
    }
    if (auto const* const drop = std::get_if<session::dropped_request>(&asked)) {
        log("a call is dropped");
        at.in.ledger.dropped(drop->msg_id);
        return;
    }
    in.engine->reply_destroy_auth_key(mt::destroy_auth_key_ok{});
    flush(in);
    log("the key is destroyed");
    ++changes_;
    at.keys.drop(id.first);
    std::erase_if(sessions_, [&](auto const& s) { return at.keys.find(s.first.first) == nullptr; });
}

void server::flush(session_record& from)
{
    auto const to = from.on.lock();
    if (!to)
        return;
    if (faults_.drop_percent + faults_.duplicate_percent + faults_.delay_percent == 0) {
        while (auto const count = from.engine->next_packets(packets_, now())) {
            std::array<bytes_view, 16> views;
            std::copy_n(packets_.begin(), count, views.begin());
            send(to, std::span<const bytes_view>(views).first(count));
        }
        return;
    }
    std::vector<std::byte> packet;
    while (from.engine->next_packet(packet, now())) {
        if (strikes(faults_.drop_percent, struck_.drops))
            continue;
        for (int copies = strikes(faults_.duplicate_percent, struck_.duplicates) ? 2 : 1; copies != 0; --copies) {
            if (strikes(faults_.delay_percent, struck_.delays))
                send_later(to, packet);
            else
                send(to, packet);
        }
    }
}

// ---- updates

void server::deliver(const session_key* origin)
{
    auto const notices = at.in.take_notices();
    for (auto const& told : notices) {
        bytes native;
        for (auto& [id, s] : sessions_) {
            auto* key = s.wants_updates ? at.keys.find(id.first) : nullptr;
            if (!key || at.keys.principal(*key).user != told.to)
                continue;
            if (origin && id == *origin && told.actor == told.to)
                continue; // it has its answer
            if (native.empty())
                native = show_notice(at.in, told, unix_now());
            push(id, s, native);
        }
    }
}

void server::push(const session_key& id, session_record& to, bytes updates)
{
    if (to.on.expired()) {
        to.missed = true; // told when it comes back
        return;
    }
    auto* key = at.keys.find(id.first);
    auto const shown = key ? layers.to_client(schema_of(*key), std::move(updates)) : result<bytes>(errc::auth_key_unknown);
    if (!shown) {
        log("update not sent: " + shown.error().message());
        return;
    }
    to.engine->push(*shown, now());
    flush(to);
}

// ---- timers

void server::arm()
{
    if (stopped_)
        return;
    std::optional<session::time_point> first;
    for (auto const& [id, s] : sessions_)
        if (auto const due = s.engine->next_timer(); due && !s.on.expired())
            first = first ? (std::min)(*first, *due) : *due;
    if (!first)
        return;
    timer_.expires_at(std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(first->time_since_epoch())));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        auto const self = weak.lock();
        if (!ec && self)
            self->on_timer();
    });
}

void server::on_timer()
{
    std::lock_guard const lock(mutex);
    std::vector<std::pair<session_key, connection_ptr>> due;
    for (auto& [id, s] : sessions_)
        if (auto const when = s.engine->next_timer(); when && *when <= now())
            if (auto const on = s.on.lock())
                due.emplace_back(id, on);
    for (auto const& [id, on] : due) {
        auto const found = sessions_.find(id);
        if (found == sessions_.end())
            continue;
        if (auto const end = found->second.engine->disconnect_at(); end && *end <= now()) {
            log("a client stays silent: disconnected");
            close(on);
            continue;
        }
        found->second.engine->tick(now());
        serve_requests(id, on);
    }
    std::erase_if(sessions_, [&](auto const& s) {
        return s.second.on.expired() && now() - s.second.seen > std::chrono::minutes(10);
    });
    arm();
}

} // namespace detail

// ---- the owner's side

namespace {

crypto::rsa_private_key key_of(const options& settings)
{
    if (settings.private_key.empty())
        return crypto::rsa_private_key::generate();
    return crypto::rsa_private_key::from_pem(settings.private_key).value();
}

} // namespace

data_centre::data_centre(boost::asio::any_io_executor executor, options settings)
{
    auto key = key_of(settings);
    server_ = std::make_shared<detail::server>(std::move(executor), std::move(settings), std::move(key));
}

data_centre::~data_centre()
{
    if (server_)
        server_->stop();
}

result<transport::endpoint> data_centre::listen(const std::string& ip, std::uint16_t port, int dc)
{
    return server_->listen(ip, port, dc == 0 ? server_->at.settings.dc : dc);
}

void data_centre::stop() { server_->stop(); }

transport::endpoint data_centre::address(int dc) const
{
    std::lock_guard const lock(server_->mutex);
    for (auto const& a : server_->at.addresses)
        if (dc == 0 || a.dc == dc)
            return {a.ip, a.port};
    return {};
}

int data_centre::dc() const { return server_->at.settings.dc; }
std::string data_centre::public_key_pem() const { return server_->key().public_pem(); }
std::string data_centre::private_key_pem() const { return server_->key().to_pem(); }
std::uint64_t data_centre::key_fingerprint() const { return server_->key().fingerprint(); }

result<std::int64_t> data_centre::add_user(user_options who)
{
    crypto::system_random random;
    account made{.phone = std::move(who.phone),
                 .first_name = std::move(who.first_name),
                 .last_name = std::move(who.last_name),
                 .username = std::move(who.username),
                 .about = std::move(who.about),
                 .dc = who.dc,
                 .code = std::move(who.code)};
    if (!who.password.empty())
        made.password = make_password(who.password, std::move(who.hint), random);
    std::lock_guard const lock(server_->mutex);
    if (made.dc == 0)
        made.dc = server_->at.settings.dc;
    server_->changed();
    auto const added = server_->at.in.people.add(std::move(made));
    return added ? result<std::int64_t>((*added)->id) : added.error();
}

result<std::int64_t> data_centre::add_bot(bot_options bot)
{
    std::lock_guard const lock(server_->mutex);
    account made{.first_name = std::move(bot.name), .username = std::move(bot.username), .dc = server_->at.settings.dc};
    made.bot = true;
    made.echo = bot.echo;
    made.token = std::move(bot.token);
    server_->changed();
    auto const added = server_->at.in.people.add(std::move(made));
    return added ? result<std::int64_t>((*added)->id) : added.error();
}

peer data_centre::add_group(group_options group)
{
    std::unique_lock lock(server_->mutex);
    server_->changed();
    auto const who = create_room(server_->at.in, {.self = peer::chat(0), .title = std::move(group.title), .creator = group.creator},
                                 std::move(group.members), server_->unix_now());
    lock.unlock();
    server_->wake();
    return who;
}

peer data_centre::add_channel(channel_options channel)
{
    std::unique_lock lock(server_->mutex);
    server_->changed();
    auto const who = create_room(server_->at.in,
                                 {.self = peer::channel(0),
                                  .title = std::move(channel.title),
                                  .about = std::move(channel.about),
                                  .username = std::move(channel.username),
                                  .broadcast = !channel.megagroup,
                                  .creator = channel.creator},
                                 std::move(channel.members), server_->unix_now());
    lock.unlock();
    server_->wake();
    return who;
}

void data_centre::add_contact(std::int64_t whose, std::int64_t whom)
{
    std::lock_guard const lock(server_->mutex);
    if (auto* owner = server_->at.in.people.find(whose); owner && server_->at.in.people.find(whom))
        owner->contacts.insert(whom);
    server_->changed();
}

std::vector<account> data_centre::accounts() const
{
    std::lock_guard const lock(server_->mutex);
    std::vector<account> all;
    for (auto const& [id, who] : server_->at.in.people.all())
        all.push_back(who);
    return all;
}

std::optional<std::string> data_centre::code_for(std::string_view phone) const
{
    std::lock_guard const lock(server_->mutex);
    return server_->at.codes.last(normalise_phone(phone));
}

result<std::int32_t> data_centre::send_message(std::int64_t from, peer to, std::string text)
{
    std::unique_lock lock(server_->mutex);
    server_->changed();
    auto const done = send(server_->at.in, from, to, {.text = std::move(text)}, server_->unix_now());
    lock.unlock();
    server_->wake();
    return done ? result<std::int32_t>(done->id) : done.error();
}

std::vector<message> data_centre::history(std::int64_t viewer, peer chat) const
{
    std::lock_guard const lock(server_->mutex);
    auto const& box = server_->at.in.box_of(viewer, chat);
    std::vector<message> all;
    for (auto const id : box.chat(chat))
        all.push_back(*box.find(id));
    return all;
}

std::vector<event> data_centre::update_log(std::int64_t user) const
{
    std::lock_guard const lock(server_->mutex);
    return server_->at.in.box_of(user).log();
}

std::vector<event> data_centre::channel_log(std::int64_t channel) const
{
    std::lock_guard const lock(server_->mutex);
    return server_->at.in.channel_box(channel).log();
}

sandbox::ledger data_centre::ledger() const
{
    std::lock_guard const lock(server_->mutex);
    return server_->at.in.ledger;
}

std::vector<stored_file> data_centre::files() const
{
    std::lock_guard const lock(server_->mutex);
    std::vector<stored_file> all;
    for (auto const& [id, file] : server_->at.in.files.all())
        all.push_back(file);
    return all;
}

void data_centre::expire_file(std::int64_t id)
{
    std::lock_guard const lock(server_->mutex);
    server_->changed();
    server_->at.in.files.expire(id);
}

result<> data_centre::add_layer(int layer, std::string schema)
{
    std::lock_guard const lock(server_->mutex);
    return server_->layers.add(layer, std::move(schema));
}

result<> data_centre::save(const std::string& path) const
{
    std::unique_lock lock(server_->mutex);
    auto saved = save_state(server_->at);
    lock.unlock();
    crypto::wipe_on_exit const wiped(saved);
    auto const next = path + ".new";
    (void)::unlink(next.c_str()); // of a run that was killed; its mode may be another one
    auto const file = ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = file >= 0;
    for (std::size_t done = 0; ok && done < saved.size();) {
        auto const count = ::write(file, saved.data() + done, saved.size() - done);
        ok = count > 0;
        done += ok ? static_cast<std::size_t>(count) : 0;
    }
    ok = ok && ::fsync(file) == 0;
    if (file >= 0)
        ok = ::close(file) == 0 && ok;
    if (!ok || std::rename(next.c_str(), path.c_str()) != 0) {
        auto const why = std::generic_category().message(errno);
        (void)::unlink(next.c_str());
        return error(errc::storage_failed, path + " cannot be written: " + why);
    }
    auto const slash = path.rfind('/');
    auto const folder = slash == path.npos ? std::string(".") : path.substr(0, slash + 1);
    if (auto const handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); handle >= 0) {
        (void)::fsync(handle); // not every file system can
        ::close(handle);
    }
    return {};
}

result<> data_centre::load(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return error(errc::storage_failed, path + " cannot be read");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    crypto::wipe_on_exit const wiped(std::as_writable_bytes(std::span(text)));
    std::lock_guard const lock(server_->mutex);
    auto const loaded = load_state(server_->at, std::as_bytes(std::span(text.data(), text.size())));
    return loaded ? loaded : result<>(error(errc::storage_failed, path + ": " + loaded.error().text()));
}

void data_centre::rotate_salts() { server_->rotate_salts(); }
void data_centre::misbehave(fault_plan plan) { server_->misbehave(plan); }

fault_counts data_centre::faults() const
{
    std::lock_guard const lock(server_->mutex);
    return server_->faults();
}

std::uint64_t data_centre::changes() const
{
    std::lock_guard const lock(server_->mutex);
    return server_->changes();
}
void data_centre::cut_connections() { server_->cut_connections(); }

} // namespace mtproto::sandbox
