#include "mtproto/sandbox/server.hpp"

#include "catch.hpp"

#include <boost/asio/io_context.hpp>

using namespace mtproto;

TEST_CASE("a secret that is none keeps a data centre from being made, and is not left out")
{
    boost::asio::io_context io;
    sandbox::options settings;
    auto const make = [&] {
        return std::make_shared<sandbox::detail::server>(io.get_executor(), settings, crypto::rsa_private_key::generate());
    };
    settings.secrets = {"00112233445566778899aabbccddeeff"};
    CHECK_NOTHROW(make());
    settings.secrets.emplace_back("none");
    CHECK_THROWS_AS(make(), mtproto::exception);
}
