// Tokens of a TL schema, read from text in memory without copying it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mtproto::tl::schema {

/// A place in a schema's text, both counted from 1, the column in bytes.
struct position
{
    std::size_t line = 1;
    std::size_t column = 1;

    friend constexpr bool operator==(const position&, const position&) noexcept = default;
};

/// The place of the byte at `offset`. Linear in the offset: for messages only.
constexpr position position_of(std::string_view text, std::size_t offset) noexcept
{
    position where;
    for (char const c : text.substr(0, offset)) {
        if (c == '\n') {
            ++where.line;
            where.column = 1;
        } else
            ++where.column;
    }
    return where;
}

enum class token_kind : std::uint8_t
{
    end,
    identifier, ///< `flags`, `messages.sendMessage`: dots inside belong to it
    number,     ///< decimal digits
    id,         ///< `#` and the hexadecimal digits right behind it; the text is the digits
    section,    ///< `---types---`; the text is the word between the dashes
    symbol,     ///< one character: : ; = ? ! % # { } [ ] ( ) < > , . * +
    bad,        ///< not TL; the text is a sentence that says why
};

/// A word or a sign of a schema, and where it stands. Points into the text.
struct token
{
    token_kind kind = token_kind::end;
    std::string_view text;
    std::size_t offset = 0;

    constexpr bool is(char symbol) const noexcept
    {
        return kind == token_kind::symbol && text.front() == symbol;
    }
};

/// Cuts a schema's text into tokens. Comments are skipped, except that `// LAYER 229` sets layer().
///
/// Holds views into the text, which must outlive it.
class lexer
{
public:
    constexpr explicit lexer(std::string_view text) noexcept : text_(text)
    {
        if (text_.starts_with("\xef\xbb\xbf")) // a byte order mark
            at_ = 3;
    }

    /// The next token; `end` again and again at the end of the text.
    constexpr token next() noexcept
    {
        if (auto const problem = skip_blanks(); !problem.empty())
            return {token_kind::bad, problem, at_};
        auto const start = at_;
        if (at_ == text_.size())
            return {token_kind::end, {}, start};
        char const c = text_[at_];
        if (is_letter(c))
            return identifier(start);
        if (is_digit(c)) {
            skip_while(is_digit);
            return {token_kind::number, since(start), start};
        }
        if (c == '#' && is_word(peek(1))) {
            ++at_;
            skip_while(is_word);
            return {token_kind::id, since(start + 1), start};
        }
        if (text_.substr(at_).starts_with("---"))
            return section(start);
        if (std::string_view(":;=?!%#{}[]()<>,.*+").find(c) != std::string_view::npos) {
            ++at_;
            return {token_kind::symbol, since(start), start};
        }
        return {token_kind::bad, "this character has no meaning in a schema", start};
    }

    /// The number of the last `// LAYER n` comment passed so far, 0 if there was none.
    constexpr int layer() const noexcept { return layer_; }

private:
    static constexpr bool is_letter(char c) noexcept
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
    static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    static constexpr bool is_word(char c) noexcept { return is_letter(c) || is_digit(c); }
    static constexpr bool is_blank(char c) noexcept
    {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    constexpr char peek(std::size_t ahead) const noexcept
    {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    constexpr std::string_view since(std::size_t start) const noexcept
    {
        return text_.substr(start, at_ - start);
    }
    template <class Predicate>
    constexpr void skip_while(Predicate wanted) noexcept
    {
        while (at_ != text_.size() && wanted(text_[at_]))
            ++at_;
    }

    // A dot continues a name only before a letter: `flags.0` is a name, a dot and a number.
    constexpr token identifier(std::size_t start) noexcept
    {
        skip_while(is_word);
        while (peek(0) == '.' && is_letter(peek(1))) {
            ++at_;
            skip_while(is_word);
        }
        return {token_kind::identifier, since(start), start};
    }

    constexpr token section(std::size_t start) noexcept
    {
        at_ += 3;
        auto const line_end = text_.find('\n', at_);
        auto const close = text_.substr(0, line_end).find("---", at_);
        if (close == std::string_view::npos)
            return {token_kind::bad, "a section's title must end in three dashes, as in ---types---", start};
        auto title = text_.substr(at_, close - at_);
        at_ = close + 3;
        while (!title.empty() && is_blank(title.front()))
            title.remove_prefix(1);
        while (!title.empty() && is_blank(title.back()))
            title.remove_suffix(1);
        return {token_kind::section, title, start};
    }

    // Returns what is wrong, or nothing.
    constexpr std::string_view skip_blanks() noexcept
    {
        for (;;) {
            skip_while(is_blank);
            if (peek(0) != '/')
                return {};
            if (peek(1) == '/') {
                auto const end = text_.find('\n', at_);
                auto const comment = text_.substr(at_, end - at_);
                note_layer(comment);
                at_ += comment.size();
            } else if (peek(1) == '*') {
                auto const end = text_.find("*/", at_ + 2);
                if (end == std::string_view::npos)
                    return "this comment is never closed with */";
                at_ = end + 2;
            } else
                return "a single slash has no meaning in a schema, comments begin with // or /*";
        }
    }

    constexpr void note_layer(std::string_view comment) noexcept
    {
        auto skip = [&](std::string_view any) {
            auto const n = comment.find_first_not_of(any);
            comment.remove_prefix(n == std::string_view::npos ? comment.size() : n);
        };
        skip("/ \t");
        if (!comment.starts_with("LAYER ") && !comment.starts_with("Layer "))
            return;
        comment.remove_prefix(6);
        skip(" \t");
        int value = 0;
        for (; !comment.empty() && is_digit(comment.front()) && value < 1'000'000; comment.remove_prefix(1))
            value = value * 10 + (comment.front() - '0');
        if (value != 0)
            layer_ = value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int layer_ = 0;
};

} // namespace mtproto::tl::schema
