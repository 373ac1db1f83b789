// `mtproto access`: whom an account can name, in a file.

#include "api.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "peers.hpp"

#include <mtproto/client/access_file.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

namespace mtproto::apps {
namespace {

namespace json = boost::json;

std::string counted(const access_book& book)
{
    std::size_t users = 0;
    std::size_t channels = 0;
    std::size_t chats = 0;
    for (auto const& one : book.entries())
        if (one.access_hash || one.kind == access_kind::chat)
            ++(one.is_user() ? users : one.is_channel() ? channels
                                                        : chats);
    return std::to_string(users) + " users, " + std::to_string(channels) + " channels and supergroups, " +
           std::to_string(chats) + " basic groups";
}

// All that is asked for; what was learned until a failure is worth keeping.
result<> collect(api& from, remote& connection, const access_options& options, bool is_bot)
{
    if (is_bot && options.updates == 0)
        return error(errc::bad_argument,
                     "a bot has neither dialogs nor contacts to list: use --updates SECONDS");
    if (!is_bot && !options.no_dialogs)
        if (auto const done = from.read_dialogs(); !done)
            return done;
    if (!is_bot && !options.no_contacts)
        if (auto const done = from.read_contacts(); !done)
            return done;
    if (options.updates == 0)
        return {};
    connection.on_update([&](const std::vector<std::byte>& body) {
        // One that our layer does not know names nobody.
        (void)from.read_updates(body);
    });
    auto const state = from.call("updates.getState", json::object());
    if (state)
        std::this_thread::sleep_for(std::chrono::seconds(options.updates));
    connection.on_update(nullptr);
    return state ? result<>() : result<>(state.error());
}

} // namespace

int run_access_export(const access_options& options)
{
    auto connection = open_remote(options.connection);
    if (!connection)
        return fail(connection.error());
    api from(**connection);
    auto const self = from.me();
    if (!self)
        return fail(self.error());
    std::error_code ignored;
    if (std::filesystem::exists(options.file, ignored))
        if (auto const loaded = from.load_access_file(options.file); !loaded)
            return fail(loaded.error());
    auto const done = collect(from, **connection, options, self->kind == peer_kind::bot);
    if (!done && done.error().is(errc::bad_argument))
        return fail(done.error());
    if (auto const saved = save_access(options.file, from.access()); !saved)
        return fail(saved.error());
    if (!done)
        return fail(done.error(), options.file + " holds what was learned before");
    auto const line = options.file + ": " + counted(from.access()) + '\n';
    std::fputs(line.c_str(), stdout);
    return exit_ok;
}

int run_access_show(const access_options& options)
{
    access_book book;
    if (auto const loaded = load_access(options.file, book); !loaded)
        return fail(loaded.error());
    std::string text;
    if (options.json) {
        text = access_to_json(book);
    } else {
        std::vector<std::vector<std::string>> rows;
        for (auto const& one : book.entries())
            rows.push_back({printable(one.title),
                            std::string(access_kind_names[static_cast<std::size_t>(one.kind)]),
                            one.usernames.empty() ? std::string() : '@' + printable(one.usernames.front()),
                            std::to_string(one.id)});
        text = rows.empty() ? "nobody\n" : table({"name", "kind", "username", "id"}, rows);
    }
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        complain("stdout cannot be written to");
        return exit_failed;
    }
    return exit_ok;
}

} // namespace mtproto::apps
