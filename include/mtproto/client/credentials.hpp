// The session file's text: credentials.json, as cjongseok/mtproto writes it, and our additions to it.
#pragma once

#include <mtproto/client/session_data.hpp>
#include <mtproto/tl/base64.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

namespace mtproto {

// The seven members of the original format come first and keep their meaning; readers of that format skip the
// others. Theirs reads no more than the first 4 KiB of a file, so a session with more than some 60 channels is ours
// alone. Numbers beyond 2^53 are strings, for readers that keep numbers as doubles.

namespace detail {

inline error bad_credentials(std::string_view member, std::string_view why)
{
    return {errc::storage_failed, "\"" + std::string(member) + "\" " + std::string(why)};
}

/// A whole number, also in the form of a string; `value` keeps its default if the member is absent.
template <class T>
result<> read_number(const boost::json::object& from, std::string_view name, T& value,
                     std::int64_t smallest = (std::numeric_limits<T>::min)())
{
    auto const* member = from.if_contains(name);
    if (!member || member->is_null())
        return {};
    std::int64_t number{};
    if (auto const* as_int = member->if_int64()) {
        number = *as_int;
    } else if (auto const* as_unsigned = member->if_uint64()) { // what session_to_json puts for a port
        if (std::cmp_greater(*as_unsigned, (std::numeric_limits<std::int64_t>::max)()))
            return bad_credentials(name, "is out of range");
        number = static_cast<std::int64_t>(*as_unsigned);
    } else if (auto const* text = member->if_string()) {
        auto const [end, ec] = std::from_chars(text->data(), text->data() + text->size(), number);
        if (ec != std::errc() || end != text->data() + text->size())
            return bad_credentials(name, "is not a whole number");
    } else {
        return bad_credentials(name, "is not a whole number");
    }
    if (number < smallest || std::cmp_greater(number, (std::numeric_limits<T>::max)()))
        return bad_credentials(name, "is out of range");
    value = static_cast<T>(number);
    return {};
}

inline result<> read_text(const boost::json::object& from, std::string_view name, std::string& value)
{
    auto const* member = from.if_contains(name);
    if (!member || member->is_null())
        return {};
    auto const* text = member->if_string();
    if (!text)
        return bad_credentials(name, "is not a string");
    value.assign(text->data(), text->size());
    return {};
}

/// Base64 of exactly `size` bytes; nothing if absent or empty.
inline result<std::optional<crypto::bytes>> read_bytes(const boost::json::object& from, std::string_view name,
                                                       std::size_t size)
{
    std::string text;
    if (auto const ok = read_text(from, name, text); !ok)
        return ok.error();
    crypto::wipe_on_exit const wiped(std::as_writable_bytes(std::span(text)));
    if (text.empty())
        return std::optional<crypto::bytes>();
    auto data = tl::base64_decode(text);
    if (!data)
        return bad_credentials(name, "is not base64");
    if (data->size() != size)
        return bad_credentials(name, "holds " + std::to_string(data->size()) + " bytes instead of " + std::to_string(size));
    return std::optional<crypto::bytes>(std::move(*data));
}

inline result<> read_positions(const boost::json::object& from, session_data& data)
{
    if (auto const* updates = from.if_contains("updates"); updates && !updates->is_null()) {
        auto const* members = updates->if_object();
        if (!members)
            return bad_credentials("updates", "is not an object");
        auto& position = data.updates.emplace();
        for (auto const& [name, value] : {std::pair<std::string_view, std::int32_t*>{"pts", &position.pts},
                                          {"qts", &position.qts},
                                          {"date", &position.date},
                                          {"seq", &position.seq}})
            if (auto const ok = read_number(*members, name, *value); !ok)
                return ok.error();
    }
    auto const* channels = from.if_contains("channels");
    if (!channels || channels->is_null())
        return {};
    if (!channels->is_array())
        return bad_credentials("channels", "is not an array");
    for (auto const& entry : channels->get_array()) {
        auto const* members = entry.if_object();
        if (!members)
            return bad_credentials("channels", "holds something that is not an object");
        std::int64_t id = 0;
        channel_position position;
        for (auto const& ok : {read_number(*members, "id", id), read_number(*members, "access_hash", position.access_hash),
                               read_number(*members, "pts", position.pts)})
            if (!ok)
                return ok.error();
        data.channels[id] = position;
    }
    return {};
}

} // namespace detail

/// Reads a session. Absent members are left at their defaults, unknown ones skipped.
/// Fails with errc::storage_failed; the text names the member, and never holds its value.
inline result<session_data> session_from_json(const boost::json::value& json)
{
    auto const* from = json.if_object();
    if (!from)
        return error(errc::storage_failed, "the text is not a JSON object");
    session_data data;
    for (auto const& ok :
         {detail::read_text(*from, "phone", data.phone), detail::read_number(*from, "api_id", data.api_id),
          detail::read_text(*from, "api_hash", data.api_hash), detail::read_text(*from, "ip", data.ip),
          detail::read_text(*from, "public_key", data.public_key),
          detail::read_number(*from, "port", data.port), detail::read_number(*from, "dc", data.dc),
          detail::read_number(*from, "user_id", data.user_id), detail::read_positions(*from, data)})
        if (!ok)
            return ok.error();
    auto const salt = detail::read_bytes(*from, "salt", 8);
    if (!salt)
        return salt.error();
    if (*salt)
        data.salt = crypto::load_le64(**salt);
    auto key = detail::read_bytes(*from, "auth_key", crypto::auth_key::size);
    if (!key)
        return key.error();
    if (*key) {
        crypto::wipe_on_exit const wiped(**key);
        data.auth_key.emplace(std::span<const std::byte, crypto::auth_key::size>(**key));
    }
    if (auto const* test = from->if_contains("test")) {
        if (!test->is_bool())
            return detail::bad_credentials("test", "is not true or false");
        data.test_mode = test->get_bool();
    }
    if (data.auth_key && (data.ip.empty() || data.port == 0))
        return error(errc::storage_failed, "there is an \"auth_key\" but no \"ip\" and \"port\" to use it with");
    return data;
}

/// Sets the members of a session in `into` and leaves others as they are.
inline void session_to_json(const session_data& data, boost::json::object& into)
{
    auto const salt = crypto::store_le64(data.salt);
    into["phone"] = data.phone;
    into["api_id"] = data.api_id;
    into["api_hash"] = data.api_hash;
    into["ip"] = data.ip;
    into["port"] = data.port;
    into["salt"] = tl::base64_encode(salt);
    into["auth_key"] = data.auth_key ? tl::base64_encode(data.auth_key->view()) : std::string();
    into["dc"] = data.dc;
    into["user_id"] = data.user_id;
    into["test"] = data.test_mode;
    into.erase("public_key");
    if (!data.public_key.empty())
        into["public_key"] = data.public_key;
    auto& updates = into["updates"];
    updates = nullptr;
    if (data.updates)
        updates = boost::json::object{{"pts", data.updates->pts},
                                      {"qts", data.updates->qts},
                                      {"date", data.updates->date},
                                      {"seq", data.updates->seq}};
    auto& channels = into["channels"].emplace_array();
    for (auto const& [id, position] : data.channels)
        channels.push_back(boost::json::object{
            {"id", id}, {"access_hash", std::to_string(position.access_hash)}, {"pts", position.pts}});
}

/// Likewise from and to text. The text of a session is a secret.
inline result<session_data> session_from_json(std::string_view text)
{
    boost::system::error_code ec;
    auto const json = boost::json::parse(text, ec);
    if (ec)
        return error(errc::storage_failed, "the text is not JSON (" + ec.message() + ")");
    return session_from_json(json);
}
inline std::string session_to_json(const session_data& data)
{
    boost::json::object into;
    session_to_json(data, into);
    return boost::json::serialize(into);
}

} // namespace mtproto
