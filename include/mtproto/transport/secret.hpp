// The secret of an MTProxy, and how it is written in links.
#pragma once

#include <mtproto/crypto/secret.hpp>
#include <mtproto/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mtproto::transport {

/// What the first byte of a secret says about the connection.
enum class proxy_mode
{
    plain,  ///< 16 bytes: any framing
    padded, ///< dd: the padded intermediate framing only
    tls,    ///< ee: the same inside something that looks like TLS, with a domain to name
};

/// The secret of an MTProxy. https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
///
/// Wiped when destroyed, compared in constant time.
struct mtproxy_secret
{
    crypto::secret<16> key{};
    proxy_mode mode = proxy_mode::plain;
    /// The server name of the TLS disguise; empty in the other modes.
    std::string domain{};

    /// From its bytes: 16, or 0xdd and 16, or 0xee and 16 and the domain. Fails with errc::bad_argument.
    [[nodiscard]] static result<mtproxy_secret> from_bytes(crypto::bytes_view bytes)
    {
        mtproxy_secret made;
        if (bytes.size() == 16) {
            made.key = crypto::secret<16>(bytes.first<16>());
            return made;
        }
        if (bytes.size() >= 17) {
            made.key = crypto::secret<16>(bytes.subspan<1, 16>());
            if (bytes[0] == std::byte{0xdd} && bytes.size() == 17) {
                made.mode = proxy_mode::padded;
                return made;
            }
            if (bytes[0] == std::byte{0xee} && bytes.size() > 17 && bytes.size() <= 17 + 253) {
                made.mode = proxy_mode::tls;
                for (auto b : bytes.subspan(17))
                    made.domain.push_back(static_cast<char>(b));
                return made;
            }
        }
        return error(errc::bad_argument,
                     "an MTProxy secret has 16 bytes, or dd and 16, or ee and 16 and a domain");
    }

    /// From a link: hexadecimal, or base64 of either alphabet with or without its final '='.
    [[nodiscard]] static result<mtproxy_secret> parse(std::string_view text)
    {
        if (auto hex = crypto::from_hex(text); hex && !hex->empty()) {
            crypto::wipe_on_exit const wiped(*hex);
            if (auto made = from_bytes(*hex))
                return made;
        }
        std::vector<std::byte> bytes;
        unsigned bits = 0;
        unsigned held = 0;
        while (text.ends_with('='))
            text.remove_suffix(1);
        for (char const c : text) {
            auto const value = digit(c);
            if (value > 63)
                return error(errc::bad_argument, "an MTProxy secret is written in hexadecimal or base64");
            bits = (bits << 6 | value) & 0xfff;
            held += 6;
            if (held >= 8) {
                held -= 8;
                bytes.push_back(static_cast<std::byte>(bits >> held));
            }
        }
        crypto::wipe_on_exit const wiped(bytes);
        return from_bytes(bytes);
    }

private:
    static constexpr unsigned digit(char c) noexcept
    {
        if (c >= 'A' && c <= 'Z')
            return static_cast<unsigned>(c - 'A');
        if (c >= 'a' && c <= 'z')
            return static_cast<unsigned>(c - 'a') + 26;
        if (c >= '0' && c <= '9')
            return static_cast<unsigned>(c - '0') + 52;
        if (c == '+' || c == '-')
            return 62;
        return c == '/' || c == '_' ? 63 : 64;
    }
};

} // namespace mtproto::transport
