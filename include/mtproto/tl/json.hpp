// Values to JSON and back.
//
// An object names its constructor or method under "_" and its fields as TL does:
//
//     {"_": "messages.sendMessage", "peer": {"_": "inputPeerSelf"}, "message": "hi", "random_id": "7"}
//
// int                    number
// long                   decimal text; a number is accepted too
// double                 number, or "NaN", "Infinity", "-Infinity"
// Bool                   true or false
// string                 text, or {"@base64": "..."} if it is not UTF-8
// bytes, int128, int256  base64
// Object                 {"@base64": "..."}, the serialized value
// vectors                array
// flags.N?true           true; missing, null or false where the flag is not set
// flags.N?T              missing or null where it is absent
//
// `flags:#` does not appear. "_" may be missing where the declaration allows one constructor only. What is
// missing, unknown or of the wrong type is an error that names its path. Nothing else of the library includes
// Boost.JSON: link boost_json, or include <boost/json/src.hpp> in exactly one source file.
#pragma once

#include "mtproto/tl/from_json.hpp"
#include "mtproto/tl/to_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>
#include <locale>
#include <optional>
#include <sstream>
#include <string>

namespace mtproto::tl {

namespace detail {

/// Builds a value out of what Boost.JSON's parser meets, with doubles to the last bit: its own may be off there (before 1.84,
/// and later unless asked), so that a value changed by being written and read.
struct json_builder
{
    using error_code = boost::system::error_code;
    using text = boost::json::string_view;

    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool on_document_begin(error_code&)
    {
        values.reset();
        return true;
    }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_object_end(std::size_t members, error_code&) { return values.push_object(members), true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t elements, error_code&) { return values.push_array(elements), true; }
    bool on_key_part(text part, std::size_t, error_code&) { return values.push_chars(part), true; }
    bool on_key(text rest, std::size_t, error_code&) { return values.push_key(rest), true; }
    bool on_string_part(text part, std::size_t, error_code&) { return values.push_chars(part), true; }
    bool on_string(text rest, std::size_t, error_code&) { return values.push_string(rest), true; }
    bool on_number_part(text part, error_code&) { return number.append(part.data(), part.size()), true; }
    bool on_int64(std::int64_t value, text, error_code&) { return number.clear(), values.push_int64(value), true; }
    bool on_uint64(std::uint64_t value, text, error_code&) { return number.clear(), values.push_uint64(value), true; }
    bool on_double(double nearly, text rest, error_code&)
    {
        number.append(rest.data(), rest.size());
        values.push_double(exact_double().value_or(nearly)); // out of range: infinite, or 0
        number.clear();
        return true;
    }
    bool on_bool(bool value, error_code&) { return values.push_bool(value), true; }
    bool on_null(error_code&) { return values.push_null(), true; }
    bool on_comment_part(text, error_code&) { return true; }
    bool on_comment(text, error_code&) { return true; }

    std::optional<double> exact_double() const
    {
        double read = 0;
#if defined(__cpp_lib_to_chars)
        if (std::from_chars(number.data(), number.data() + number.size(), read).ec != std::errc())
            return std::nullopt;
#else // LLVM's standard library before 20
        std::istringstream from(number);
        from.imbue(std::locale::classic());
        if (!(from >> read))
            return std::nullopt;
#endif
        return read;
    }

    boost::json::value_stack values{};
    std::string number{}; ///< what was seen of the current one
};

} // namespace detail

/// Parses JSON text, allowing the nesting that values of a schema can have. Doubles are exact.
/// Fails with bad_json; the text says at which byte.
inline result<boost::json::value> parse_json(std::string_view text)
{
    boost::json::parse_options options;
    options.max_depth = 3 * json_reader::default_max_depth;
    boost::system::error_code failure;
    boost::json::basic_parser<detail::json_builder> parser(options);
    auto const used = parser.write_some(false, text.data(), text.size(), failure);
    if (!failure && used < text.size() && text.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
        failure = boost::json::error::extra_data;
    if (failure)
        return error(errc::bad_json, failure.message() + " at byte " + std::to_string(used));
    return parser.handler().values.release();
}

} // namespace mtproto::tl
