// JSON of the built-in types of TL; shared by the typed and the schema-driven codecs.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/base64.hpp"
#include "mtproto/tl/types.hpp"
#include "mtproto/tl/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

// Boost.JSON is compiled: link boost_json, or include <boost/json/src.hpp> in exactly one source file.

namespace mtproto::tl {

/// The key under which an object names its constructor or method.
inline constexpr std::string_view json_name_key = "_";
/// The only key of the object that stands for a string which is not UTF-8, and for an `Object`.
inline constexpr std::string_view json_base64_key = "@base64";

// ---- writing

inline boost::json::value json_of(std::int32_t value) { return boost::json::value(std::int64_t{value}); }
inline boost::json::value json_of(std::uint32_t value) { return boost::json::value(std::int64_t{value}); }
inline boost::json::value json_of(bool value) { return boost::json::value(value); }
/// As decimal text: most readers of JSON keep 53 bits of a number.
inline boost::json::value json_of(std::int64_t value)
{
    char text[24];
    auto const end = std::to_chars(text, text + sizeof text, value).ptr;
    return boost::json::value(boost::json::string(text, static_cast<std::size_t>(end - text)));
}
/// As a number, or as one of "NaN", "Infinity", "-Infinity", "NaN(7ff8000000000001)" which JSON has no
/// numbers for.
inline boost::json::value json_of(double value)
{
    if (std::isfinite(value))
        return boost::json::value(value);
    if (std::isinf(value))
        return boost::json::value(boost::json::string(value < 0 ? "-Infinity" : "Infinity"));
    auto const bits = std::bit_cast<std::uint64_t>(value);
    if (bits == std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN()))
        return boost::json::value(boost::json::string("NaN"));
    char digits[24];
    auto const end = std::to_chars(digits, digits + sizeof digits, bits, 16).ptr;
    return boost::json::value(boost::json::string("NaN(" + std::string(digits, end) + ")"));
}
inline boost::json::value json_of_bytes(bytes_view value)
{
    return boost::json::value(boost::json::string(base64_encode(value)));
}
/// {"@base64": "..."}
inline boost::json::value json_of_opaque(bytes_view value)
{
    boost::json::object wrapped;
    wrapped.emplace(json_base64_key, json_of_bytes(value));
    return boost::json::value(std::move(wrapped));
}
/// A string, or {"@base64": "..."} for one that is not UTF-8.
inline boost::json::value json_of_string(std::string_view value)
{
    if (is_utf8(value))
        return boost::json::value(boost::json::string(value));
    return json_of_opaque(std::as_bytes(std::span(value.data(), value.size())));
}
inline void json_put(boost::json::object& to, std::string_view name, boost::json::value&& value)
{
    to.emplace(name, std::move(value));
}

// ---- reading

/// How deep and where in a JSON value a reader is, and its first failure with the path to it.
class json_reader
{
public:
    static constexpr int default_max_depth = 64;

    explicit json_reader(int max_depth = default_max_depth) noexcept : depth_left_(max_depth) {}

    /// Records why the value at hand is refused; callers add the path with within() while they return.
    bool fail(std::string_view why)
    {
        why_ = why;
        return false;
    }
    bool fail(std::string_view field, std::string_view why) { return fail(why) || within(field); }
    bool within(std::string_view field)
    {
        path_.insert(0, path_.empty() || path_[0] == '[' ? "" : ".");
        path_.insert(0, field);
        return false;
    }
    bool within(std::size_t index)
    {
        path_.insert(0, path_.empty() || path_[0] == '[' ? "" : ".");
        path_.insert(0, '[' + std::to_string(index) + ']');
        return false;
    }
    /// "peer.user_id: expected a number"
    mtproto::error error() const { return {errc::bad_json, path_.empty() ? why_ : path_ + ": " + why_}; }

    bool enter() { return --depth_left_ >= 0 || fail("nested too deeply"); }
    void leave() noexcept { ++depth_left_; }

private:
    int depth_left_;
    std::string why_;
    std::string path_;
};

namespace detail {

/// A whole number in the range of T, given as a number or (where `as_text`) as decimal text.
template <std::integral T>
std::optional<T> json_integer(const boost::json::value& from, bool as_text)
{
    if (auto const* n = from.if_int64())
        return std::in_range<T>(*n) ? std::optional<T>(static_cast<T>(*n)) : std::nullopt;
    if (auto const* n = from.if_uint64())
        return std::in_range<T>(*n) ? std::optional<T>(static_cast<T>(*n)) : std::nullopt;
    if (auto const* n = from.if_double()) {
        // 1e3 and 5.0 are whole; beyond 2^53 a double no longer says which number was meant.
        if (!(std::fabs(*n) <= 9007199254740992.0) || *n != std::floor(*n))
            return std::nullopt;
        auto const whole = static_cast<std::int64_t>(*n);
        return std::in_range<T>(whole) ? std::optional<T>(static_cast<T>(whole)) : std::nullopt;
    }
    if (auto const* s = from.if_string(); s && as_text) {
        T value{};
        auto const [end, ec] = std::from_chars(s->data(), s->data() + s->size(), value);
        if (ec == std::errc() && end == s->data() + s->size() && !s->empty())
            return value;
    }
    return std::nullopt;
}

} // namespace detail

