// The servers that are compared, each run by a process of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proxy_benchmark {

/// Nanoseconds of CLOCK_MONOTONIC, which all processes share: the last eight bytes of every streamed message.
std::int64_t now_stamp();

class served
{
public:
    virtual ~served() = default;
    /// Where it listens, with the ports that it got.
    virtual const std::vector<std::string>& addresses() const = 0;
    /// Sends so many messages of so many bytes to each open stream. `pause` microseconds apart; 0: as fast as they go.
    virtual void publish(std::size_t count, std::size_t size, std::size_t pause) = 0;
};

/// A bare grpc::AsyncGenericService with one completion-queue thread. "/bench.Echo/444" answers at once with 444 bytes,
/// "/bench.Echo/listen" is a stream of what publish() says.
std::unique_ptr<served> serve_echo(const std::vector<std::string>& listen);

/// proxy::server with the converters of the whole API, and an account that answers at once with canned TL: from within call(),
/// or, with `hop`, from another thread, as a client's io_context does.
std::unique_ptr<served> serve_proxy(const std::vector<std::string>& listen, bool hop);

/// TL of an answer to users.getUsers: two people.
std::vector<std::byte> canned_users();
/// TL of an answer to messages.getHistory: 100 messages, 30 users, 10 channels.
std::vector<std::byte> canned_history();

} // namespace proxy_benchmark
