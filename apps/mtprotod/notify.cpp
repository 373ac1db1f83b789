#include "notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace mtproto::daemon {

bool notify_service_manager(std::string_view state) noexcept
{
    const char* const name = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!name || (name[0] != '/' && name[0] != '@') || std::strlen(name) >= sizeof address.sun_path)
        return false;
    auto const length = std::strlen(name);
    std::memcpy(address.sun_path, name, length);
    if (name[0] == '@') // the abstract namespace
        address.sun_path[0] = '\0';
    int const socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return false;
    auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    auto const sent =
        ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
    ::close(socket);
    return sent == static_cast<ssize_t>(state.size());
}

} // namespace mtproto::daemon
