#include "support.hpp"

#include <mtproto/crypto/bytes.hpp>
#include <mtproto/crypto/secret.hpp>

#include <ostream>
#include <set>
#include <type_traits>

#include <sys/wait.h>
#include <unistd.h>

using namespace mtproto;
using namespace mtproto::crypto;

TEST_CASE("hexadecimal there and back", "[crypto][bytes]")
{
    CHECK(to_hex(hex("00 fF\n7a")) == "00ff7a");
    CHECK(hex("").empty());
    CHECK(from_hex("0").error().is(errc::bad_argument));
    CHECK(from_hex("0g").error().is(errc::bad_argument));
}

TEST_CASE("constant-time comparison compares", "[crypto][bytes]")
{
    CHECK(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
    CHECK_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
    CHECK_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abcd")));
    CHECK(equal_constant_time({}, {}));
}

TEST_CASE("wiping leaves zeros", "[crypto][bytes]")
{
    auto data = hex("0102");
    {
        wipe_on_exit const guard(data);
    }
    CHECK(data == hex("0000"));
    wipe({});
}

TEST_CASE("numbers in both byte orders", "[crypto][bytes]")
{
    CHECK(to_big_endian(0x17ed48941a08f981u) == hex("17ed48941a08f981"));
    CHECK(to_big_endian(0x494c553b) == hex("494c553b"));
    CHECK(to_big_endian(256) == hex("0100"));
    CHECK(to_big_endian(0) == hex("00"));
    CHECK(load_le64(hex("0102030405060708")) == 0x0807060504030201u);
    CHECK(load_le64(store_le64(0xfedcba9876543210u)) == 0xfedcba9876543210u);
}

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };

TEST_CASE("a secret compares and does not print", "[crypto][secret]")
{
    secret<4> const a(hex_array<4>("01020304"));
    auto b = a;
    CHECK((a == b));
    b.mutable_view()[3] = std::byte{5};
    CHECK_FALSE((a == b));
    static_assert(!printable<secret<4>>);
    static_assert(!std::is_convertible_v<secret<4>, bytes_view>);
}

TEST_CASE("a seeded source replays, the system's does not", "[crypto][random]")
{
    seeded_random a(1), b(1), c(2);
    auto const first = random_bytes<100>(a);
    CHECK(first == random_bytes<100>(b));
    CHECK(first != random_bytes<100>(c));
    CHECK(random_u64(a) == random_u64(b));
    system_random system;
    CHECK(random_bytes<32>(system) != random_bytes<32>(system));
}

TEST_CASE("the system's bytes do not repeat, whatever the size asked for", "[crypto][random]")
{
    system_random system;
    std::set<std::uint64_t> seen;
    for (std::size_t size = 8; size < 700; ++size) {
        bytes data(size);
        system.fill(data);
        for (std::size_t i = 0; i + 8 <= size; i += 8)
            REQUIRE(seen.insert(load_le64(bytes_view(data).subspan(i))).second);
    }
    system.fill({});
}

TEST_CASE("a child process does not repeat its parent's randomness", "[crypto][random]")
{
    system_random system;
    (void)random_u64(system); // so that there is something to inherit
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto const data = random_bytes<16>(system);
        _exit(write(ends[1], data.data(), data.size()) == 16 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    std::array<std::byte, 16> theirs{};
    REQUIRE(read(ends[0], theirs.data(), theirs.size()) == 16);
    close(ends[0]);
    close(ends[1]);
    CHECK(theirs != random_bytes<16>(system));
}
