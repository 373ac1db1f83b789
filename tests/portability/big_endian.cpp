// What the wire says, on a machine that keeps its numbers the other way round. Without Catch2, OpenSSL and zlib, so that a cross
// compiler and an emulator of user programs are all it takes: see big_endian.py. Runs anywhere.
#include <mtproto/api/types/core_c.hpp>
#include <mtproto/api/types/core_j.hpp>
#include <mtproto/session/container.hpp>
#include <mtproto/session/message_id.hpp>
#include <mtproto/tl/base64.hpp>
#include <mtproto/tl/crc32.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/protobuf.hpp>
#include <mtproto/transport/abridged.hpp>
#include <mtproto/transport/detect.hpp>
#include <mtproto/transport/intermediate.hpp>

#include <bit>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace mtproto;
using bytes = std::vector<std::byte>;

int failures = 0;

void check(bool ok, const char* what)
{
    if (!ok) {
        ++failures;
        std::printf("wrong: %s\n", what);
    }
}

bytes from_hex(std::string_view text)
{
    bytes out;
    auto const digit = [](char c) { return static_cast<unsigned>(c >= 'a' ? c - 'a' + 10 : c - '0'); };
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
    return out;
}

bool same(std::span<const std::byte> found, std::string_view hex)
{
    auto const wanted = from_hex(hex);
    return std::vector<std::byte>(found.begin(), found.end()) == wanted;
}

void numbers()
{
    tl::writer to;
    to.number(std::int32_t{0x01020304});
    to.number(std::int64_t{0x0102030405060708});
    to.number(1.5);
    check(same(to.view(), "04030201"
                          "0807060504030201"
                          "000000000000f83f"),
          "numbers are written little endian");
    tl::reader from(to.view());
    std::int32_t word{};
    std::int64_t number{};
    double real{};
    check(from.number(word) && from.number(number) && from.number(real), "numbers are read");
    check(word == 0x01020304 && number == 0x0102030405060708 && real == 1.5, "numbers are read little endian");
}

void values()
{
    // jsonArray of jsonNumber 2.5 and jsonString "text"
    constexpr auto hex = "634744f7"
                         "15c4b51c"
                         "02000000"
                         "a4dfe02b"
                         "0000000000000440"
                         "7a761eb7"
                         "0474657874000000";
    auto const wire = from_hex(hex);
    auto const value = tl::decode<api::JSONValue>(wire);
    check(value.has_value(), "a value is decoded");
    if (!value)
        return;
    check(same(tl::encode(*value).value(), hex), "a value is encoded");
    auto const* const array = api::get_if<api::jsonArray>(*value);
    check(array && array->value.size() == 2, "a vector has its count");
    auto const message = tl::to_protobuf(*value);
    check(message.has_value(), "a value becomes protobuf");
    if (message) {
        // json_array { value { json_number { value: 2.5 } } value { json_string { value: "text" } } }
        check(same(std::as_bytes(std::span(*message)), "2a17"
                                                       "0a0b"
                                                       "1a09"
                                                       "09"
                                                       "0000000000000440"
                                                       "0a08"
                                                       "2206"
                                                       "0a04"
                                                       "74657874"),
              "protobuf is little endian");
        auto const back = tl::from_protobuf<api::JSONValue>(std::as_bytes(std::span(*message)));
        check(back && same(tl::encode(*back).value(), hex), "protobuf becomes the value again");
    }
    api::dcOption option;
    option.id = 2;
    option.ip_address = "::1";
    option.ipv6 = true;
    option.port = 443;
    check(same(tl::encode(option).value(), "0da1b718"
                                           "01000000"
                                           "02000000"
                                           "033a3a31"
                                           "bb010000"),
          "flags are bits of a number");
}

void framings()
{
    auto const packet = from_hex("0102030405060708");
    bytes out;
    transport::intermediate middle(transport::side::client);
    check(middle.encode(packet, out, {}).has_value() && same(out, "08000000"
                                                                  "0102030405060708"),
          "intermediate: the length is little endian");
    auto const got = transport::intermediate(transport::side::server).decode(out, 4096);
    check(got && got->consumed == 12 && same(got->value.payload, "0102030405060708"), "intermediate is read");
    out.clear();
    transport::abridged brief(transport::side::client);
    bytes const longer(4 * 300);
    check(brief.encode(longer, out, {}).has_value() && same(std::span(out).first(4), "7f2c0100"),
          "abridged: a long length is little endian");
    auto const told = transport::detect(from_hex("eeeeeeee00000000"));
    check(told && told->framing == transport::framing_kind::intermediate && told->consumed == 4, "intermediate is detected");
}

void sessions()
{
    tl::writer to;
    auto const body = from_hex("0102030405060708");
    std::vector<session::message_view> const messages{{5, 1, body}};
    session::write_container(to, messages);
    check(same(to.view(), "dcf8f173"
                          "01000000"
                          "0500000000000000"
                          "01000000"
                          "08000000"
                          "0102030405060708"),
          "a container");
    check(session::message_id_at(1'500'000'000) >> 32 == 1, "seconds are the upper half of a message's identifier");
    check(tl::crc32("123456789") == 0xcbf43926u, "CRC32 of the check value");
    check(tl::base64_encode(body) == "AQIDBAUGBwg=", "base64");
}

} // namespace

int main()
{
    numbers();
    values();
    framings();
    sessions();
    std::printf("%s endian, %d wrong\n", std::endian::native == std::endian::big ? "big" : "little", failures);
    return failures != 0;
}
