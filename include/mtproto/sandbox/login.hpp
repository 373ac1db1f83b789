// Login codes on their way, and sign-ins that wait for a password.
#pragma once

#include "mtproto/sandbox/accounts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mtproto::sandbox {

/// What auth.sendCode started. https://core.telegram.org/api/auth
struct pending_code
{
    std::string phone{};
    std::string code{};
    std::int32_t expires{}; ///< Unix time
    int attempts = 0;
    bool proven = false; ///< the right code was given and the phone has no account yet: auth.signUp may follow
};

/// The codes that were sent, by phone_code_hash.
class code_desk
{
public:
    static constexpr std::int32_t lifetime = 300; ///< seconds
    static constexpr int most_attempts = 5;

    explicit code_desk(std::uint64_t seed) : seed_(seed) {}

    /// Sends `code`, or a new one of five digits, and returns its phone_code_hash.
    std::string send(std::string phone, std::optional<std::string> code, std::int32_t now)
    {
        auto const number = mix(seed_, ++count_, 0xc0de);
        static constexpr char digits[] = "0123456789abcdef";
        std::string hash;
        for (int shift = 0; shift < 64; shift += 4)
            hash += digits[number >> shift & 15u];
        auto sent = code ? *code : std::to_string(10000 + mix(number) % 90000);
        std::erase_if(codes_, [&](auto const& c) { return c.second.phone == phone; });
        last_[phone] = sent;
        codes_[hash] = {.phone = std::move(phone), .code = std::move(sent), .expires = now + lifetime};
        return hash;
    }
    pending_code* find(std::string_view phone, std::string_view hash)
    {
        auto const at = codes_.find(std::string(hash));
        return at == codes_.end() || at->second.phone != phone ? nullptr : &at->second;
    }
    void forget(std::string_view hash) { codes_.erase(std::string(hash)); }

    /// Checks a code against what was sent; a used or wrong-too-often hash expires.
    result<> check(std::string_view phone, std::string_view hash, std::string_view code, std::int32_t now)
    {
        if (hash.empty())
            return refuse("PHONE_CODE_HASH_EMPTY");
        if (code.empty())
            return refuse("PHONE_CODE_EMPTY");
        auto* sent = find(phone, hash);
        if (!sent || sent->expires <= now)
            return refuse("PHONE_CODE_EXPIRED");
        if (sent->code == code)
            return {};
        if (++sent->attempts >= most_attempts)
            forget(hash);
        return refuse("PHONE_CODE_INVALID");
    }
    /// The last code sent to a phone: what a person would read in the app.
    std::optional<std::string> last(const std::string& phone) const
    {
        auto const at = last_.find(phone);
        return at == last_.end() ? std::nullopt : std::optional(at->second);
    }

private:
    std::map<std::string, pending_code> codes_;
    std::map<std::string, std::string> last_;
    std::uint64_t seed_;
    std::uint64_t count_ = 0;
};

} // namespace mtproto::sandbox
