// Authorization keys, what they are bound to, and who signed in with them.
#pragma once

#include "mtproto/crypto/auth_key.hpp"
#include "mtproto/crypto/srp.hpp"
#include "mtproto/sandbox/peer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace mtproto::sandbox {

/// A sign-in by password that was begun with account.getPassword.
struct password_attempt
{
    std::int64_t id{};
    std::int64_t user{};
    crypto::srp_challenge challenge{};
};

struct key_record
{
    explicit key_record(crypto::auth_key k) : key(std::move(k)) {}

    crypto::auth_key key;
    int dc = 0;
    std::optional<std::int64_t> expires{}; ///< Unix time of a temporary key's end; nothing for a permanent one
    std::uint64_t bound_to = 0;            ///< a temporary key's permanent one. https://core.telegram.org/api/pfs

    int layer = 0; ///< as the last invokeWithLayer said; 0 for never
    std::int32_t api_id = 0;
    std::string device{};
    std::int64_t user = 0;              ///< who signed in, 0 for nobody
    std::int64_t awaiting_password = 0; ///< whose code was right and whose password is not yet known
    std::optional<password_attempt> attempt{};
    bool logged_out = false; ///< the key is dropped once the answer is out

    bool temporary() const noexcept { return expires.has_value(); }
};

/// All keys, by their id. References stay valid until the key is dropped.
class key_store
{
public:
    key_record& add(crypto::auth_key key, int dc, std::optional<std::int64_t> expires)
    {
        auto const id = key.id();
        auto& record = keys_.insert_or_assign(id, key_record(std::move(key))).first->second;
        record.dc = dc;
        record.expires = expires;
        return record;
    }
    key_record* find(std::uint64_t id)
    {
        auto const at = keys_.find(id);
        return at == keys_.end() ? nullptr : &at->second;
    }
    /// The key that carries the authorization: a bound temporary key's permanent one, else the key itself.
    key_record& principal(key_record& key)
    {
        auto* permanent = key.bound_to != 0 ? find(key.bound_to) : nullptr;
        return permanent ? *permanent : key;
    }
    /// Drops a key and the temporary ones bound to it.
    void drop(std::uint64_t id)
    {
        std::erase_if(keys_, [&](auto const& k) { return k.first == id || k.second.bound_to == id; });
    }
    std::map<std::uint64_t, key_record>& all() noexcept { return keys_; }
    const std::map<std::uint64_t, key_record>& all() const noexcept { return keys_; }

private:
    std::map<std::uint64_t, key_record> keys_;
};

} // namespace mtproto::sandbox
