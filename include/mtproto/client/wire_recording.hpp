// Wire recordings: the lines of their files, written and read.
#pragma once

#include <mtproto/crypto/auth_key.hpp>
#include <mtproto/error.hpp>
#include <mtproto/tl/base64.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mtproto {

// JSON Lines, one event a line, so that a recording can be cut, filtered and compared with the usual tools:
//
//   {"mtproto_recording":1,"layer":229}
//   {"us":1763862000123456,"connection":1,"event":"opened","dc":2,"address":"149.154.167.50:443"}
//   {"us":1763862000123999,"connection":1,"event":"sent","packet":"<base64>"}
//   {"us":1763862000140000,"connection":1,"event":"received","packet":"<base64>"}
//   {"us":1763862000140001,"connection":1,"event":"transport_error","number":-404}
//   {"us":1763862000150000,"connection":1,"event":"closed"}
//   {"event":"end","events":5}
//
// Packets are as the session makes them, before framing and obfuscation. Their keys are in a second file:
//
//   {"mtproto_keys":1}
//   {"auth_key_id":"<16 hex digits>","dc":2,"expires_at":1763948400,"auth_key":"<base64>"}

/// What a line of a recording tells.
enum class wire_event
{
    opened,          ///< a connection; `text` is its address
    sent,            ///< a packet to the server
    received,        ///< a packet from the server
    transport_error, ///< four bytes instead of a packet: `number`
    quick_ack,       ///< `number`
    closed,          ///< the connection, by us or by the server
    end,             ///< of the recording; `number` events came before
};

inline constexpr std::array<std::string_view, 7> wire_event_names{"opened", "sent", "received", "transport_error",
                                                                  "quick_ack", "closed", "end"};

/// One line of a recording; wire_event says which members it has.
struct wire_record
{
    wire_event event{};
    std::int64_t time = 0; ///< microseconds since 1970
    int connection = 0;    ///< counted from 1
    int dc = 0;            ///< as the transport is told: negative for files, 10000 more for test servers
    std::string text{};
    std::int64_t number = 0;
    crypto::bytes packet{};
};

/// One key of a recording.
struct wire_key
{
    crypto::auth_key key;
    int dc = 0;
    std::optional<std::int64_t> expires_at{}; ///< of a temporary key, Unix seconds
};

/// The first line of a recording, and of a file of keys, with their newlines.
inline std::string wire_header(int layer)
{
    return "{\"mtproto_recording\":1,\"layer\":" + std::to_string(layer) + "}\n";
}
inline constexpr std::string_view wire_keys_header = "{\"mtproto_keys\":1}\n";

/// The record as a line, with its newline.
inline std::string to_line(const wire_record& record)
{
    boost::json::object line;
    if (record.event != wire_event::end) {
        line["us"] = record.time;
        line["connection"] = record.connection;
    }
    line["event"] = wire_event_names[static_cast<std::size_t>(record.event)];
    switch (record.event) {
    case wire_event::opened:
        line["dc"] = record.dc;
        line["address"] = record.text;
        break;
    case wire_event::sent:
    case wire_event::received: line["packet"] = tl::base64_encode(record.packet); break;
    case wire_event::transport_error:
    case wire_event::quick_ack: line["number"] = record.number; break;
    case wire_event::end: line["events"] = record.number; break;
    case wire_event::closed: break;
    }
    return boost::json::serialize(line) + '\n';
}

/// The id of a key as both files and messages show it.
inline std::string key_id_text(std::uint64_t id)
{
    std::string text(16, '0');
    for (auto at = text.rbegin(); at != text.rend(); ++at, id >>= 4)
        *at = "0123456789abcdef"[id & 15];
    return text;
}

/// The key as a line, with its newline: a secret.
inline std::string to_line(const wire_key& key)
{
    boost::json::object line;
    line["auth_key_id"] = key_id_text(key.key.id());
    line["dc"] = key.dc;
    if (key.expires_at)
        line["expires_at"] = *key.expires_at;
    line["auth_key"] = tl::base64_encode(key.key.view());
    return boost::json::serialize(line) + '\n';
}

namespace detail {

inline result<boost::json::object> wire_object(std::string_view line)
{
    boost::system::error_code ec;
    auto value = boost::json::parse(line, ec);
    if (ec == boost::json::error::incomplete)
        return error(errc::truncated, "the line ends in the middle");
    if (ec || !value.is_object())
        return error(errc::bad_json, "the line is not a JSON object");
    return std::move(value.get_object());
}
inline std::int64_t wire_number(const boost::json::object& from, std::string_view name)
{
    auto const* const value = from.if_contains(name);
    auto const* const number = value ? value->if_int64() : nullptr;
    return number ? *number : 0;
}
inline std::string_view wire_text(const boost::json::object& from, std::string_view name)
{
    auto const* const value = from.if_contains(name);
    auto const* const text = value ? value->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

} // namespace detail

/// Checks the first line of a recording and gives the layer that it names. errc::bad_json if it is not one.
inline result<int> parse_wire_header(std::string_view line)
{
    auto const read = detail::wire_object(line);
    if (!read || detail::wire_number(*read, "mtproto_recording") != 1)
        return error(errc::bad_json, "this is not a wire recording of version 1");
    return static_cast<int>(detail::wire_number(*read, "layer"));
}

/// Reads a line without its newline. errc::truncated if it ends too early, errc::bad_json if it says nothing that is known.
inline result<wire_record> parse_wire_record(std::string_view line)
{
    auto const read = detail::wire_object(line);
    if (!read)
        return read.error();
    wire_record made;
    auto const name = detail::wire_text(*read, "event");
    auto const found = std::find(wire_event_names.begin(), wire_event_names.end(), name);
    if (found == wire_event_names.end())
        return error(errc::bad_json, "unknown event");
    made.event = static_cast<wire_event>(found - wire_event_names.begin());
    made.time = detail::wire_number(*read, "us");
    made.connection = static_cast<int>(detail::wire_number(*read, "connection"));
    made.dc = static_cast<int>(detail::wire_number(*read, "dc"));
    made.text = detail::wire_text(*read, "address");
    made.number = detail::wire_number(*read, made.event == wire_event::end ? "events" : "number");
    if (made.event == wire_event::sent || made.event == wire_event::received) {
        auto packet = tl::base64_decode(detail::wire_text(*read, "packet"));
        if (!packet || packet->empty())
            return error(errc::bad_json, "\"packet\" is not base64");
        made.packet = std::move(*packet);
    }
    return made;
}

/// Reads a line of a file of keys, or the text of a session file. errc::bad_json; the text never holds a secret.
inline result<wire_key> parse_wire_key(std::string_view line)
{
    auto const read = detail::wire_object(line);
    if (!read)
        return read.error();
    auto key = tl::base64_decode(detail::wire_text(*read, "auth_key"));
    if (!key || key->size() != crypto::auth_key::size)
        return error(errc::bad_json, "\"auth_key\" is not base64 of 256 bytes");
    crypto::wipe_on_exit const wiped(*key);
    wire_key made{crypto::auth_key(std::span<const std::byte, crypto::auth_key::size>(*key)),
                  static_cast<int>(detail::wire_number(*read, "dc")), std::nullopt};
    if (auto const end = detail::wire_number(*read, "expires_at"); end != 0)
        made.expires_at = end;
    if (auto const id = detail::wire_text(*read, "auth_key_id"); !id.empty() && id != key_id_text(made.key.id()))
        return error(errc::bad_json, "\"auth_key_id\" does not belong to \"auth_key\"");
    return made;
}

} // namespace mtproto
