// The disguise of MTProxy connections with `ee` secrets: hellos and records that look like TLS 1.3.
#pragma once

#include <mtproto/crypto/random.hpp>
#include <mtproto/crypto/sha.hpp>
#include <mtproto/error.hpp>
#include <mtproto/transport/detail/endian.hpp>
#include <mtproto/transport/receive_buffer.hpp>
#include <mtproto/transport/secret.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

/// There is no TLS here: both hellos carry an HMAC keyed with the secret where TLS has its random values, and
/// the obfuscated stream travels in application data records. It is not part of the published protocol; the
/// facts are those on which the open source proxies and clients agree.
namespace mtproto::transport::fake_tls {

inline constexpr std::size_t record_header = 5;
inline constexpr std::size_t random_at =
    11; ///< of the 32 random bytes, in either hello with its record header
inline constexpr std::size_t random_size = 32;
/// Longest record that is accepted: 2^14 and what encryption may add in TLS 1.3.
inline constexpr std::size_t max_record = (std::size_t{1} << 14) + 256;
/// Size of the records that we send: some clients take no more than this from a server, TLS allows 2^14.
inline constexpr std::size_t sent_record = 2878;

inline constexpr std::byte handshake{22};
inline constexpr std::byte change_cipher_spec{20};
inline constexpr std::byte application_data{23};

namespace detail {

using transport::detail::append;

inline void append_be16(std::vector<std::byte>& out, std::size_t value)
{
    out.push_back(static_cast<std::byte>(value >> 8));
    out.push_back(static_cast<std::byte>(value));
}

inline void append_hex(std::vector<std::byte>& out, std::string_view hex)
{
    append(out, crypto::from_hex(hex).value());
}

inline void append_random(std::vector<std::byte>& out, std::size_t size, crypto::random_source& random)
{
    out.resize(out.size() + size);
    random.fill(std::span(out).last(size));
}

/// HMAC-SHA256 (RFC 2104) over two pieces, by a key that fits into one block.
inline crypto::sha256_digest hmac(const crypto::secret<16>& key, bytes_view first, bytes_view second)
{
    std::array<std::byte, 64> inner;
    std::array<std::byte, 64> outer;
    for (std::size_t i = 0; i != 64; ++i) {
        auto const k = i < 16 ? key.view()[i] : std::byte{0};
        inner[i] = k ^ std::byte{0x36};
        outer[i] = k ^ std::byte{0x5c};
    }
    auto const digest = crypto::sha256(outer, crypto::sha256(inner, first, second));
    crypto::wipe(inner);
    crypto::wipe(outer);
    return digest;
}

inline std::size_t record_size(bytes_view record)
{
    return std::to_integer<std::size_t>(record[3]) << 8 | std::to_integer<std::size_t>(record[4]);
}

} // namespace detail

/// Appends `data` as application data records.
inline void wrap(bytes_view data, std::vector<std::byte>& out)
{
    while (!data.empty()) {
        auto const part = data.first((std::min)(data.size(), sent_record));
        detail::append_hex(out, "170303");
        detail::append_be16(out, part.size());
        detail::append(out, part);
        data = data.subspan(part.size());
    }
}

/// The size of the record at the start of `input` with its header, or 0 while the header is incomplete.
/// errc::frame_too_large above max_record.
[[nodiscard]] inline result<std::size_t> whole_record(bytes_view input)
{
    if (input.size() < record_header)
        return std::size_t{0};
    auto const size = detail::record_size(input);
    if (size > max_record)
        return error(errc::frame_too_large, "a TLS record above its limit");
    return record_header + size;
}

/// A ClientHello of 517 bytes as browsers send them, stamped with the secret and the time (seconds since
/// 1970), by which proxies refuse old hellos.
[[nodiscard]] inline result<std::vector<std::byte>>
client_hello(const mtproxy_secret& secret, std::uint32_t unix_time, crypto::random_source& random)
{
    constexpr std::size_t total = 517;
    std::vector<std::byte> hello;
    detail::append_hex(hello, "1603010200010001fc0303");
    hello.resize(hello.size() + random_size);
    hello.push_back(std::byte{32});
    detail::append_random(hello, 32, random); // session id
    // Cipher suites: a reserved one (RFC 8701), TLS 1.3's, then the usual older ones; no compression.
    detail::append_hex(hello,
                       "0020 8a8a 130113021303 c02bc02fc02cc030 cca9cca8 c013c014 009c009d 002f0035 0100");
    auto const extensions_at = hello.size();
    detail::append_hex(hello, "0000 3a3a0000 0000");
    auto const name = crypto::as_bytes(secret.domain);
    detail::append_be16(hello, name.size() + 5); // server_name
    detail::append_be16(hello, name.size() + 3);
    hello.push_back(std::byte{0});
    detail::append_be16(hello, name.size());
    detail::append(hello, name);
    detail::append_hex(hello, "00170000 ff01000100"          // extended_master_secret, renegotiation_info
                              "000a000a00082a2a001d00170018" // supported_groups
                              "000b00020100 00230000"        // ec_point_formats, session_ticket
                              "0010000e000c02683208687474702f312e31" // application_layer_protocol_negotiation
                              "000500050100000000"                   // status_request
                              "000d0012001004030804040105030805050108060601" // signature_algorithms
                              "00120000"                                     // signed_certificate_timestamp
                              "0033002b0029 2a2a000100 001d0020");           // key_share: x25519
    detail::append_random(hello, 32, random);
    detail::append_hex(hello, "002d00020101 002b000706 4a4a 0304 0303" // psk modes, supported_versions
                              "001b0003020002 5a5a000100 0015");       // compress_certificate, padding
    if (hello.size() + 2 > total)
        return error(errc::bad_argument, "the domain of the MTProxy secret is too long");
    detail::append_be16(hello, total - hello.size() - 2);
    hello.resize(total);
    auto const length = total - extensions_at - 2;
    hello[extensions_at] = static_cast<std::byte>(length >> 8);
    hello[extensions_at + 1] = static_cast<std::byte>(length);

    auto stamp = detail::hmac(secret.key, hello, {});
    for (std::size_t i = 0; i != 4; ++i)
        stamp[28 + i] ^= static_cast<std::byte>(unix_time >> (8 * i));
    std::ranges::copy(stamp, hello.begin() + random_at);
    return hello;
}

/// True if the whole ClientHello `hello` was stamped with `secret`, at whatever time: refusing old hellos is
/// up to a server with a clock, and clients disagree on the byte order of the time.
[[nodiscard]] inline bool stamped(bytes_view hello, const mtproxy_secret& secret)
{
    if (hello.size() < random_at + random_size + 1)
        return false;
    std::vector<std::byte> unstamped(hello.begin(), hello.end());
    std::fill_n(unstamped.begin() + random_at, random_size, std::byte{0});
    auto const digest = detail::hmac(secret.key, unstamped, {});
    return crypto::equal_constant_time(hello.subspan(random_at, 28), bytes_view(digest).first(28));
}

/// What the proxy answers to a stamped ClientHello: ServerHello, ChangeCipherSpec and a record of noise.
/// errc::bad_frame for a malformed hello.
[[nodiscard]] inline result<std::vector<std::byte>>
server_hello(bytes_view hello, const mtproxy_secret& secret, crypto::random_source& random)
{
    constexpr std::size_t session_at = random_at + random_size;
    if (hello.size() < session_at + 1)
        return error(errc::bad_frame, "a ClientHello that ends in its header");
    auto const session_size = std::to_integer<std::size_t>(hello[session_at]);
    if (session_size > 32 || hello.size() < session_at + 1 + session_size)
        return error(errc::bad_frame, "a ClientHello with a malformed session id");
    auto const session = hello.subspan(session_at, 1 + session_size); // with its length

    std::vector<std::byte> answer;
    detail::append_hex(answer, "160303");
    detail::append_be16(answer, 90 + session_size);
    detail::append_hex(answer, "0200");
    detail::append_be16(answer, 86 + session_size);
    detail::append_hex(answer, "0303");
    answer.resize(answer.size() + random_size);
    detail::append(answer, session);
    detail::append_hex(answer, "130100 002e 00330024001d0020"); // cipher suite, key_share: x25519
    detail::append_random(answer, 32, random);
    detail::append_hex(answer, "002b00020304 140303000101 170303"); // TLS 1.3, ChangeCipherSpec
    std::array<std::byte, 2> drawn{};
    random.fill(drawn);
    auto const noise =
        1024 + (std::to_integer<std::size_t>(drawn[0]) << 8 | std::to_integer<std::size_t>(drawn[1])) % 1024;
    detail::append_be16(answer, noise);
    detail::append_random(answer, noise, random);

    auto const stamp = detail::hmac(secret.key, hello.subspan(random_at, random_size), answer);
    std::ranges::copy(stamp, answer.begin() + random_at);
    return answer;
}

/// The client's check of that answer: its size if whole and genuine, 0 if bytes are missing.
/// errc::bad_frame if it is no such answer, errc::bad_digest if the secret is another.
[[nodiscard]] inline result<std::size_t> check_server_hello(bytes_view input, bytes_view hello,
                                                            const mtproxy_secret& secret)
{
    std::size_t size = 0;
    for (auto const type : {handshake, change_cipher_spec, application_data}) {
        auto const record = whole_record(input.subspan(size));
        if (!record)
            return record.error();
        if (input.size() > size && input[size] != type)
            return error(errc::bad_frame, "the MTProxy does not answer as one with an ee secret");
        if (*record == 0 || input.size() - size < *record)
            return std::size_t{0};
        size += *record;
    }
    if (size < random_at + random_size)
        return error(errc::bad_frame, "the MTProxy's answer is too short");
    std::vector<std::byte> unstamped(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
    std::fill_n(unstamped.begin() + random_at, random_size, std::byte{0});
    auto const stamp = detail::hmac(secret.key, hello.subspan(random_at, random_size), unstamped);
    if (!crypto::equal_constant_time(stamp, input.subspan(random_at, random_size)))
        return error(errc::bad_digest, "the MTProxy does not know the secret");
    return size;
}

/// Takes one record from the front of `raw`, or nothing while it is incomplete: its application data, which
/// is valid until the next prepare() of `raw`, or no bytes for a record that only belongs to the disguise.
[[nodiscard]] inline result<std::optional<bytes_view>> next_record(receive_buffer& raw)
{
    auto const input = raw.data();
    auto const size = whole_record(input);
    if (!size)
        return size.error();
    if (*size == 0 || input.size() < *size)
        return std::optional<bytes_view>{};
    auto const type = input[0];
    if (type != application_data && type != change_cipher_spec)
        return error(errc::bad_frame, "a TLS record that is no application data");
    raw.consume(*size);
    auto const body = input.first(*size).subspan(record_header);
    return std::optional<bytes_view>{type == application_data ? body : bytes_view{}};
}

} // namespace mtproto::transport::fake_tls
