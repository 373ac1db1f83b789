#include "notify.hpp"

#include "catch.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

using mtproto::daemon::notify_service_manager;

TEST_CASE("the service manager gets a datagram", "[notify]")
{
    auto const path = "/tmp/mtprotod-notify-" + std::to_string(::getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    int const socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    CHECK(notify_service_manager("READY=1"));
    char buffer[32]{};
    CHECK(::recv(socket, buffer, sizeof buffer, 0) == 7);
    CHECK(std::string(buffer) == "READY=1");
    ::close(socket);
    ::unlink(path.c_str());
    CHECK_FALSE(notify_service_manager("READY=1")); // nobody there any more
    ::setenv("NOTIFY_SOCKET", "relative", 1);
    CHECK_FALSE(notify_service_manager("READY=1"));
    ::unsetenv("NOTIFY_SOCKET");
    CHECK_FALSE(notify_service_manager("READY=1"));
}
