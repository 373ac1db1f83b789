#include "catch.hpp"

#include <mtproto/proxy/listen_address.hpp>

using namespace mtproto;
using proxy::listen_address;

TEST_CASE("addresses are taken apart", "[proxy][listen]")
{
    auto const reach = [](std::string_view text) { return listen_address::parse(text).value().from; };
    CHECK(reach("127.0.0.1:11011") == listen_address::reach::loopback);
    CHECK(reach("127.8.9.10:0") == listen_address::reach::loopback);
    CHECK(reach("[::1]:80") == listen_address::reach::loopback);
    CHECK(reach("localhost:80") == listen_address::reach::loopback);
    CHECK(reach("0.0.0.0:80") == listen_address::reach::network);
    CHECK(reach("[::]:80") == listen_address::reach::network);
    CHECK(reach("192.168.0.1:80") == listen_address::reach::network);
    CHECK(reach("localhost.example.org:80") == listen_address::reach::network);
    CHECK(reach("unix:/run/x.sock") == listen_address::reach::unix_socket);
    CHECK(listen_address::parse("[::1]:80").value().text() == "[::1]:80");
    CHECK(listen_address::parse("unix:///run/x.sock").value().text() == "unix:/run/x.sock");
    for (auto const* const bad : {"", "localhost", ":80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8o",
                                  "::1:80", "unix:", "unix-abstract:x"})
        CHECK(listen_address::parse(bad).has_error());
    CHECK(listen_address::parse("unix:/" + std::string(107, 'x')).has_error());
}

TEST_CASE("beyond loopback only with authentication and TLS", "[proxy][listen]")
{
    proxy::server_options options;
    auto const refusal = [&] {
        auto const allowed = proxy::checked_addresses(options);
        return allowed ? std::string() : allowed.error().text();
    };
    CHECK(refusal().empty());
    options.listen = {"unix:/run/x.sock", "[::1]:1"};
    CHECK(refusal().empty());

    options.listen = {"127.0.0.1:1", "0.0.0.0:1"};
    CHECK(refusal().find("refusing to listen on 0.0.0.0:1") != std::string::npos);
    CHECK(refusal().find("tokens") != std::string::npos);
    options.tls.chain = options.tls.private_key = "pem";
    CHECK(refusal().find("tokens") != std::string::npos); // TLS alone tells who the server is, not who the client is
    options.tls.client_ca = "pem";
    CHECK(refusal().empty());
    options.tls = {};
    options.tokens.push_back({.name = "a", .secret = "0123456789abcdef"});
    CHECK(refusal().find("without TLS") != std::string::npos);
    options.allow_plaintext = true;
    CHECK(refusal().empty());
    options.allow_plaintext = false;
    options.tls.chain = options.tls.private_key = "pem";
    CHECK(refusal().empty());

    options.tokens[0].secret = "short";
    CHECK(refusal().find("shorter") != std::string::npos);
    options.tokens[0].secret = "sixteen spaces in";
    CHECK(refusal().find("header") != std::string::npos);
    options.tokens.clear();
    options.tls.private_key.clear();
    CHECK(refusal().find("both") != std::string::npos);
    options.tls = {};
    options.tls.client_ca = "pem";
    CHECK(refusal().find("client certificates need TLS") != std::string::npos);
    options.tls = {};
    options.listen.clear();
    CHECK_FALSE(refusal().empty());
}
