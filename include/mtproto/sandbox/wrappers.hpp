// What a call is wrapped in: invokeWithLayer, initConnection and their relatives.
// https://core.telegram.org/api/invoking
#pragma once

#include "mtproto/crypto/gzip.hpp"
#include "mtproto/sandbox/calls.hpp"
#include "mtproto/sandbox/lean.hpp"
#include "mtproto/session/compression.hpp"
#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mtproto::sandbox {

namespace detail {

inline void skip_string(tl::reader& from)
{
    tl::bytes_view unused;
    (void)from.string(unused);
}

inline std::string read_text(tl::reader& from)
{
    tl::bytes_view text;
    (void)from.string(text);
    return {reinterpret_cast<const char*>(text.data()), text.size()};
}

template <class T>
void skip(tl::reader& from)
{
    T unused{};
    (void)tl::read_value(from, unused);
}

// initConnection of layers before 69 had no flags and fewer strings; its ids are those of the old schemas.
inline bool read_init(tl::reader& from, std::uint32_t id, unwrapped& call)
{
    bool const present_form = id == 0xc1cd5ea9;  // flags, api_id, 6 strings, proxy, params
    bool const with_proxy = id == 0x785188b8;    // flags, api_id, 6 strings, proxy
    bool const with_language = id == 0xc7481da6; // api_id, 6 strings
    bool const oldest = id == 0x69796de9;        // api_id, 4 strings
    if (!present_form && !with_proxy && !with_language && !oldest)
        return false;
    std::uint32_t flags = 0;
    std::int32_t api_id = 0;
    if (present_form || with_proxy)
        from.number(flags);
    from.number(api_id);
    call.api_id = api_id;
    call.device = read_text(from);
    for (int i = 1; i < (oldest ? 4 : 6); ++i)
        skip_string(from);
    if ((flags & 1u) != 0)
        skip<raw::inputClientProxy<lean>>(from);
    if ((flags & 2u) != 0)
        skip<raw::JSONValue<lean>>(from);
    return true;
}

} // namespace detail

namespace detail {

inline result<unwrapped> unwrap(tl::bytes_view body)
{
    crypto::gzip_limits const limits{};
    unwrapped call;
    call.query = body;
    for (int depth = 0; depth < 16; ++depth) {
        tl::reader from(call.query);
        auto const id = from.id();
        std::int64_t number = 0;
        switch (id) {
        case raw::invokeWithLayer<lean, tl::object>::tl_id: {
            std::int32_t layer = 0;
            from.number(layer);
            call.layer = layer;
            break;
        }
        case raw::invokeWithoutUpdates<lean, tl::object>::tl_id: call.wants_updates = false; break;
        case raw::invokeAfterMsg<lean, tl::object>::tl_id:
        case raw::invokeWithTakeout<lean, tl::object>::tl_id: from.number(number); break;
        case raw::invokeAfterMsgs<lean, tl::object>::tl_id: skip<std::vector<std::int64_t>>(from); break;
        case raw::invokeWithMessagesRange<lean, tl::object>::tl_id: skip<raw::messageRange<lean>>(from); break;
        case raw::invokeWithBusinessConnection<lean, tl::object>::tl_id:
        case raw::invokeWithReCaptcha<lean, tl::object>::tl_id: skip_string(from); break;
        case raw::invokeWithGooglePlayIntegrity<lean, tl::object>::tl_id:
        case raw::invokeWithApnsSecret<lean, tl::object>::tl_id:
            skip_string(from);
            skip_string(from);
            break;
        default:
            if (!read_init(from, id, call)) {
                bytes storage;
                auto const plain = session::unpacked(call.query, storage, limits);
                if (!plain)
                    return refuse("INPUT_FETCH_ERROR");
                if (!storage.empty()) {
                    if (!call.storage.empty())
                        return refuse("INPUT_FETCH_ERROR");
                    call.storage = std::move(storage); // a moved vector keeps its memory, so the view stays valid
                    call.query = *plain;
                    continue;
                }
                return call;
            }
        }
        if (!from.ok())
            return refuse("INPUT_FETCH_ERROR");
        call.query = from.rest();
    }
    return refuse("INPUT_FETCH_ERROR");
}

} // namespace detail

} // namespace mtproto::sandbox
