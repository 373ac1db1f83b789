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

#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

namespace mtproto::tl {

/// Parses JSON text, allowing the nesting that values of a schema can have.
/// Fails with bad_json; the text says at which byte.
inline result<boost::json::value> parse_json(std::string_view text)
{
    boost::json::parse_options options;
    options.max_depth = 3 * json_reader::default_max_depth;
    // Exact doubles, where this Boost can; older ones are off by at most the last bits of the fraction.
    [](auto& o) {
        if constexpr (requires { o.numbers; })
            o.numbers = std::remove_cvref_t<decltype(o.numbers)>::precise;
    }(options);
    boost::system::error_code failure;
    boost::json::parser parser({}, options);
    auto const used = parser.write_some(text.data(), text.size(), failure);
    if (!failure && used < text.size() && text.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
        failure = boost::json::error::extra_data;
    if (failure)
        return error(errc::bad_json, failure.message() + " at byte " + std::to_string(used));
    return parser.release();
}

} // namespace mtproto::tl
