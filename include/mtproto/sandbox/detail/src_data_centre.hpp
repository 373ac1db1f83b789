// The owner's side of the data centre.
#pragma once

#include "mtproto/client/detail/posix_file.hpp"
#include "mtproto/sandbox/data_centre.hpp"
#include "mtproto/sandbox/membership.hpp"
#include "mtproto/sandbox/passwords.hpp"
#include "mtproto/sandbox/server.hpp"
#include "mtproto/sandbox/state.hpp"

#include <fstream>
#include <iterator>

namespace mtproto::sandbox {

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
    if (auto const replaced = mtproto::detail::replace_file(path, saved); !replaced)
        return replaced;
    return mtproto::detail::sync_folder_of(path);
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
