// Transport obfuscation: a stream that looks random, with the framing named inside.
#pragma once

#include <mtproto/crypto/aes_ctr.hpp>
#include <mtproto/crypto/random.hpp>
#include <mtproto/crypto/sha.hpp>
#include <mtproto/error.hpp>
#include <mtproto/transport/detail/endian.hpp>
#include <mtproto/transport/detect.hpp>
#include <mtproto/transport/secret.hpp>

#include <algorithm>
#include <array>

namespace mtproto::transport {

/// True if a connection may begin with these 64 bytes: nothing that detect() takes for another transport.
[[nodiscard]] constexpr bool
usable_obfuscated_header(std::span<const std::byte, obfuscated_header_size> header)
{
    // "16 03 01 02" is avoided as a whole, as the documentation asks; detect() needs more to see TLS in it.
    if (detail::load_le32(header) == 0x02010316u)
        return false;
    auto const found = detect(header);
    return found && found->kind == opening::obfuscated;
}

/// Both key streams of an obfuscated connection. Move only; not thread safe.
///
/// It hides the traffic from filters and protects nothing: without a secret its keys travel in the clear.
/// https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
class obfuscation
{
public:
    using header_bytes = std::array<std::byte, obfuscated_header_size>;

    /// The client's side: fills `header`, the first bytes to send, which are not to be encrypted again.
    ///
    /// `dc_id` tells an MTProxy where to connect (negative: media, plus 10000: test); a data centre ignores
    /// it. `secret` is the MTProxy's, null for a direct connection and must then be so on the server's side.
    /// Fails with errc::bad_argument for the full framing, and for another than the padded one if the secret
    /// asks for that.
    [[nodiscard]] static result<obfuscation> start(framing_kind kind, std::int16_t dc_id,
                                                   const mtproxy_secret* secret,
                                                   crypto::random_source& random, header_bytes& header)
    {
        auto const tag = protocol_tag(kind);
        if (!tag)
            return error(errc::bad_argument, "the full framing cannot be obfuscated, choose another one");
        if (secret && secret->mode != proxy_mode::plain && kind != framing_kind::padded_intermediate)
            return error(errc::bad_argument, "this MTProxy secret asks for the padded intermediate framing");
        do
            random.fill(header);
        while (!usable_obfuscated_header(header));
        detail::store_le32(std::span(header).subspan(tag_at), *tag);
        header[dc_at] = static_cast<std::byte>(dc_id & 0xff);
        header[dc_at + 1] = static_cast<std::byte>(dc_id >> 8 & 0xff);

        obfuscation made(header, secret, side::client);
        header_bytes encrypted;
        made.out_.process(header, encrypted);
        // Key and IV are sent as they are, tag and data centre encrypted.
        std::copy(encrypted.begin() + tag_at, encrypted.end(), header.begin() + tag_at);
        made.kind_ = kind;
        made.dc_id_ = dc_id;
        return made;
    }

    /// The server's side: reads a received header. Fails with errc::bad_frame if no framing is named in it,
    /// which is also what a wrong secret looks like.
    [[nodiscard]] static result<obfuscation> accept(std::span<const std::byte, obfuscated_header_size> header,
                                                    const mtproxy_secret* secret)
    {
        obfuscation made(header, secret, side::server);
        header_bytes decrypted;
        made.in_.process(header, decrypted);
        auto const kind = framing_of_tag(detail::load_le32(bytes_view(decrypted).subspan(tag_at)));
        if (!kind)
            return error(errc::bad_frame, "the obfuscated header names no framing");
        // A dd secret asks clients for the padded framing; not all of them comply, and nothing is lost by
        // that.
        made.kind_ = *kind;
        made.dc_id_ = static_cast<std::int16_t>(std::to_integer<unsigned>(decrypted[dc_at]) |
                                                std::to_integer<unsigned>(decrypted[dc_at + 1]) << 8);
        return made;
    }

    framing_kind kind() const noexcept { return kind_; }
    /// The data centre that the client asked for; it means something to an MTProxy only.
    std::int16_t dc_id() const noexcept { return dc_id_; }

    /// In place, each byte once and in order.
    void encrypt(std::span<std::byte> outgoing) { out_.process(outgoing); }
    void decrypt(std::span<std::byte> incoming) { in_.process(incoming); }

private:
    static constexpr std::size_t key_at = 8;
    static constexpr std::size_t iv_at = 40;
    static constexpr std::size_t tag_at = 56;
    static constexpr std::size_t dc_at = 60;

    struct keys
    {
        crypto::secret<32> key{};
        std::array<std::byte, 16> iv{};
    };

    static keys derive(std::span<const std::byte, 48> material, const mtproxy_secret* secret)
    {
        keys made;
        if (secret) {
            auto digest = crypto::sha256(material.first<32>(), secret->key.view());
            made.key = crypto::secret<32>(digest);
            crypto::wipe(digest);
        } else {
            made.key = crypto::secret<32>(material.first<32>());
        }
        std::ranges::copy(material.subspan<32, 16>(), made.iv.begin());
        return made;
    }

    static keys forward(std::span<const std::byte, obfuscated_header_size> header,
                        const mtproxy_secret* secret)
    {
        return derive(header.subspan<key_at, 48>(), secret);
    }

    /// The keys of the server's direction: the same 48 bytes read backwards.
    static keys backward(std::span<const std::byte, obfuscated_header_size> header,
                         const mtproxy_secret* secret)
    {
        std::array<std::byte, 48> reversed;
        std::ranges::reverse_copy(header.subspan<key_at, 48>(), reversed.begin());
        return derive(reversed, secret);
    }

    static crypto::aes_ctr stream(const keys& k) { return {k.key.view(), k.iv}; }

    obfuscation(std::span<const std::byte, obfuscated_header_size> header, const mtproxy_secret* secret,
                side own)
        : out_(stream(own == side::client ? forward(header, secret) : backward(header, secret))),
          in_(stream(own == side::client ? backward(header, secret) : forward(header, secret)))
    {
    }

    crypto::aes_ctr out_;
    crypto::aes_ctr in_;
    framing_kind kind_{};
    std::int16_t dc_id_ = 0;
};

} // namespace mtproto::transport
