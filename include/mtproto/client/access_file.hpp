// An access_book in a file: access.json.
#pragma once

#include <mtproto/client/access_book.hpp>
#include <mtproto/client/credentials.hpp>
#include <mtproto/client/detail/posix_file.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace mtproto {

// {"mtproto_access":1,"account":"<user id>","entries":[
// {"kind":"user","id":"5","access_hash":"-123","usernames":["bob"],"title":"Bob Baker"},
// ...
// ]}
// Whole numbers are strings, for readers that keep numbers as doubles; both are read.

inline constexpr std::array<std::string_view, 5> access_kind_names{"user", "bot", "chat", "group", "channel"};

/// The text of the file; access hashes are secrets. Entries without one are left out, unless they are chats.
inline std::string access_to_json(const access_book& book)
{
    std::string text = "{\"mtproto_access\":1,\"account\":\"" + std::to_string(book.account()) + "\",\"entries\":[";
    auto const* separator = "\n";
    for (auto const& one : book.entries()) {
        if (!one.access_hash && one.kind != access_kind::chat)
            continue;
        boost::json::object entry;
        entry["kind"] = access_kind_names[static_cast<std::size_t>(one.kind)];
        entry["id"] = std::to_string(one.id);
        if (one.access_hash)
            entry["access_hash"] = std::to_string(*one.access_hash);
        if (!one.usernames.empty())
            entry["usernames"] = boost::json::array(one.usernames.begin(), one.usernames.end());
        if (!one.title.empty())
            entry["title"] = one.title;
        text += separator + boost::json::serialize(entry);
        separator = ",\n";
    }
    return text + "\n]}\n";
}

/// Learns all that the text holds, or nothing. errc::bad_json if it is not such a text, errc::bad_argument if it is another
/// account's.
inline result<> access_from_json(std::string_view text, access_book& into)
{
    boost::system::error_code ec;
    auto const json = boost::json::parse(text, ec);
    auto const bad = [](const std::string& why) { return error(errc::bad_json, why); };
    auto const* const all = ec ? nullptr : json.if_object();
    std::int64_t version = 0;
    std::int64_t account = 0;
    if (!all || !detail::read_number(*all, "mtproto_access", version) || version != 1 ||
        !detail::read_number(*all, "account", account))
        return bad("it is not a file of 'mtproto access' of version 1");
    auto const* const list = all->if_contains("entries") ? all->at("entries").if_array() : nullptr;
    if (!list)
        return bad("it has no \"entries\"");
    std::vector<access_entry> read;
    for (auto const& value : *list) {
        access_entry one;
        std::string kind;
        std::int64_t hash = 0;
        auto const* const entry = value.if_object();
        if (!entry)
            return bad("an entry is not an object");
        for (auto const& ok : {detail::read_number(*entry, "id", one.id), detail::read_number(*entry, "access_hash", hash),
                               detail::read_text(*entry, "title", one.title), detail::read_text(*entry, "kind", kind)})
            if (!ok)
                return bad("an entry's " + ok.error().text());
        auto const found = std::find(access_kind_names.begin(), access_kind_names.end(), kind);
        if (found == access_kind_names.end() || one.id == 0)
            return bad("an entry has no \"kind\" or no \"id\"");
        one.kind = static_cast<access_kind>(found - access_kind_names.begin());
        if (entry->contains("access_hash"))
            one.access_hash = hash;
        else if (one.kind != access_kind::chat)
            return bad("the entry of " + kind + ' ' + std::to_string(one.id) + " has no \"access_hash\"");
        if (auto const* const names = entry->if_contains("usernames"))
            for (auto const& name : names->is_array() ? names->get_array() : boost::json::array())
                if (auto const* const name_text = name.if_string())
                    one.usernames.emplace_back(*name_text);
        one.self = one.is_user() && one.id == account;
        read.push_back(std::move(one));
    }
    if (auto const mine = into.belong_to(account); !mine)
        return mine;
    for (auto& one : read)
        into.learn(std::move(one));
    return {};
}

/// Learns what a file holds. errc::storage_failed if it cannot be read, and as access_from_json().
inline result<> load_access(const std::string& path, access_book& into)
{
    static constexpr std::size_t max_size = std::size_t{256} << 20;
    detail::posix_file const file(path.c_str(), O_RDONLY);
    struct ::stat about{};
    if (!file.is_open() || ::fstat(file.get(), &about) != 0)
        return detail::file_error("cannot read " + path, errno);
    auto const size = static_cast<std::size_t>(about.st_size);
    if (size > max_size)
        return error(errc::storage_failed, path + " is longer than 256 MiB");
    std::string text;
    if (!file.read(text, size))
        return detail::file_error("cannot read " + path, errno);
    if (auto const read = access_from_json(text, into); !read)
        return error(read.error().is(errc::bad_argument) ? errc::bad_argument : errc::bad_json,
                     path + ": " + read.error().text());
    return {};
}

/// Replaces the file, whole or not at all, with mode 0600. errc::storage_failed.
inline result<> save_access(const std::string& path, const access_book& book)
{
    return detail::replace_file(path, crypto::as_bytes(access_to_json(book)));
}

} // namespace mtproto
