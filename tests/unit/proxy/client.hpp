// A client of gRPC without any generated code, and without gRPC's headers for those who use it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proxy_test {

struct answer
{
    int code = -1;
    std::string message;
    std::string details; ///< google.rpc.Status
    std::string body;
    std::multimap<std::string, std::string> trailing;
};

struct call_settings
{
    std::vector<std::pair<std::string, std::string>> metadata{};
    std::chrono::milliseconds timeout{30000};
};

struct tls_settings
{
    std::string ca;
    std::string certificate;
    std::string key;
};

class grpc_client;

/// A call whose parts are done one by one.
class stream
{
public:
    stream(const grpc_client& by, const std::string& method, const call_settings& how = {});
    ~stream();
    stream(stream&&) noexcept;

    bool write(const std::string& message);
    void writes_done();
    /// None if the stream ended, or nothing came in time.
    std::optional<std::string> read(std::chrono::milliseconds limit = std::chrono::milliseconds(20000));
    /// Waits for the headers.
    std::multimap<std::string, std::string> headers();
    answer finish();
    void cancel();

private:
    struct state;
    std::unique_ptr<state> state_;
};

class grpc_client
{
public:
    explicit grpc_client(const std::string& address, const std::optional<tls_settings>& tls = {});
    ~grpc_client();

    /// `method` as "/mtproto.Mtproto/Echo"; without a slash it is one of Mtproto's.
    answer call(const std::string& method, const std::string& body, const call_settings& how = {}) const;

private:
    friend class stream;
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace proxy_test
