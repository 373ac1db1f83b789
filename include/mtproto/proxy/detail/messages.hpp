// The messages of the contract that a proxy's client writes and reads.
#pragma once

#include <mtproto/proxy/contract/field_numbers.hpp>
#include <mtproto/proxy/contract/methods.hpp>
#include <mtproto/proxy/detail/wire.hpp>

#include <mtproto/tl/protobuf.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtproto::proxy::detail {

/// "messages.sendMessage" is "MessagesSendMessage" in the contract.
constexpr std::string rpc_name(std::string_view tl_name)
{
    std::string out;
    bool first = true;
    for (char const c : tl_name) {
        if (c == '.')
            first = true;
        else
            out += std::exchange(first, false) && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return out;
}

/// "/mtproto.Mtproto/MessagesSendMessage".
template <class Q>
std::string method_path()
{
    std::string_view const line = Q::tl_line;
    return "/mtproto.Mtproto/" + rpc_name(line.substr(0, line.find('#')));
}

/// What stands for the method inside of a wrapper such as invokeWithoutUpdates: AnyMethod, with that one chosen.
template <class Q>
struct chosen_method
{
    using tl_custom_protobuf = void;
    using result = typename Q::result;

    static bool to_protobuf(tl::reader& from, tl::protobuf_writer& to)
    {
        static auto const number = std::find_if(std::begin(contract::methods), std::end(contract::methods),
                                                [](auto const& one) { return one.id == Q::tl_id; })
                                       ->any_method;
        if (!from.expect(Q::tl_id))
            return false;
        auto const start = to.begin(number);
        bool const ok = tl::fields_to_protobuf<Q>(from, to);
        to.end(start);
        return ok;
    }
};

/// How a request is described to the codec.
template <class Q>
struct request_shape
{
    using type = tl::shape_of<Q>;
    static constexpr bool wraps = false;
};
template <template <class, class> class W, class S, tl::method X>
struct request_shape<W<S, X>>
{
    using type = W<tl::shape, chosen_method<typename request_shape<X>::type>>;
    static constexpr bool wraps = true;
};

template <class Q>
result<std::string> request_message(const Q& request)
{
    auto const tl = tl::encode(request);
    if (!tl)
        return tl.error();
    tl::protobuf_writer to;
    if (auto const ok = tl::tl_to_protobuf<typename request_shape<Q>::type>(*tl, to); !ok)
        return ok.error();
    return std::string(text_of(to.view()));
}

/// The answer to a request `Q`: its result's message, or AnyResult, which has that one inside.
template <class Q>
result<typename Q::result> read_result(std::span<const std::byte> message)
{
    if constexpr (request_shape<Q>::wraps) {
        auto const inside = wire_reader(text_of(message)).next();
        if (!inside || !inside->delimited)
            return error(errc::wrong_result, "an answer with nothing in it");
        message = std::as_bytes(std::span(inside->text));
    }
    return tl::from_protobuf<typename Q::result>(message);
}

/// ListenRequest.
inline std::string listen_message(std::string_view cursor, const std::vector<std::string>& kinds)
{
    std::string out;
    if (!cursor.empty())
        put_text(out, 1, cursor);
    for (auto const& kind : kinds)
        put_text(out, 2, kind);
    return out;
}

/// Update.
template <class Event>
result<Event> read_update(std::span<const std::byte> message)
{
    auto const bytes_of = [](std::string_view text) { return std::as_bytes(std::span(text)); };
    Event out;
    auto const add = [&](auto& into, std::string_view text) -> result<> {
        using T = typename std::remove_cvref_t<decltype(into)>::value_type;
        auto one = tl::from_protobuf<T>(bytes_of(text));
        if (!one)
            return error(errc::wrong_result, one.error().message());
        if constexpr (requires { into.push_back(std::move(*one)); })
            into.push_back(std::move(*one));
        else
            into.emplace(std::move(*one));
        return {};
    };
    wire_reader reader(text_of(message));
    while (auto const field = reader.next()) {
        result<> done;
        switch (field->number) {
        case 1: out.cursor = field->text; break;
        case 2: done = add(out.update, field->text); break;
        case 3: done = add(out.users, field->text); break;
        case 4: done = add(out.chats, field->text); break;
        case 5: out.reset = field->value != 0; break;
        case 6:
            if (!field->delimited) {
                out.reset_channels.push_back(static_cast<std::int64_t>(field->value));
            } else {
                std::uint64_t value = 0;
                unsigned shift = 0;
                for (char const c : field->text) {
                    auto const byte = static_cast<unsigned char>(c);
                    if (shift < 64)
                        value |= std::uint64_t(byte & 0x7f) << shift;
                    shift += 7;
                    if (byte < 0x80) {
                        out.reset_channels.push_back(static_cast<std::int64_t>(value));
                        value = 0;
                        shift = 0;
                    }
                }
            }
            break;
        default: break;
        }
        if (!done)
            return done.error();
    }
    if (reader.failed())
        return error(errc::wrong_result, "an update that cannot be read");
    return out;
}

} // namespace mtproto::proxy::detail
