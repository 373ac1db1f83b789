// A session and settings from environment variables.
#pragma once

#include <mtproto/client/detail/posix_file.hpp>
#include <mtproto/client/session_data.hpp>
#include <mtproto/crypto/rsa.hpp>
#include <mtproto/tl/base64.hpp>
#include <mtproto/transport/endpoint.hpp>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace mtproto {

/// "149.154.167.50:443" or "[2001:67c:4e8:f002::a]:443". Fails with errc::bad_argument.
inline result<transport::endpoint> parse_endpoint(std::string_view text)
{
    auto const bad = [&] {
        return error(errc::bad_argument, "\"" + std::string(text) + "\" is not an address like 127.0.0.1:443 or [::1]:443");
    };
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0)
        return bad();
    auto host = text.substr(0, colon);
    if (host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return bad();
    auto const digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    auto const [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (host.empty() || ec != std::errc() || end != digits.data() + digits.size() || port == 0)
        return bad();
    return transport::endpoint{std::string(host), port};
}

/// What the environment says.
struct environment
{
    std::optional<session_data> session{}; ///< if MTPROTO_AUTHKEY is set: its key, salt and address
    std::optional<transport::endpoint> address{};     ///< MTPROTO_ADDR
    std::optional<bool> use_ipv6{};        ///< MTPROTO_USE_IPV6
    std::optional<crypto::rsa_public_key> public_key{}; ///< MTPROTO_PUBLIC_KEY: of a server that is not Telegram's
};

namespace detail {

/// Bytes as cjongseok/mtproto spells them in variables, "[12 0 255]", or as base64.
inline result<crypto::bytes> bytes_of_variable(std::string_view name, std::string_view text, std::size_t size)
{
    auto const bad = [&](const std::string& why) {
        return error(errc::bad_argument, std::string(name) + " " + why + "; it takes " + std::to_string(size) +
                                             " bytes as base64 or as numbers in brackets, [12 0 255]");
    };
    crypto::bytes data;
    if (!text.empty() && text.front() == '[' && text.back() == ']') {
        data.reserve(size);
        auto numbers = text.substr(1, text.size() - 2);
        while (!numbers.empty()) {
            unsigned value = 256;
            auto const [end, ec] = std::from_chars(numbers.data(), numbers.data() + numbers.size(), value);
            if (ec != std::errc() || value > 255)
                return bad("holds something that is not a byte");
            data.push_back(static_cast<std::byte>(value));
            numbers.remove_prefix(static_cast<std::size_t>(end - numbers.data()));
            while (!numbers.empty() && (numbers.front() == ' ' || numbers.front() == ','))
                numbers.remove_prefix(1);
        }
    } else if (auto decoded = tl::base64_decode(text)) {
        data = std::move(*decoded);
    } else {
        return bad("cannot be read");
    }
    if (data.size() != size)
        return bad("has " + std::to_string(data.size()) + " bytes");
    return data;
}

inline std::optional<bool> parse_bool(std::string_view text)
{
    for (std::string_view const yes : {"1", "t", "T", "TRUE", "true", "True"})
        if (text == yes)
            return true;
    for (std::string_view const no : {"0", "f", "F", "FALSE", "false", "False"})
        if (text == no)
            return false;
    return std::nullopt;
}

} // namespace detail

/// Reads MTPROTO_AUTHKEY, MTPROTO_AUTHHASH, MTPROTO_SALT, MTPROTO_ADDR, MTPROTO_USE_IPV6, which cjongseok/mtproto knows
/// too, and MTPROTO_PUBLIC_KEY, the PEM text of an RSA key or the name of a file that holds it.
///
/// With MTPROTO_ADDR and MTPROTO_PUBLIC_KEY a program that was written for Telegram talks to a sandbox instead.
/// `get(name)` returns a variable's value, or nullptr; an empty value counts as none. A key needs an address; its
/// hash (the 8 bytes of the key's id) and the salt may be left out. Fails with errc::bad_argument; the text names the
/// variable and never holds a secret.
template <class Get>
result<environment> read_environment(Get&& get)
{
    auto const value = [&](const char* name) -> std::string_view {
        const char* const text = get(name);
        return text ? std::string_view(text) : std::string_view();
    };
    environment found;
    if (auto const text = value("MTPROTO_USE_IPV6"); !text.empty()) {
        found.use_ipv6 = detail::parse_bool(text);
        if (!found.use_ipv6)
            return error(errc::bad_argument, "MTPROTO_USE_IPV6 is neither true nor false");
    }
    if (auto const text = value("MTPROTO_ADDR"); !text.empty()) {
        auto address = parse_endpoint(text);
        if (!address)
            return error(errc::bad_argument, "MTPROTO_ADDR: " + address.error().text());
        found.address = std::move(*address);
    }
    if (auto const text = value("MTPROTO_PUBLIC_KEY"); !text.empty()) {
        std::string pem(text);
        if (text.find("-----BEGIN") == std::string_view::npos) {
            detail::posix_file const file(pem.c_str(), O_RDONLY);
            if (!file.is_open() || !file.read(pem, 16384))
                return error(errc::bad_argument, "MTPROTO_PUBLIC_KEY is neither a PEM text nor a file that can be read");
        }
        auto key = crypto::rsa_public_key::from_pem(pem);
        if (!key)
            return error(errc::bad_argument, "MTPROTO_PUBLIC_KEY: " + key.error().message());
        found.public_key = std::move(*key);
    }
    auto const key_text = value("MTPROTO_AUTHKEY");
    if (key_text.empty())
        return found;
    if (!found.address)
        return error(errc::bad_argument, "MTPROTO_AUTHKEY is set, so MTPROTO_ADDR must say which server has that key");
    auto key = detail::bytes_of_variable("MTPROTO_AUTHKEY", key_text, crypto::auth_key::size);
    if (!key)
        return key.error();
    crypto::wipe_on_exit const wiped(*key);
    auto& session = found.session.emplace();
    session.auth_key.emplace(std::span<const std::byte, crypto::auth_key::size>(*key));
    session.ip = found.address->host;
    session.port = found.address->port;
    if (auto const text = value("MTPROTO_AUTHHASH"); !text.empty()) {
        auto const hash = detail::bytes_of_variable("MTPROTO_AUTHHASH", text, 8);
        if (!hash)
            return hash.error();
        if (crypto::load_le64(*hash) != session.auth_key->id())
            return error(errc::bad_argument, "MTPROTO_AUTHHASH does not belong to MTPROTO_AUTHKEY");
    }
    if (auto const text = value("MTPROTO_SALT"); !text.empty()) {
        auto const salt = detail::bytes_of_variable("MTPROTO_SALT", text, 8);
        if (!salt)
            return salt.error();
        session.salt = crypto::load_le64(*salt);
    }
    return found;
}

/// From the environment of this process. Not to be called while another thread changes it.
inline result<environment> read_environment()
{
    return read_environment([](const char* name) { return std::getenv(name); });
}

} // namespace mtproto
