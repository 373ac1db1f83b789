// The people and bots of the data centre, found by id, phone, username or token.
#pragma once

#include "mtproto/sandbox/peer.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace mtproto::sandbox {

/// What a 2FA password leaves on the server. https://core.telegram.org/api/srp
struct password_record
{
    bytes salt1{};
    bytes salt2{};
    bytes verifier{}; ///< g^x mod p, 256 bytes
    std::string hint{};
};

/// A user or a bot, as the data centre keeps it.
struct account
{
    std::int64_t id{};
    std::string phone{}; ///< digits only; empty for a bot
    std::string first_name{};
    std::string last_name{};
    std::string username{};
    std::string about{};
    int dc = 0;                        ///< where the account lives
    std::optional<std::string> code{}; ///< the login code that this account always gets
    std::optional<password_record> password{};
    bool bot = false;
    bool echo = false;   ///< a bot that answers every private message with its text
    std::string token{}; ///< of a bot
    std::set<std::int64_t> contacts{};
    std::int32_t online_until = 0; ///< Unix time
    std::int32_t last_seen = 0;    ///< Unix time, 0 for never
};

/// The digits of a phone number; empty unless there are 5 to 20 of them and nothing but usual punctuation.
inline std::string normalise_phone(std::string_view phone)
{
    std::string digits;
    for (char const c : phone) {
        if (c >= '0' && c <= '9')
            digits += c;
        else if (c != '+' && c != ' ' && c != '-' && c != '(' && c != ')')
            return {};
    }
    return digits.size() < 5 || digits.size() > 20 ? std::string() : digits;
}

inline std::string lower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

/// All accounts. References stay valid as long as the directory lives.
class directory
{
public:
    static constexpr std::int64_t first_user_id = 10'000'001;
    static constexpr std::int64_t first_bot_id = 7'000'000'001;

    /// Adds an account; refuses a phone or a token that is malformed or taken.
    result<account*> add(account who)
    {
        if (who.bot) {
            auto const colon = who.token.find(':');
            if (who.token.empty() || colon == 0 || by_token(who.token))
                return refuse("ACCESS_TOKEN_INVALID");
            // A token begins with the bot's id.
            if (who.id == 0 && colon != std::string::npos && colon < 16 &&
                who.token.find_first_not_of("0123456789") == colon)
                who.id = std::stoll(who.token.substr(0, colon));
        } else {
            who.phone = normalise_phone(who.phone);
            if (who.phone.empty())
                return refuse("PHONE_NUMBER_INVALID");
            if (by_phone(who.phone))
                return refuse("PHONE_NUMBER_OCCUPIED");
        }
        auto& next = who.bot ? next_bot_ : next_user_;
        if (who.id == 0 || accounts_.contains(who.id)) {
            while (accounts_.contains(next))
                ++next;
            who.id = next++;
        }
        auto const id = who.id;
        return &accounts_.emplace(id, std::move(who)).first->second;
    }

    account* find(std::int64_t id)
    {
        auto const at = accounts_.find(id);
        return at == accounts_.end() ? nullptr : &at->second;
    }
    const account* find(std::int64_t id) const
    {
        auto const at = accounts_.find(id);
        return at == accounts_.end() ? nullptr : &at->second;
    }
    /// `phone` as a person writes it.
    account* by_phone(std::string_view phone)
    {
        auto const digits = normalise_phone(phone);
        return digits.empty() ? nullptr : first([&](const account& a) { return a.phone == digits; });
    }
    account* by_username(std::string_view name)
    {
        auto const wanted = lower(name);
        return wanted.empty() ? nullptr : first([&](const account& a) { return lower(a.username) == wanted; });
    }
    /// Telegram's names have five characters or more, and some clients ask for nothing shorter. A shorter one stands for the one
    /// account whose name goes on with it and an underscore, so that `@bob` finds bob_baker.
    account* by_short_name(std::string_view name)
    {
        static constexpr std::size_t shortest = 5;
        if (name.empty() || name.size() >= shortest)
            return nullptr;
        auto const wanted = lower(name) + '_';
        auto const fits = [&](const account& a) { return lower(a.username).starts_with(wanted); };
        auto const many = std::count_if(accounts_.begin(), accounts_.end(), [&](auto const& a) { return fits(a.second); });
        return many == 1 ? first(fits) : nullptr;
    }
    account* by_token(std::string_view token)
    {
        return first([&](const account& a) { return a.bot && a.token == token; });
    }

    const std::map<std::int64_t, account>& all() const noexcept { return accounts_; }
    std::map<std::int64_t, account>& all() noexcept { return accounts_; }

private:
    template <class Match>
    account* first(Match match)
    {
        auto const at = std::find_if(accounts_.begin(), accounts_.end(), [&](auto& a) { return match(a.second); });
        return at == accounts_.end() ? nullptr : &at->second;
    }

    std::map<std::int64_t, account> accounts_;
    std::int64_t next_user_ = first_user_id;
    std::int64_t next_bot_ = first_bot_id;
};

} // namespace mtproto::sandbox
