// Where a server listens, and the rule about who may be let in there.
#pragma once

#include <mtproto/proxy/server_options.hpp>

#include <mtproto/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <string_view>

namespace mtproto::proxy {

/// An address of server_options::listen, taken apart.
struct listen_address
{
    enum class reach
    {
        unix_socket, ///< whom the file's mode admits
        loopback,    ///< this machine
        network,     ///< other machines
    };
    std::string host{}; ///< or the socket's path
    std::uint16_t port = 0;
    reach from = reach::network;

    /// As gRPC writes it.
    std::string text() const
    {
        if (from == reach::unix_socket)
            return "unix:" + host;
        auto const quoted = host.find(':') != std::string::npos ? '[' + host + ']' : host;
        return quoted + ':' + std::to_string(port);
    }

    /// "127.0.0.1:11011", "[::1]:0", "localhost:0", "unix:/path". errc::bad_argument with words otherwise.
    static result<listen_address> parse(std::string_view text)
    {
        auto const bad = [&](const char* why) {
            return error(errc::bad_argument, "cannot listen on '" + std::string(text) + "': " + why);
        };
        listen_address out;
        if (text.starts_with("unix:")) {
            auto path = text.substr(5);
            if (path.starts_with("//"))
                path.remove_prefix(2);
            if (path.empty())
                return bad("no path after unix:");
            if (path.size() > 107) // sockaddr_un
                return bad("the path of a unix socket has at most 107 bytes");
            out.host = path;
            out.from = reach::unix_socket;
            return out;
        }
        auto const colon = text.rfind(':');
        if (colon == std::string_view::npos)
            return bad("say host:port, such as 127.0.0.1:11011, or unix:/path");
        auto host = text.substr(0, colon);
        auto const port = text.substr(colon + 1);
        if (host.starts_with('[') && host.ends_with(']') && host.size() > 2)
            host = host.substr(1, host.size() - 2);
        else if (host.find(':') != std::string_view::npos)
            return bad("an IPv6 address stands in brackets: [::1]:11011");
        auto const [end, ec] = std::from_chars(port.data(), port.data() + port.size(), out.port);
        if (ec != std::errc() || end != port.data() + port.size())
            return bad("the port is a number up to 65535");
        if (host.empty())
            return bad("no host before the port; 0.0.0.0 or [::] stand for all");
        out.host = host;
        boost::system::error_code ignored;
        auto const address = boost::asio::ip::make_address(out.host, ignored);
        // A name may lead anywhere, but for this one.
        bool const local = ignored ? host == "localhost" : address.is_loopback();
        out.from = local ? reach::loopback : reach::network;
        return out;
    }
};

/// Why a server with these options must not listen there; success if it may.
///
/// Beyond this machine: authentication (tokens or client certificates), and TLS, unless server_options::allow_plaintext.
inline result<> may_listen(const listen_address& at, const server_options& options)
{
    if (at.from != listen_address::reach::network)
        return {};
    bool const certificates = !options.tls.empty() && !options.tls.client_ca.empty();
    if (options.tokens.empty() && !certificates)
        return error(errc::bad_argument, "refusing to listen on " + at.text() +
                                             ": other machines reach it, and whoever connects could use the account. Configure "
                                             "tokens or a CA of client certificates, or listen on 127.0.0.1 or a unix socket");
    if (options.tls.empty() && !options.allow_plaintext)
        return error(errc::bad_argument, "refusing to listen on " + at.text() +
                                             " without TLS: tokens and messages would travel in the clear. Configure a "
                                             "certificate, or set allow_plaintext if something else encrypts");
    return {};
}

/// The same for all addresses, and what else can be seen to be wrong with the options before anything is opened.
inline result<std::vector<listen_address>> checked_addresses(const server_options& options)
{
    std::vector<listen_address> out;
    if (options.listen.empty())
        return error(errc::bad_argument, "no address to listen on");
    if (options.tls.chain.empty() != options.tls.private_key.empty())
        return error(errc::bad_argument, "TLS needs both a certificate and its private key");
    if (!options.tls.client_ca.empty() && options.tls.empty())
        return error(errc::bad_argument, "client certificates need TLS: a certificate and a private key of the server");
    for (auto const& token : options.tokens) {
        if (token.secret.size() < 16)
            return error(errc::bad_argument, "the token '" + token.name + "' is shorter than 16 characters: it could be guessed");
        for (auto const c : token.secret)
            if (c <= ' ' || c > '~')
                return error(errc::bad_argument, "the token '" + token.name + "' has characters that a header cannot carry");
    }
    for (auto const& text : options.listen) {
        auto address = listen_address::parse(text);
        if (!address)
            return address.error();
        if (auto const allowed = may_listen(*address, options); !allowed)
            return allowed.error();
        out.push_back(std::move(*address));
    }
    return out;
}

} // namespace mtproto::proxy
