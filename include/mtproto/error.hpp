// What can go wrong, and how it is told: errc, error, result<T>.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <charconv>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace mtproto {

/// Every way in which the library itself can fail. A failure reported by Telegram is `errc::rpc`.
enum class errc
{
    // tl: bytes that are not what the schema says
    truncated = 1,       ///< the input ends inside a value
    trailing_bytes,      ///< a value is followed by bytes that belong to nothing
    unknown_constructor, ///< a constructor id that the expected type does not have
    bad_count,           ///< a vector's count cannot fit into the bytes that are left
    too_deep,            ///< values nested deeper than the reader allows
    bad_padding,         ///< a string's or a packet's padding is malformed
    too_large,           ///< a value exceeds a limit of the format or of the configuration
    bad_json,            ///< JSON that does not describe a value of the schema
    bad_schema,          ///< a schema that cannot be parsed
    bad_gzip,            ///< compressed data that cannot be inflated within its limits

    // crypto: checks of SECURITY.md that did not hold
    bad_key,           ///< a key that cannot be parsed or has the wrong size
    bad_prime,         ///< a Diffie-Hellman group that is not safe
    bad_dh_value,      ///< a Diffie-Hellman public value outside its safe range
    bad_factorization, ///< a pq that is not a product of two primes of the right size
    bad_digest,        ///< a digest or message key that does not match
    random_failed,     ///< the system gave no randomness

    // transport
    closed,            ///< the peer closed the connection
    frame_too_large,   ///< a frame longer than the limit
    bad_frame,         ///< a frame that its framing does not allow
    transport_error,   ///< the server answered with a transport error, see error::number()
    resolve_failed,    ///< an address that cannot be resolved
    connect_failed,    ///< no connection to any address of the server

    // session
    handshake_failed,  ///< the key exchange cannot be completed, the text says which check failed
    bad_message,       ///< an encrypted message that failed a check; which one is not told to the peer
    auth_key_unknown,  ///< the server does not know this auth key (transport error -404)
    wrong_result,      ///< an answer that is not of the type the request has
    session_lost,      ///< the session ended before the answer came; it is not known whether the call was applied

    // client
    rpc,               ///< an rpc_error, see error::number() and error::text()
    timed_out,         ///< the deadline of the call passed
    cancelled,         ///< the call was cancelled by its caller
    not_connected,     ///< the client is not connected, or was closed
    storage_failed,    ///< a session file that cannot be read or written
    storage_locked,    ///< a session file that another process holds
    bad_argument,      ///< an argument that the call cannot accept

    // proxy
    refused,           ///< the proxy refused the call (token, rate, limits), see error::text()
};

/// Category of errc, so that it travels in any boost::system::error_code.
class error_category_t final : public boost::system::error_category
{
public:
    constexpr error_category_t() noexcept : error_category(0x6d7470726f746f01ull) {}
    const char* name() const noexcept override { return "mtproto"; }
    std::string message(int value) const override { return describe(static_cast<errc>(value)); }
    static const char* describe(errc value) noexcept
    {
        switch (value) {
        case errc::truncated: return "the data ends inside a value";
        case errc::trailing_bytes: return "bytes are left after the value";
        case errc::unknown_constructor: return "unknown constructor";
        case errc::bad_count: return "a vector's count exceeds the data";
        case errc::too_deep: return "values are nested too deeply";
        case errc::bad_padding: return "malformed padding";
        case errc::too_large: return "a value is too large";
        case errc::bad_json: return "the JSON does not describe a value of the schema";
        case errc::bad_schema: return "the schema cannot be parsed";
        case errc::bad_gzip: return "compressed data cannot be inflated";
        case errc::bad_key: return "the key is malformed";
        case errc::bad_prime: return "the Diffie-Hellman group is not safe";
        case errc::bad_dh_value: return "the Diffie-Hellman value is not safe";
        case errc::bad_factorization: return "pq is not a product of two primes";
        case errc::bad_digest: return "a digest does not match";
        case errc::random_failed: return "no randomness from the system";
        case errc::closed: return "the connection was closed by the server";
        case errc::frame_too_large: return "a frame exceeds the limit";
        case errc::bad_frame: return "malformed transport frame";
        case errc::transport_error: return "transport error";
        case errc::resolve_failed: return "the address cannot be resolved";
        case errc::connect_failed: return "no connection to the server";
        case errc::handshake_failed: return "the key exchange failed";
        case errc::bad_message: return "a message failed its checks";
        case errc::auth_key_unknown: return "the server does not know this auth key";
        case errc::wrong_result: return "the answer is not of the request's result type";
        case errc::session_lost: return "the session ended before the answer came";
        case errc::rpc: return "error from Telegram";
        case errc::timed_out: return "the deadline passed";
        case errc::cancelled: return "cancelled";
        case errc::not_connected: return "not connected";
        case errc::storage_failed: return "the session file cannot be used";
        case errc::storage_locked: return "the session file is in use by another process";
        case errc::bad_argument: return "bad argument";
        case errc::refused: return "refused by the proxy";
        }
        return "unknown error";
    }
};

