// A signed-in connection, seen by the commands: bytes of a request in, bytes of the answer out.
#pragma once

#include "commands.hpp"

#include <mtproto/error.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mtproto::apps {

/// A connection that lives on a thread of its own. Calls block the caller; any thread may call.
class remote
{
public:
    virtual ~remote() = default;
    /// A serialized method in, its serialized boxed result out.
    virtual result<std::vector<std::byte>> invoke(std::vector<std::byte> request) = 0;
    /// What takes the serialized Updates that come from now on; called on the connection's thread.
    virtual void on_update(std::function<void(const std::vector<std::byte>&)> handler) = 0;
    /// Lines for a person: what was connected to, and as whom where that is known.
    virtual std::string greeting() const = 0;
};

/// Connects with the session that the options name, or to a data centre in this process.
result<std::unique_ptr<remote>> open_remote(const connection_options& options);

} // namespace mtproto::apps
