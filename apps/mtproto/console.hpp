// The terminal: colours where they can be seen, one-sentence errors, answers typed by a person.
#pragma once

#include <mtproto/error.hpp>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::apps {

enum class colour
{
    plain,
    bold,
    dim,
    red,
    green,
    yellow,
    blue,
    magenta,
    cyan,
};

/// Whether stdout and stderr are painted: decided once, from --color, NO_COLOR and whether they are
/// terminals.
void set_colours(std::string_view when);
bool paints(std::FILE* stream);

/// The text in that colour if the stream shows colours, else the text itself.
std::string paint(std::FILE* stream, colour how, std::string_view text);

/// `text` without characters that would move the cursor or change the terminal: messages come from strangers.
std::string printable(std::string_view text);

/// How many columns a terminal gives the UTF-8 text.
std::size_t display_width(std::string_view text);
/// The text cut or filled with spaces to that many columns.
std::string fit(std::string_view text, std::size_t width);

/// Rows under a heading, columns aligned; the last column takes what the terminal leaves.
std::string table(const std::vector<std::string>& heading, const std::vector<std::vector<std::string>>& rows);

/// "mtproto: <sentence>" on stderr.
void complain(std::string_view sentence);
/// Says what happened and what can be done about it, and gives the exit code for it.
int fail(const error& why, std::string_view doing = {});
/// What a person can do about the error; empty where nothing is known to help.
std::string advice(const error& why);

/// Asks on the terminal, or takes the next line of a stdin that is none. Nothing at the end of input.
std::optional<std::string> ask(std::string_view question, bool echo = true);

/// Reads a whole file, `-` for stdin.
result<std::string> read_text(const std::string& path);
/// Writes a new or replaces a present file, whole or not at all; 0600 if private.
result<> write_text(const std::string& path, std::string_view text, bool is_private = false);

} // namespace mtproto::apps
