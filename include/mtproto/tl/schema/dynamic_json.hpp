// JSON to TL bytes and back by a schema read at run time: the same shape as tl/json.hpp, no types
// instantiated.
//
// An `Object` and a query `!X` are written as what they hold, {"_": "help.getConfig"}, if the schema knows
// it, else as {"@base64": "..."}; both are accepted.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/schema/detail/json_decoder.hpp"
#include "mtproto/tl/schema/detail/json_encoder.hpp"
#include "mtproto/tl/schema/model.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <vector>

namespace mtproto::tl::schema {

/// Serializes the call or the boxed value that `from` describes: {"_": "messages.sendMessage", ...}.
///
/// Fails with bad_json, the text with the path of the offending value as tl::from_json gives it, or
/// too_large.
inline result<std::vector<std::byte>> json_to_tl(const schema& with, const boost::json::value& from)
{
    json_reader in;
    writer out;
    if (!detail::json_encoder(with, in, out).any(from))
        return in.error();
    if (!out.ok())
        return out.error();
    return std::vector<std::byte>(out.view().begin(), out.view().end());
}

/// The JSON of a serialized value of `type`, such as the result of a function of the schema: `line->result`.
/// Where that is a type variable, as of invokeWithLayer, any boxed value is taken.
///
/// Fails as tl::decode does.
inline result<boost::json::value> tl_to_json(const schema& with, const type_expr& type, bytes_view input)
{
    reader in(input);
    boost::json::value to;
    if (detail::json_decoder(with, in).value(type, to) && in.left() != 0)
        (void)in.fail(errc::trailing_bytes);
    if (!in.ok())
        return in.error();
    return to;
}

/// The JSON of a serialized call or boxed value of any type that the schema knows.
inline result<boost::json::value> tl_to_json(const schema& with, bytes_view input)
{
    auto const id = reader(input).peek_id();
    if (auto const* line = with.find(id); input.size() < 4 || !line || line->builtin) {
        reader in(input);
        (void)in.fail(input.size() < 4 ? errc::truncated : errc::unknown_constructor, id);
        return in.error();
    }
    type_expr any;
    any.kind = type_kind::object;
    return tl_to_json(with, any, input);
}

} // namespace mtproto::tl::schema
