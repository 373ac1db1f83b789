#include "mtproto/tl/crc32.hpp"

#include "catch.hpp"

using mtproto::tl::crc32;

// At compile time.
static_assert(crc32("") == 0);
static_assert(crc32("123456789") == 0xcbf43926); // the check value of CRC-32/ISO-HDLC
static_assert(crc32("boolFalse = Bool") == 0xbc799737);
static_assert(crc32("vector t:Type # [ t ] = Vector t") == 0x1cb5c415);

TEST_CASE("crc32 can be continued")
{
    CHECK(crc32("6789", crc32("12345")) == crc32("123456789"));
    CHECK(crc32("", crc32("12345")) == crc32("12345"));
}

TEST_CASE("crc32 takes any bytes") { CHECK(crc32(std::string_view("\0\xff\x80", 3)) == 0x81dda740); }
