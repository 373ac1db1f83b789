// A signed-in client on a thread, and its updates on their way to a server.
#pragma once

#include <mtproto/proxy/server.hpp>

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

/// Signs in at construction, throws if it cannot.
class phone
{
public:
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
