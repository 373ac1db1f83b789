// Where a server listens.
#pragma once

#include <cstdint>
#include <string>

namespace mtproto::transport {

/// A host, which is an IPv4 or IPv6 address (without brackets) or a name, and a port.
struct endpoint
{
    std::string host{};
    std::uint16_t port = 443;

    friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// "149.154.167.50:443", "[2001:67c:4e8:f002::a]:443".
inline std::string to_string(const endpoint& e)
{
    bool const v6 = e.host.find(':') != std::string::npos;
    return (v6 ? '[' + e.host + ']' : e.host) + ':' + std::to_string(e.port);
}

} // namespace mtproto::transport
