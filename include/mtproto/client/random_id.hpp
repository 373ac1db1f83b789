// Random identifiers of messages.
#pragma once

#include <mtproto/crypto/random.hpp>

#include <cstdint>

namespace mtproto {

/// A `random_id` for messages.sendMessage and its like: by it the server knows a repetition from a second message.
/// Thread-safe. Throws mtproto::exception with errc::random_failed if the system gives no randomness.
[[nodiscard]] inline std::int64_t random_id()
{
    crypto::system_random random;
    return static_cast<std::int64_t>(crypto::random_u64(random));
}

} // namespace mtproto
