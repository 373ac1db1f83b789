#include "support.hpp"

#include <mtproto/crypto/gzip.hpp>

using namespace mtproto;
using namespace mtproto::crypto;

TEST_CASE("gzip there and back", "[crypto][gzip]")
{
    seeded_random random(1);
    for (std::size_t size : {0u, 1u, 2u, 100u, 4096u, 100000u}) {
        auto const data = random_vector(random, size);
        CHECK(gunzip(gzip(data)).value() == data);
        bytes const zeros(size);
        CHECK(gunzip(gzip(zeros)).value() == zeros);
    }
}

TEST_CASE("zlib's wrapper is read too", "[crypto][gzip]")
{
    bytes const data(5000, std::byte{7});
    bytes packed(compressBound(5000));
    uLongf size = packed.size();
    REQUIRE(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(data.data()), 5000) == Z_OK);
    packed.resize(size);
    CHECK(gunzip(packed).value() == data);
}

TEST_CASE("malformed gzip", "[crypto][gzip]")
{
    seeded_random random(2);
    auto const data = random_vector(random, 1000);
    auto const packed = gzip(data);
    for (std::size_t cut = 0; cut < packed.size(); ++cut)
        REQUIRE(gunzip(bytes_view(packed).first(cut)).error().is(errc::bad_gzip));
    auto longer = packed;
    longer.push_back({});
    CHECK(gunzip(longer).error().is(errc::bad_gzip));
    auto wrong = packed;
    wrong[wrong.size() - 8] ^= std::byte{1}; // the checksum
    CHECK(gunzip(wrong).error().is(errc::bad_gzip));
    CHECK(gunzip(as_bytes("not compressed at all")).error().is(errc::bad_gzip));
}

TEST_CASE("gzip bombs", "[crypto][gzip]")
{
    bytes const zeros(3 << 20);
    auto const bomb = gzip(zeros);
    CHECK(gunzip(bomb).error().is(errc::too_large)); // about 1000 : 1
    CHECK(gunzip(bomb, {.max_output = 4 << 20, .max_ratio = 2000}).value() == zeros);
    CHECK(gunzip(bomb, {.max_output = (3 << 20) - 1, .max_ratio = 2000}).error().is(errc::too_large));
    CHECK(gunzip(bomb, {.max_output = 3 << 20, .max_ratio = 2000}).value() == zeros); // exactly at the limit
    bytes const tenth(100000);
    CHECK(gunzip(gzip(tenth)).value() == tenth); // a high ratio is fine while the output is small
    CHECK(gunzip(gzip(tenth), {.max_output = 100000}).value() == tenth);
    CHECK(gunzip(gzip(tenth), {.max_output = 99999}).error().is(errc::too_large));
    CHECK(gunzip(gzip(bytes_view{}), {.max_output = 30}).value().empty());
    CHECK(gunzip(gzip(tenth), {.max_output = 10}).error().is(errc::too_large));
}
