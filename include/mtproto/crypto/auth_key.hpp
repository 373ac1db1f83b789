// The authorization key shared with a data centre, and the two numbers derived from it.
#pragma once

#include <mtproto/crypto/secret.hpp>
#include <mtproto/crypto/sha.hpp>

namespace mtproto::crypto {

/// A 2048-bit authorization key, permanent or temporary.
/// https://core.telegram.org/mtproto/description#authorization-key-auth-key
///
/// Immutable once made, wiped when destroyed; copies are independent. Reading it from several threads is
/// safe.
class auth_key
{
public:
    static constexpr std::size_t size = 256;

    explicit auth_key(std::span<const std::byte, size> key) : key_(key)
    {
        auto const digest = sha1(key);
        aux_hash_ = load_le64(digest);
        id_ = load_le64(bytes_view(digest).subspan(12));
    }

    /// The 64 lower-order bits of SHA-1 of the key, as TL reads them; opens every encrypted packet.
    std::uint64_t id() const noexcept { return id_; }
    /// The 64 higher-order bits of SHA-1 of the key, as TL reads them; goes into new_nonce_hash and retry_id.
    std::uint64_t aux_hash() const noexcept { return aux_hash_; }
    std::span<const std::byte, size> view() const noexcept { return key_.view(); }

    friend bool operator==(const auth_key& a, const auth_key& b) noexcept { return a.key_ == b.key_; }
    friend std::ostream& operator<<(std::ostream&, const auth_key&) = delete;

private:
    secret<size> key_;
    std::uint64_t id_ = 0;
    std::uint64_t aux_hash_ = 0;
};

} // namespace mtproto::crypto
