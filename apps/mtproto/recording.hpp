// Whether the clients of this process are recorded: `mtproto dump record`.
#pragma once

#include <mtproto/error.hpp>

#include <cstdint>
#include <string>

namespace mtproto {
struct client_options;
}

namespace mtproto::apps {

/// Records all clients that are made from now on. Not thread safe; once in a process.
result<> begin_recording(const std::string& file, const std::string& keys);
/// Ends it and gives the number of recorded events, or why not all could be written.
result<std::int64_t> end_recording();
/// Makes a client with these options be recorded, if a recording has begun; else leaves them as they are.
void attach_recording(client_options& options);

} // namespace mtproto::apps
