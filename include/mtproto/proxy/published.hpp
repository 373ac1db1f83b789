// Updates on their way to the listeners.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mtproto::proxy {

/// One update, encoded.
struct published_update
{
    std::string kind{};              ///< name of its constructor: "updateNewMessage"
    std::vector<std::byte> update{}; ///< a serialized TypeUpdate
};

/// What server::publish() takes: updates that came together, and the people they speak of.
///
/// A listener gets one Update message for each update that it asked for; users and chats stand in the first of them.
struct published_batch
{
    std::vector<published_update> updates{};
    std::vector<std::vector<std::byte>> users{}; ///< serialized TypeUser
    std::vector<std::vector<std::byte>> chats{}; ///< serialized TypeChat
    bool reset = false;                          ///< what came between is lost: told before the updates
    std::vector<std::int64_t> reset_channels{};  ///< the same for these channels only
};

} // namespace mtproto::proxy
