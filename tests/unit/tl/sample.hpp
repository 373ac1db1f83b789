// Hand-written types in the shape that the schema compiler generates, for the tests of tl/.
#pragma once

#include "mtproto/tl/fields.hpp"
#include "mtproto/tl/storage.hpp"
#include "mtproto/tl/variant.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>

// ---- sample/fwd.hpp
namespace sample {
namespace raw {
template <class S>
struct inputPeerSelf;
template <class S>
struct inputPeerChat;
template <class S>
struct inputPeerNested;
template <class S>
struct InputPeer;
namespace messages {
template <class S>
struct sendMessage;
} // namespace messages
template <class S>
struct point;
template <class S>
struct path;
template <class S>
using Point = point<S>;
template <class S, class X>
struct invokeWithLayer;
} // namespace raw

using inputPeerSelf = raw::inputPeerSelf<mtproto::tl::owning>;
using inputPeerChat = raw::inputPeerChat<mtproto::tl::owning>;
using inputPeerNested = raw::inputPeerNested<mtproto::tl::owning>;
using InputPeer = raw::InputPeer<mtproto::tl::owning>;
namespace messages {
using sendMessage = raw::messages::sendMessage<mtproto::tl::owning>;
}
using point = raw::point<mtproto::tl::owning>;
using Point = point;
using path = raw::path<mtproto::tl::owning>;
template <class X>
using invokeWithLayer = raw::invokeWithLayer<mtproto::tl::owning, X>;

using mtproto::tl::get_if;
using mtproto::tl::holds;
using mtproto::tl::match;
using mtproto::tl::visit;
} // namespace sample

// ---- sample/types.hpp
namespace sample::raw {

template <class S>
struct inputPeerSelf
{
    static constexpr std::uint32_t tl_id = 0x7da07ec9;
    static constexpr char tl_line[] = "inputPeerSelf#7da07ec9 = InputPeer";
    using tl_fields = ::mtproto::tl::field_list<>;
};

template <class S>
struct inputPeerChat
{
    std::int64_t chat_id{};

    static constexpr std::uint32_t tl_id = 0x35a95cb9;
    static constexpr char tl_line[] = "inputPeerChat#35a95cb9 chat_id:long = InputPeer";
    using tl_fields = ::mtproto::tl::field_list<::mtproto::tl::field<&inputPeerChat::chat_id>>;
};

template <class S>
struct inputPeerNested
{
    ::mtproto::tl::boxed<S, ::sample::raw::InputPeer<S>> peer{};
    std::int32_t msg_id{};

    static constexpr std::uint32_t tl_id = 0x01020304;
    static constexpr char tl_line[] = "inputPeerNested#01020304 peer:InputPeer msg_id:int = InputPeer";
    using tl_fields = ::mtproto::tl::field_list<::mtproto::tl::field<&inputPeerNested::peer>,
                                                ::mtproto::tl::field<&inputPeerNested::msg_id>>;
};

// As if there were more than 11 constructors: in groups.
template <class S>
struct InputPeer
    : ::mtproto::tl::variant<::mtproto::tl::group<::sample::raw::inputPeerSelf<S>, ::sample::raw::inputPeerChat<S>>,
                             ::mtproto::tl::group<::sample::raw::inputPeerNested<S>>>
{
    using tl_variant =
        ::mtproto::tl::variant<::mtproto::tl::group<::sample::raw::inputPeerSelf<S>, ::sample::raw::inputPeerChat<S>>,
                               ::mtproto::tl::group<::sample::raw::inputPeerNested<S>>>;
    using tl_variant::tl_variant;

    template <class F>
    static constexpr bool tl_select(std::uint32_t id, F&& f)
    {
        switch (id) {
        case 0x7da07ec9: return f(std::type_identity<::sample::raw::inputPeerSelf<S>>());
        case 0x35a95cb9: return f(std::type_identity<::sample::raw::inputPeerChat<S>>());
        case 0x01020304: return f(std::type_identity<::sample::raw::inputPeerNested<S>>());
        default: return false;
        }
    }
};

template <class S>
struct point
{
    double x{};
    double y{};

