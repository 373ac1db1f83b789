// What is encoded and decoded: four values, serialized.
#pragma once

#include "mtproto/tl/types.hpp"

namespace codec_benchmark {

/// A call: messages.sendMessage, 100 characters, 3 entities.
mtproto::tl::bytes_view send_message();
/// An answer: messages.messages of 100 messages, 30 users and 10 channels, about 32 KB.
mtproto::tl::bytes_view messages();
/// One deep PageBlock: details in lists in details, tables and rich text nested in rich text.
mtproto::tl::bytes_view page();
/// updates of 600 updates of the kinds that a busy account sees, with 20 users.
mtproto::tl::bytes_view updates();

} // namespace codec_benchmark
