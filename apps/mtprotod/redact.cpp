#include "redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>

namespace mtproto::daemon {

namespace {

std::string plain(std::string_view name)
{
    std::string out;
    for (char const c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by)
{
    std::string out;
    for (std::size_t at = 0;;) {
        auto const found = text.find(what, at);
        out += text.substr(at, found - at);
        if (found == std::string_view::npos)
            return out;
        out += by;
        at = found + what.size();
    }
}

} // namespace

bool names_secret(std::string_view name)
{
    static constexpr std::array whole{"code", "secret", "secrets", "session", "salt", "a", "m1", "srpb", "bytes", "pin"};
    static constexpr std::array part{"password", "phonecode", "authkey", "apihash", "token",
                                     "secret", "authorization", "privatekey", "sessionstring", "emailcode",
                                     "credentials"};
    auto const spelt = plain(name);
    return std::find(whole.begin(), whole.end(), spelt) != whole.end() ||
           std::any_of(part.begin(), part.end(), [&](const char* one) { return spelt.find(one) != std::string::npos; });
}

bool names_phone(std::string_view name)
{
    auto const spelt = plain(name);
    return spelt.find("phone") != std::string::npos && !names_secret(name);
}

std::string masked_phone(std::string_view phone)
{
    std::size_t const head = phone.starts_with('+') ? 3 : 2;
    if (phone.size() < head + 4)
        return std::string(redaction);
    return std::string(phone.substr(0, head)) + std::string(phone.size() - head - 2, '*') +
           std::string(phone.substr(phone.size() - 2));
}

void known_secrets::add(std::string_view value) { insert(value, std::string(redaction)); }

void known_secrets::add_phone(std::string_view phone)
{
    // With and without the plus: servers send numbers back without it.
    if (phone.starts_with('+'))
        phone.remove_prefix(1);
    insert(phone, masked_phone(phone));
}

void known_secrets::insert(std::string_view value, std::string shown_as)
{
    if (value.size() < 4)
        return;
    std::unique_lock const lock(mutex_);
    if (std::any_of(entries_.begin(), entries_.end(), [&](const entry& one) { return one.value == value; }))
        return;
    // The longest first, so that a secret within another one does not leave the rest of it behind.
    auto const at = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const entry& one) { return one.value.size() < value.size(); });
    entries_.insert(at, {std::string(value), std::move(shown_as)});
}

std::string known_secrets::scrub(std::string_view text) const
{
    std::shared_lock const lock(mutex_);
    std::string out(text);
    for (auto const& one : entries_)
        if (out.find(one.value) != std::string::npos)
            out = replaced(out, one.value, one.shown);
    return out;
}

known_secrets& secrets()
{
    static known_secrets all;
    return all;
}

std::string shown(std::string_view name, std::string_view value)
{
    if (value.empty())
        return {};
    if (names_secret(name))
        return std::string(redaction);
    if (names_phone(name))
        return masked_phone(value);
    return secrets().scrub(value);
}

} // namespace mtproto::daemon