inline constexpr error_category_t error_category{};

inline boost::system::error_code make_error_code(errc value) noexcept
{
    return {static_cast<int>(value), error_category};
}

/// A failure as a value: what kind, which number, and the words that came with it.
///
/// Errors of Telegram keep the server's own text (`FLOOD_WAIT_17`); the number in it is parsed once, here.
/// Cheap to move, safe to copy, no thread affinity.
class [[nodiscard]] error
{
public:
    error() = default; ///< no failure: code() is false
    error(errc kind, std::string text = {}, int number = 0)
        : code_(make_error_code(kind)), number_(number), text_(std::move(text))
    {
    }
    /// A failure of the operating system or of Asio.
    error(boost::system::error_code code, std::string text = {}) : code_(code), text_(std::move(text)) {}

    /// An rpc_error as the server sent it. https://core.telegram.org/api/errors
    static error from_rpc(int number, std::string text) { return {errc::rpc, std::move(text), number}; }

    /// The kind of failure, comparable with errc: `if (e.code() == errc::timed_out)`.
    boost::system::error_code code() const noexcept { return code_; }
    bool is(errc kind) const noexcept { return code_ == make_error_code(kind); } ///< whether it is of this kind
    /// The code of an rpc_error (400, 420, ...) or of a transport error (-404, ...), else 0.
    int number() const noexcept { return number_; }
    /// The server's own words, or details of a local failure; may be empty.
    const std::string& text() const noexcept { return text_; }

    /// True if this is an rpc_error whose name, without its parameter, is `name`: is_rpc("FLOOD_WAIT").
    bool is_rpc(std::string_view name) const noexcept { return is(errc::rpc) && this->name() == name; }
    /// The name of the rpc_error without the trailing `_<number>`; the whole text where there is none.
    std::string_view name() const noexcept
    {
        auto const at = parameter_at();
        return at == std::string::npos ? std::string_view(text_) : std::string_view(text_).substr(0, at - 1);
    }
    /// The number in the server's text: 17 of FLOOD_WAIT_17, 4 of PHONE_MIGRATE_4.
    std::optional<int> parameter() const noexcept
    {
        auto const at = parameter_at();
        if (at == std::string::npos)
            return std::nullopt;
        int value{};
        auto const [end, ec] = std::from_chars(text_.data() + at, text_.data() + text_.size(), value);
        if (ec != std::errc() || end != text_.data() + text_.size())
            return std::nullopt;
        return value;
    }
    /// Seconds to wait before the call may be repeated (FLOOD_WAIT_X, SLOWMODE_WAIT_X, ...), if the server said so.
    std::optional<int> seconds() const noexcept
    {
        auto const n = name();
        return is(errc::rpc) && n.ends_with("_WAIT") ? parameter() : std::nullopt;
    }

    /// One line for a person: "420 FLOOD_WAIT_17", "the deadline passed", "no connection to the server: ...".
    std::string message() const
    {
        if (is(errc::rpc))
            return std::to_string(number_) + ' ' + text_;
        auto line = code_.message();
        if (number_ != 0)
            line += ' ' + std::to_string(number_);
        if (!text_.empty())
            line += ": " + text_;
        return line;
    }

    friend bool operator==(const error& a, const error& b) noexcept
    {
        return a.code_ == b.code_ && a.number_ == b.number_ && a.text_ == b.text_;
    }

    template <class Char, class Traits>
    friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& to, const error& e)
    {
        return to << e.message();
    }

private:
    std::size_t parameter_at() const noexcept
    {
        auto const last = text_.find_last_not_of("0123456789");
        if (last == std::string::npos || last + 1 == text_.size() || text_[last] != '_' || last == 0)
            return std::string::npos;
        return last + 1;
    }

    boost::system::error_code code_;
    int number_ = 0;
    std::string text_;
};

/// Thrown by result<T>::value() on a failure, and nowhere else.
class exception : public std::runtime_error
{
public:
    explicit exception(mtproto::error e) : std::runtime_error(e.message()), error_(std::move(e)) {}
    const mtproto::error& error() const noexcept { return error_; }

private:
    mtproto::error error_;
};

[[noreturn]] inline void throw_exception_from_error(const error& e, const boost::source_location&)
{
    throw exception(e);
}

/// A value or the error that kept it from being made.
template <class T = void>
using result = boost::system::result<T, error>;

} // namespace mtproto

template <>
struct boost::system::is_error_code_enum<mtproto::errc> : std::true_type
{
};
