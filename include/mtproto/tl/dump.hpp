// Values as text for people: logs, shells, failing tests.
#pragma once

#include "mtproto/tl/names.hpp"
#include "mtproto/tl/traits.hpp"
#include "mtproto/tl/utf8.hpp"
#include "mtproto/tl/variant.hpp"

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mtproto::tl {

/// Whether a field holds what a log must not show: passwords and what is derived from them, codes, keys and
/// tokens that let their holder in. `constructor` is the TL name of what the field belongs to.
constexpr bool is_secret_field(std::string_view constructor, std::string_view field) noexcept
{
    constexpr std::string_view secrets[] = {
        "phone_code",
        "phone_code_hash",
        "code",
        "password",
        "new_password",
        "new_password_hash",
        "tmp_password",
        "current_password",
        "current_password_hash",
        "password_hash",
        "auth_key",
        "bot_auth_token",
        "api_hash",
        "token",
        "access_token",
        "web_auth_token",
        "future_auth_token",
        "future_auth_tokens",
        "except_auth_tokens",
        "pnv_token",
        "provider_data",
        "zoom_token",
        "safety_net_token",
        "play_integrity_token",
        "secret",
        "secure_secret",
        "payment_token",
        "credentials",
        "new_nonce",
        "srp_B",
        "A",
        "M1",
        "g_a",
        "g_b",
        "p_q_inner_data",
        "encrypted_data",
        "encrypted_answer",
        "match_code",
        "passkey",
        "proxy_secret",
        "secret_in_b64",
    };
    for (auto const secret : secrets)
        if (field == secret)
            return true;
    // Fields of a plain name that carry an authorization.
    return field == "bytes" &&
           (constructor == "auth.exportedAuthorization" || constructor == "auth.importAuthorization");
}

/// How much of a value dump() shows.
struct dump_options
{
    /// Fields for which this is true appear as `<redacted>`; nullptr shows everything.
    bool (*redact)(std::string_view constructor, std::string_view field) = is_secret_field;
    std::size_t max_text = 200;    ///< bytes of a string that are shown
    std::size_t max_bytes = 32;    ///< bytes of a bytes field that are shown
    std::size_t max_elements = 50; ///< elements of a vector that are shown
    int max_depth = 64;            ///< deeper constructors appear as `...`
};

/// Text in the making; what nested values are written to.
class dump_writer
{
public:
    explicit dump_writer(const dump_options& options) : options_(options) {}

    const dump_options& options() const noexcept { return options_; }
    std::string take() && { return std::move(text_); }

    void open(char bracket)
    {
        text_ += bracket;
        ++depth_;
        open_ = true;
    }
    void line()
    {
        open_ = false;
        text_ += '\n';
        text_.append(static_cast<std::size_t>(depth_) * 2, ' ');
    }
    void close(char bracket)
    {
        --depth_;
        if (!open_)
            line();
        open_ = false;
        text_ += bracket;
    }
    bool too_deep() const noexcept { return depth_ > options_.max_depth; }
    /// Starts a field on its own line; whether its value may be shown.
    bool field(std::string_view constructor, std::string_view name)
    {
        line();
        text_ += name;
        text_ += ": ";
        if (!options_.redact || !options_.redact(constructor, name))
            return true;
        text_ += "<redacted>";
        return false;
    }
    void word(std::string_view text) { text_ += text; }
    void space() { text_ += ' '; }
    template <class T>
    void number(T value)
    {
        char digits[40];
        auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        text_.append(digits, end);
    }
    void bytes(bytes_view value)
    {
        text_ += "0x";
        for (auto const byte : value.first((std::min)(value.size(), options_.max_bytes)))
            hex(std::to_integer<unsigned>(byte));
        if (value.size() > options_.max_bytes) {
            text_ += "... (";
            number(value.size());
            text_ += " bytes)";
        }
    }
    /// In quotes, with everything escaped that could confuse a terminal.
    void string(std::string_view value)
    {
        auto shown = value.substr(0, options_.max_text);
        // Do not cut a character in two.
        while (shown.size() < value.size() && !shown.empty() &&
               (static_cast<unsigned char>(value[shown.size()]) & 0xc0u) == 0x80)
            shown.remove_suffix(1);
        bool const text = is_utf8(value);
        text_ += '"';
        for (std::size_t i = 0; i < shown.size(); ++i) {
            auto const c = static_cast<unsigned char>(shown[i]);
            // U+0080..U+009F are control characters as well.
            bool const c1 =
                c == 0xc2 && i + 1 < shown.size() && static_cast<unsigned char>(shown[i + 1]) < 0xa0;
            if (c == '"' || c == '\\') {
                text_ += '\\';
                text_ += shown[i];
            } else if (c == '\n') {
                text_ += "\\n";
            } else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !text)) {
                escape(c);
            } else if (c1) {
                escape(c);
                escape(static_cast<unsigned char>(shown[++i]));
            } else {
                text_ += shown[i];
            }
        }
        text_ += '"';
        if (shown.size() < value.size()) {
            text_ += "... (";
            number(value.size());
            text_ += " bytes)";
        }
    }