inline bool read_json(json_reader& in, const boost::json::value& from, std::int32_t& value)
{
    auto const n = detail::json_integer<std::int32_t>(from, false);
    if (!n)
        return in.fail(from.is_number() ? "expected a whole number of 32 bits" : "expected a number");
    value = *n;
    return true;
}
inline bool read_json(json_reader& in, const boost::json::value& from, std::uint32_t& value)
{
    auto const n = detail::json_integer<std::uint32_t>(from, false);
    if (!n)
        return in.fail(from.is_number() ? "expected a whole number from 0 to 4294967295"
                                        : "expected a number");
    value = *n;
    return true;
}
inline bool read_json(json_reader& in, const boost::json::value& from, std::int64_t& value)
{
    auto const n = detail::json_integer<std::int64_t>(from, true);
    if (!n)
        return in.fail(from.is_number() || from.is_string() ? "expected a whole number of 64 bits"
                                                            : "expected a number");
    value = *n;
    return true;
}
inline bool read_json(json_reader& in, const boost::json::value& from, double& value)
{
    if (auto const* n = from.if_double()) {
        value = *n;
    } else if (auto const* i = from.if_int64()) {
        value = static_cast<double>(*i);
    } else if (auto const* u = from.if_uint64()) {
        value = static_cast<double>(*u);
    } else {
        std::string_view const text =
            from.is_string() ? std::string_view(from.get_string()) : std::string_view();
        std::uint64_t bits{};
        if (text == "Infinity") {
            value = std::numeric_limits<double>::infinity();
        } else if (text == "-Infinity") {
            value = -std::numeric_limits<double>::infinity();
        } else if (text == "NaN") {
            value = std::numeric_limits<double>::quiet_NaN();
        } else if (text.size() == 21 && text.starts_with("NaN(") && text.ends_with(')') &&
                   std::from_chars(text.data() + 4, text.data() + 20, bits, 16).ptr == text.data() + 20 &&
                   std::isnan(std::bit_cast<double>(bits))) {
            value = std::bit_cast<double>(bits);
        } else {
            return in.fail("expected a number");
        }
    }
    return true;
}
inline bool read_json(json_reader& in, const boost::json::value& from, bool& value)
{
    if (!from.is_bool())
        return in.fail("expected true or false");
    value = from.get_bool();
    return true;
}
inline bool read_json_bytes(json_reader& in, const boost::json::value& from, std::vector<std::byte>& value)
{
    if (!from.is_string())
        return in.fail("expected base64 text");
    auto data = base64_decode(from.get_string());
    if (!data)
        return in.fail("malformed base64");
    value = std::move(*data);
    return true;
}
/// Exactly as many bytes as `value` has.
inline bool read_json_exact(json_reader& in, const boost::json::value& from, std::span<std::byte> value)
{
    std::vector<std::byte> data;
    if (!read_json_bytes(in, from, data))
        return false;
    if (data.size() != value.size())
        return in.fail("expected base64 of " + std::to_string(value.size()) + " bytes");
    std::ranges::copy(data, value.begin());
    return true;
}
/// {"@base64": "..."}
inline bool read_json_opaque(json_reader& in, const boost::json::value& from, std::vector<std::byte>& value)
{
    auto const* wrapped = from.if_object();
    auto const* text = wrapped && wrapped->size() == 1 ? wrapped->if_contains(json_base64_key) : nullptr;
    if (!text)
        return in.fail("expected {\"@base64\": \"...\"}");
    return read_json_bytes(in, *text, value) || in.within(json_base64_key);
}
inline bool read_json_string(json_reader& in, const boost::json::value& from, std::string& value)
{
    if (auto const* text = from.if_string()) {
        value.assign(text->data(), text->size());
        return true;
    }
    std::vector<std::byte> data;
    if (!from.is_object())
        return in.fail("expected a string");
    if (!read_json_opaque(in, from, data))
        return false;
    value.assign(reinterpret_cast<const char*>(data.data()), data.size());
    return true;
}
inline const boost::json::array* json_array(json_reader& in, const boost::json::value& from)
{
    auto const* array = from.if_array();
    if (!array)
        (void)in.fail("expected an array");
    return array;
}
inline const boost::json::object* json_object(json_reader& in, const boost::json::value& from)
{
    auto const* object = from.if_object();
    if (!object)
        (void)in.fail("expected an object");
    return object;
}

} // namespace mtproto::tl
