// Between gRPC's messages and the API: what a server needs of all methods, without a type of the API in sight.
//
// The functions are in a library that the build makes of the generated headers (mtproto_bridge_dep in Meson), since compiling
// them takes half a minute.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/proxy/contract/methods.hpp"
#include "mtproto/tl/protobuf_limits.hpp"
#include "mtproto/tl/types.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace mtproto::proxy {

using tl::bytes_view;

/// A method of the API as the contract knows it. The library's own live as long as the program.
using method_info = contract::method;

/// By the name of the rpc, without its service: "MessagesSendMessage". nullptr: there is none.
const method_info* find_method(std::string_view rpc) noexcept;

/// The method with this constructor id, nullptr if there is none.
const method_info* find_method(std::uint32_t id) noexcept;

/// A ReqX message as TL bytes of the call, ready for client::invoke_raw.
///
/// Fails with bad_argument, too_deep or too_large and a text for the caller that names the message and its field:
/// "messages.sendMessage: peer is not set: choose one of TypeInputPeer".
result<std::vector<std::byte>> request_to_tl(const method_info& method, bytes_view protobuf, tl::protobuf_limits limits = {});

/// TL bytes of a method's result as its message. For methods that carry others (`query:!X`) that is AnyResult, and what
/// is inside is decided by the request. Fails as tl::decode does if the result is not what the method returns.
result<std::vector<std::byte>> result_to_protobuf(const method_info& method, bytes_view tl, bytes_view request_tl);

/// The methods that a call carries, from outside in; none for methods that carry no other.
result<std::vector<const method_info*>> inner_methods(const method_info& method, bytes_view request_tl);

/// An update for listeners.
struct proto_update
{
    std::string_view kind{};         ///< name of its constructor: "updateNewMessage"
    std::vector<std::byte> update{}; ///< a TypeUpdate
};

/// From the TL bytes of one boxed Update. Fails as tl::decode does.
result<proto_update> update_to_protobuf(bytes_view tl);
/// Whether Update has a constructor of this name.
bool is_update_kind(std::string_view name) noexcept;

/// From the TL bytes of one boxed User to a TypeUser, of one boxed Chat to a TypeChat. Fail as tl::decode does.
result<std::vector<std::byte>> user_to_protobuf(bytes_view tl);
result<std::vector<std::byte>> chat_to_protobuf(bytes_view tl);

} // namespace mtproto::proxy
