// The client of the measurements: the same code for every server, without gRPC's headers for those who use it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proxy_benchmark {

using seconds = std::chrono::duration<double>;

/// The share of `values` that is smaller, 0.5 or 0.99; sorts a part of them. Zero if there are none.
double percentile(std::vector<double>& values, double share);

/// What a while of calls gave. Fails loudly: any status but OK throws std::runtime_error.
struct unary_run
{
    double calls_per_second = 0;
    double p50 = 0; ///< seconds
    double p99 = 0;
    std::size_t calls = 0;
    std::size_t reply_bytes = 0; ///< of the last reply
};

/// One connection, its own completion queue, and the calling thread, which waits for it.
class unary_client
{
public:
    explicit unary_client(const std::string& address);
    ~unary_client();

    /// Calls `path` with `request`, always so many at once, for so long.
    unary_run run(const std::string& path, const std::string& request, std::size_t in_flight, seconds time);
    /// One call; its reply.
    std::string call(const std::string& path, const std::string& request);

private:
    struct state;
    std::unique_ptr<state> state_;
};

struct stream_run
{
    std::size_t messages = 0;
    std::size_t bytes = 0;   ///< of all messages
    double seconds = 0;      ///< from begin() to the last message
    std::vector<double> latencies{}; ///< of messages whose last eight bytes say when they were sent (CLOCK_MONOTONIC, nanoseconds)
};

/// Streams of messages, read by the calling thread.
class stream_client
{
public:
    /// Opens all and waits until the servers have begun; throws std::runtime_error if they do not.
    stream_client(const std::string& address, const std::string& path, std::size_t streams, std::size_t per_connection);
    ~stream_client();

    /// The clock starts here.
    void begin();
    /// Reads until so many messages came on all streams together. Throws if a stream ends or a minute passes.
    stream_run receive(std::size_t messages, bool stamped = false);

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Connections without calls.
class idle_connections
{
public:
    idle_connections(const std::string& address, std::size_t count);
    ~idle_connections();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace proxy_benchmark
