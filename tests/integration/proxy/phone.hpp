// A signed-in client on a thread, and its updates on their way to a server.
#pragma once

#include <mtproto/proxy/server.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace mtproto {

class client;

namespace apps {
class local_sandbox;
struct sandbox_user;
} // namespace apps

} // namespace mtproto

namespace proxy_test {

/// Where a data centre is, and whom it knows.
struct destination
{
    int dc = 0;
    std::string host;
    std::uint16_t port = 0;
    std::string public_key;
    std::string phone;
    std::string code;
    std::string password{};
};

/// Signs in at construction, throws if it cannot.
class phone
{
public:
    explicit phone(const destination& to);
    phone(const mtproto::apps::local_sandbox& data_centre, const mtproto::apps::sandbox_user& user);
    ~phone();

    mtproto::client& client();
    std::int64_t user_id() const;
    /// Until the end.
    void pump_into(mtproto::proxy::server& server, const std::string& name);
    /// Ends the client; calls fail from now on.
    void close();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace proxy_test