private:
    void hex(unsigned byte)
    {
        static constexpr char digits[] = "0123456789abcdef";
        text_ += digits[byte >> 4];
        text_ += digits[byte & 15u];
    }
    void escape(unsigned byte)
    {
        text_ += "\\x";
        hex(byte);
    }

    const dump_options& options_;
    std::string text_;
    int depth_ = 0;
    bool open_ = false;
};

template <aggregate T>
void dump_fields(dump_writer& to, const T& value);
template <class T>
void dump_boxed(dump_writer& to, const T& value);
template <class T>
void dump_vector(dump_writer& to, const T& value);

template <class T>
[[gnu::always_inline]] inline void dump_value(dump_writer& to, const T& value)
{
    if constexpr (number<T>)
        to.number(value);
    else if constexpr (std::same_as<T, bool>)
        to.word(value ? "true" : "false");
    else if constexpr (string_type<T>)
        to.string(value);
    else if constexpr (opaque_number<T> || bytes_type<T>)
        to.bytes(value);
    else if constexpr (vector_type<T>)
        dump_vector(to, value);
    else if constexpr (box_type<T>)
        dump_value(to, *value);
    else if constexpr (std::same_as<T, object>)
        to.bytes(value.data);
    else
        dump_boxed(to, value);
}

template <class T>
void dump_vector(dump_writer& to, const T& value)
{
    to.open('[');
    std::size_t shown = 0;
    for (auto&& element : value) {
        to.line();
        if (shown++ == to.options().max_elements) {
            to.word("... (");
            to.number(value.size());
            to.word(" elements)");
            break;
        }
        dump_value<typename T::value_type>(to, element);
    }
    to.close(']');
}

template <aggregate T>
void dump_fields(dump_writer& to, const T& value)
{
    to.word(name_of<T>());
    if constexpr (T::tl_fields::size != 0) {
        to.space();
        to.open('{');
        if (to.too_deep()) {
            to.word("...");
            return to.close('}');
        }
        field_names names(T::tl_line);
        for_each_field(typename T::tl_fields{}, [&]<class Entry>(Entry) {
            auto const name = names.next();
            if constexpr (is_flag<Entry>) {
                if (value.*Entry::member && to.field(name_of<T>(), name))
                    to.word("true");
            } else if constexpr (is_optional<Entry>) {
                auto const& member = value.*Entry::member;
                if (member.has_value() && to.field(name_of<T>(), name))
                    dump_value(to, *member);
            } else if constexpr (is_field<Entry>) {
                if (to.field(name_of<T>(), name))
                    dump_value(to, value.*Entry::member);
            }
        });
        to.close('}');
    }
}

template <class T>
void dump_boxed(dump_writer& to, const T& value)
{
    tl::visit([&](const auto& constructor) { dump_fields(to, constructor); }, value);
}

/// Several lines of text, one field a line, absent fields left out; secrets redacted, long values cut.
/// For people: the form may change, no program should read it.
template <value T>
[[nodiscard]] std::string dump(const T& value, const dump_options& options = {})
{
    dump_writer to(options);
    dump_value(to, value);
    return std::move(to).take();
}

} // namespace mtproto::tl