    static constexpr std::uint32_t tl_id = 0x0a0b0c0d;
    static constexpr char tl_line[] = "point#0a0b0c0d x:double y:double = Point";
    using tl_fields =
        ::mtproto::tl::field_list<::mtproto::tl::field<&point::x>, ::mtproto::tl::field<&point::y>>;
};

namespace messages {

template <class S>
struct sendMessage
{
    using result = ::sample::raw::InputPeer<S>;

    bool silent{};
    ::sample::raw::InputPeer<S> peer{};
    std::optional<std::int32_t> reply_to{};
    ::mtproto::tl::boxed_optional<S, ::sample::raw::InputPeer<S>> send_as{};
    ::mtproto::tl::string<S> message{};
    std::int64_t random_id{};
    std::optional<bool> cover{};
    std::optional<::mtproto::tl::vector<S, ::sample::raw::Point<S>>> shape{};
    std::optional<std::int32_t> twin{}; // shares the flag of shape

    static constexpr std::uint32_t tl_id = 0x11223344;
    static constexpr char tl_line[] =
        "messages.sendMessage#11223344 flags:# silent:flags.5?true peer:InputPeer reply_to:flags.0?int "
        "send_as:flags.1?InputPeer message:string random_id:long flags2:# cover:flags2.0?Bool "
        "shape:flags2.31?Vector<Point> twin:flags2.31?int = InputPeer";
    using tl_fields = ::mtproto::tl::field_list<
        ::mtproto::tl::flags<0>, ::mtproto::tl::flag<&sendMessage::silent, 5>, ::mtproto::tl::field<&sendMessage::peer>,
        ::mtproto::tl::optional_field<&sendMessage::reply_to, 0>, ::mtproto::tl::optional_field<&sendMessage::send_as, 1>,
        ::mtproto::tl::field<&sendMessage::message>, ::mtproto::tl::field<&sendMessage::random_id>, ::mtproto::tl::flags<1>,
        ::mtproto::tl::optional_field<&sendMessage::cover, 0, 1>, ::mtproto::tl::optional_field<&sendMessage::shape, 31, 1>,
        ::mtproto::tl::optional_field<&sendMessage::twin, 31, 1>>;
};

} // namespace messages

template <class S>
struct path
{
    ::mtproto::tl::vector<S, ::sample::raw::Point<S>> points{};
    ::mtproto::tl::vector<S, ::mtproto::tl::vector<S, std::int32_t>> grid{};
    ::mtproto::tl::vector<S, bool> open{};
    ::sample::raw::Point<S> centre{};
    ::mtproto::tl::bytes<S> data{};
    ::mtproto::tl::int128 nonce{};

    static constexpr std::uint32_t tl_id = 0x55667788;
    static constexpr char tl_line[] = "path#55667788 points:vector<%Point> grid:Vector<vector<int>> open:Vector<Bool> "
                                      "centre:point data:bytes nonce:int128 = Path";
    using tl_fields = ::mtproto::tl::field_list<
        ::mtproto::tl::field<&path::points, ::mtproto::tl::wire::bare_vector<::mtproto::tl::wire::bare>>,
        ::mtproto::tl::field<&path::grid, ::mtproto::tl::wire::vector<::mtproto::tl::wire::bare_vector<>>>,
        ::mtproto::tl::field<&path::open>, ::mtproto::tl::field<&path::centre, ::mtproto::tl::wire::bare>,
        ::mtproto::tl::field<&path::data>, ::mtproto::tl::field<&path::nonce>>;
};

template <class S, class X>
struct invokeWithLayer
{
    using result = typename X::result;

    std::int32_t layer{};
    X query{};

    static constexpr std::uint32_t tl_id = 0xda9b0d0d;
    static constexpr char tl_line[] = "invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X";
    using tl_fields = ::mtproto::tl::field_list<::mtproto::tl::field<&invokeWithLayer::layer>,
                                                ::mtproto::tl::field<&invokeWithLayer::query>>;
};

} // namespace sample::raw
