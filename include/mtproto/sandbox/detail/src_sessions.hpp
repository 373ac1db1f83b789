// The data centre's sessions: packets, requests and their answers, updates, timers.
#pragma once

#include "mtproto/sandbox/server.hpp"

#include <algorithm>
#include <array>

namespace mtproto::sandbox::detail {

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
        with->sessions.insert(id);
        found = sessions_.emplace(id, std::move(made)).first;
    } else if (found->second.on.lock() != with) {
        found->second.on = with;
        with->sessions.insert(id);
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
            flush(id, found->second);
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
    flush(id, in);
    log("the key is destroyed");
    ++changes_;
    at.keys.drop(id.first);
    std::erase_if(sessions_, [&](auto const& s) { return at.keys.find(s.first.first) == nullptr; });
}

void server::flush(const session_key& id, session_record& from)
{
    if (auto const to = from.on.lock()) {
        if (faults_.drop_percent + faults_.duplicate_percent + faults_.delay_percent == 0)
            send_all(to, *from.engine);
        else
            send_badly(to, *from.engine);
        schedule(id, from);
    }
}

void server::send_all(const connection_ptr& to, session::server_engine& from)
{
    while (auto const count = from.next_packets(packets_, now())) {
        std::array<bytes_view, 16> views;
        std::copy_n(packets_.begin(), count, views.begin());
        send(to, std::span<const bytes_view>(views).first(count));
    }
}

void server::send_badly(const connection_ptr& to, session::server_engine& from)
{
    std::vector<std::byte> packet;
    while (from.next_packet(packet, now())) {
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
    flush(id, to);
}

// ---- timers

void server::schedule(const session_key& id, session_record& which)
{
    auto const due = which.engine->next_timer();
    if (!due || (which.scheduled && *which.scheduled <= *due))
        return;
    if (which.scheduled)
        due_.erase({*which.scheduled, id});
    which.scheduled = due;
    due_.emplace(*due, id);
}

void server::arm()
{
    if (stopped_ || due_.empty() || (armed_ && *armed_ <= due_.begin()->first))
        return;
    armed_ = due_.begin()->first;
    timer_.expires_at(std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(armed_->time_since_epoch())));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        auto const self = weak.lock();
        if (!ec && self)
            self->on_timer();
    });
}

void server::on_timer()
{
    std::lock_guard const lock(mutex);
    armed_.reset();
    // What is due again at once has its turn after the others.
    std::vector<session_key> looked_at;
    for (auto const until = now(); !due_.empty() && due_.begin()->first <= until; due_.erase(due_.begin()))
        looked_at.push_back(due_.begin()->second);
    for (auto const& id : looked_at) {
        auto const found = sessions_.find(id);
        if (found == sessions_.end())
            continue;
        found->second.scheduled.reset();
        auto const on = found->second.on.lock();
        if (!on)
            continue; // until it comes back
        if (auto const end = found->second.engine->disconnect_at(); end && *end <= now()) {
            log("a client stays silent: disconnected");
            close(on);
            continue;
        }
        found->second.engine->tick(now());
        serve_requests(id, on);
    }
    if (now() - swept_ > std::chrono::minutes(1)) {
        swept_ = now();
        std::erase_if(sessions_, [&](auto const& s) { return s.second.on.expired() && swept_ - s.second.seen > std::chrono::minutes(10); });
    }
    arm();
}

} // namespace mtproto::sandbox::detail
