// What a log line may not hold: secrets by the name of their field, and secrets that are known by value.
#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::daemon {

inline constexpr std::string_view redaction = "[redacted]";

/// True for the name of a member whose value is a secret: phone_code, password, auth_key, api_hash, token, ...
/// Spelling does not matter: `apiHash`, `api-hash` and `API_HASH` are the same name.
bool names_secret(std::string_view name);
/// True for the name of a member that holds a phone number.
bool names_phone(std::string_view name);
/// "+15*****01": enough to tell accounts apart, too little to call anybody.
std::string masked_phone(std::string_view phone);

/// Values that must never be shown, wherever they turn up: tokens, keys, passwords as they are learnt.
///
/// A safety net under names_secret(), for texts that others made, such as a server's error. Thread safe.
class known_secrets
{
public:
    /// Values of less than four characters are not taken: they would hit by chance.
    void add(std::string_view value);
    /// Likewise, but what is shown in its place is masked_phone().
    void add_phone(std::string_view phone);
    /// The text with every secret replaced.
    std::string scrub(std::string_view text) const;

private:
    struct entry
    {
        std::string value;
        std::string shown;
    };
    void insert(std::string_view value, std::string shown);

    mutable std::shared_mutex mutex_;
    std::vector<entry> entries_;
};

/// The secrets of this process.
known_secrets& secrets();

/// What may be shown of a field: the value, a mask, or nothing of it.
std::string shown(std::string_view name, std::string_view value);

} // namespace mtproto::daemon
