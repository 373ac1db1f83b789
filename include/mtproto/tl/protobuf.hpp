// Values to protobuf and back, in the shape of the .proto files that the schema compiler writes.
//
// There is one codec for both directions, between TL bytes and protobuf bytes (tl_to_protobuf.hpp, protobuf_to_tl.hpp);
// values take part through their TL form.
#pragma once

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/protobuf_to_tl.hpp"
#include "mtproto/tl/shape.hpp"
#include "mtproto/tl/tl_to_protobuf.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mtproto::tl {

namespace detail {

/// What a message is called in errors.
template <class T>
std::string message_name()
{
    if constexpr (method<T>)
        return std::string(name_of<T>());
    else if constexpr (aggregate<T> || variant_type<T>)
        return message_name_of_type(protobuf_choices_of<T>.line);
    else
        return "result";
}

} // namespace detail

/// TL to protobuf by the shape `T`: a method's call gives its ReqX message, a boxed value its TypeX, a result that is a
/// vector, a number, a string or Bool the message that stands for it (TypeVectorX, TypeInt, TypeBool...).
///
/// Fails as `decode` does. Appends to `to`.
template <class T>
result<> tl_to_protobuf(bytes_view tl, protobuf_writer& to)
{
    reader from(tl);
    bool ok = false;
    if constexpr (method<T>)
        ok = from.expect(T::tl_id) && fields_to_protobuf<T>(from, to);
    else
        ok = detail::value_to_protobuf<T, wire::natural>(from, to);
    if (ok && from.left() != 0)
        ok = from.fail(errc::trailing_bytes);
    if (!ok)
        return from.error();
    return {};
}

/// Protobuf to TL by the shape `T`, the reverse of tl_to_protobuf. Appends to `to`.
///
/// Unknown fields are skipped. Fails with bad_argument and a text that names the field: what is malformed, a boxed type of
/// which no constructor is chosen, fields that go together and are not all set; with too_deep and too_large.
template <class T>
result<> protobuf_to_tl(bytes_view protobuf, writer& to, protobuf_limits limits = {})
{
    protobuf_source in(protobuf, limits);
    bool ok = false;
    if constexpr (method<T>) {
        to.id(T::tl_id);
        ok = fields_from_protobuf<T>(in, protobuf, to);
    } else {
        ok = detail::value_from_protobuf<T, wire::natural>(in, protobuf, to);
    }
    if (!ok)
        return in.error(detail::message_name<T>());
    if (!to.ok())
        return to.error();
    return {};
}

/// The protobuf message of a method's call, a boxed value, or any result of a method. Fails as `encode` does.
template <value T>
result<std::string> to_protobuf(const T& value)
{
    auto const tl = encode(value);
    if (!tl)
        return tl.error();
    protobuf_writer to;
    if (auto const ok = tl_to_protobuf<shape_of<T>>(*tl, to); !ok)
        return ok.error();
    return std::string(as_text(to.view()));
}

/// The value that a protobuf message describes. Fails as protobuf_to_tl does.
template <value T>
result<T> from_protobuf(bytes_view protobuf, protobuf_limits limits = {})
{
    writer tl;
    if (auto const ok = protobuf_to_tl<shape_of<T>>(protobuf, tl, limits); !ok)
        return ok.error();
    return decode<T>(tl.view());
}

} // namespace mtproto::tl
