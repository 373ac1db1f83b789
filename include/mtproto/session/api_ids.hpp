// The few constructors of the API's schema that belong to the protocol, whose headers this layer does not
// need.
#pragma once

#include <cstdint>

namespace mtproto::session::detail {

inline constexpr std::uint32_t invoke_after_msg_id = 0xcb9f372d;   // invokeAfterMsg
inline constexpr std::uint32_t invoke_after_msgs_id = 0x3dc4b4f0;  // invokeAfterMsgs
inline constexpr std::uint32_t bind_temp_auth_key_id = 0xcdd42a05; // auth.bindTempAuthKey

} // namespace mtproto::session::detail
