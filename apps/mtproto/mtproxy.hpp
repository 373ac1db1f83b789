// An MTProxy as people pass it on: HOST:PORT:SECRET, or a link.
#pragma once

#include <mtproto/client/environment.hpp>
#include <mtproto/transport/secret.hpp>

#include <string>
#include <string_view>

namespace mtproto::apps {

struct mtproxy_address
{
    transport::endpoint server;
    transport::mtproxy_secret secret;
};

/// "proxy.example:443:dd…", or "tg://proxy?server=…&port=…&secret=…" and the same of https://t.me. Fails with
/// bad_argument; the text does not hold the secret.
inline result<mtproxy_address> parse_mtproxy(std::string_view text)
{
    std::string server;
    std::string_view secret;
    if (auto const query = text.find("/proxy?"); query != text.npos) {
        std::string_view host;
        std::string_view port;
        for (auto rest = text.substr(query + 7); !rest.empty();) {
            auto const part = rest.substr(0, rest.find('&'));
            rest.remove_prefix(std::min(rest.size(), part.size() + 1));
            for (auto const& [name, value] :
                 {std::pair<std::string_view, std::string_view*>{"server=", &host},
                  {"port=", &port},
                  {"secret=", &secret}})
                if (part.starts_with(name))
                    *value = part.substr(name.size());
        }
        bool const bare_ipv6 = host.find(':') != host.npos && !host.starts_with('[');
        server = (bare_ipv6 ? '[' + std::string(host) + ']' : std::string(host)) + ':' + std::string(port);
    } else if (auto const colon = text.rfind(':'); colon != text.npos) {
        server = text.substr(0, colon);
        secret = text.substr(colon + 1);
    }
    auto address = parse_endpoint(server);
    auto parsed = transport::mtproxy_secret::parse(secret);
    if (!address || !parsed)
        return error(errc::bad_argument,
                     "--mtproxy takes HOST:PORT:SECRET or a tg://proxy link; its " +
                         std::string(address ? "secret is 32 hexadecimal digits, maybe after dd or ee"
                                             : "server is a name or an address, and a port"));
    return mtproxy_address{std::move(*address), std::move(*parsed)};
}

} // namespace mtproto::apps
