// TL strings in protobuf: a string there must be UTF-8, in TL it is by convention only.
#pragma once

#include "mtproto/tl/protobuf_plan.hpp"
#include "mtproto/tl/protobuf_writer.hpp"
#include "mtproto/tl/utf8.hpp"

#include <string_view>

namespace mtproto::tl {

inline std::string_view as_text(bytes_view bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

namespace detail {

[[gnu::noinline, gnu::cold]] inline void raw_text_to_protobuf(protobuf_writer& to, std::uint32_t number, std::uint32_t index,
                                                              bytes_view value)
{
    auto const shown = utf8_or_replaced(as_text(value));
    to.bytes_field(number, std::as_bytes(std::span(shown)));
    auto const start = to.begin(raw_strings_number);
    to.number_field(1, number);
    if (index != 0)
        to.number_field(2, index);
    to.bytes_field(3, value);
    to.end(start);
}

/// A string, or element `index` of a vector of strings; with the bytes themselves beside it if it is not UTF-8.
inline void text_to_protobuf(protobuf_writer& to, std::uint32_t number, std::uint32_t index, bytes_view value)
{
    if (is_utf8(as_text(value))) [[likely]]
        to.bytes_field(number, value);
    else
        raw_text_to_protobuf(to, number, index, value);
}

} // namespace detail

} // namespace mtproto::tl
