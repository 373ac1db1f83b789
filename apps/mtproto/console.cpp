#include "console.hpp"

#include "exit_codes.hpp"

#include <mtproto/client/detail/posix_file.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <memory>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace mtproto::apps {
namespace {

bool paint_out = false;
bool paint_err = false;
volatile std::sig_atomic_t asked_signal = 0;

std::size_t terminal_width()
{
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 0;
}

struct symbol
{
    std::size_t bytes = 1;
    int columns = 1;
};

// The next character of a UTF-8 text; a byte that is not UTF-8 stands for itself.
symbol next_symbol(std::string_view text)
{
    std::mbstate_t state{};
    wchar_t wide{};
    auto const used = std::mbrtowc(&wide, text.data(), text.size(), &state);
    if (used == 0 || used > text.size())
        return {};
    return {used, std::max(0, ::wcwidth(wide))};
}

} // namespace

void set_colours(std::string_view when)
{
    auto const shown = [&](int fd) {
        if (when == "always")
            return true;
        auto const* const no = std::getenv("NO_COLOR");
        auto const* const term = std::getenv("TERM");
        return when == "auto" && (no == nullptr || *no == '\0') && term != nullptr &&
               std::string_view(term) != "dumb" && ::isatty(fd) != 0;
    };
    paint_out = shown(STDOUT_FILENO);
    paint_err = shown(STDERR_FILENO);
}

bool paints(std::FILE* stream) { return stream == stderr ? paint_err : paint_out; }

std::string paint(std::FILE* stream, colour how, std::string_view text)
{
    static constexpr const char* codes[] = {"0", "1", "2", "31", "32", "33", "34", "35", "36"};
    if (how == colour::plain || text.empty() || !paints(stream))
        return std::string(text);
    return std::string("\033[")
        .append(codes[static_cast<int>(how)])
        .append("m")
        .append(text)
        .append("\033[0m");
}

std::string printable(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const c = static_cast<unsigned char>(text[i]);
        if (c == '\n' || c == '\t')
            out += ' ';
        else if (c < 0x20 || c == 0x7f)
            out += '?';
        else if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
            out += '?', ++i; // C1 controls, which some terminals obey
        else
            out += text[i];
    }
    return out;
}

std::size_t display_width(std::string_view text)
{
    std::size_t width = 0;
    while (!text.empty()) {
        auto const [bytes, columns] = next_symbol(text);
        width += static_cast<std::size_t>(columns);
        text.remove_prefix(bytes);
    }
    return width;
}

std::string fit(std::string_view text, std::size_t width)
{
    auto const whole = display_width(text);
    if (whole <= width)
        return std::string(text).append(width - whole, ' ');
    std::string out;
    std::size_t used = 0;
    while (!text.empty()) {
        auto const [bytes, columns] = next_symbol(text);
        if (used + static_cast<std::size_t>(columns) + 1 > width)
            break;
        out += text.substr(0, bytes);
        used += static_cast<std::size_t>(columns);
        text.remove_prefix(bytes);
    }
    return out.append("…").append(width - used - 1, ' ');
}

std::string table(const std::vector<std::string>& heading, const std::vector<std::vector<std::string>>& rows)
{
    auto const columns = heading.size();
    std::vector<std::size_t> widths(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        widths[c] = display_width(heading[c]);
        for (auto const& row : rows)
            widths[c] = std::max(widths[c], display_width(row[c]));
        if (c + 1 < columns)
            widths[c] = std::min<std::size_t>(widths[c], 32);
    }
    if (auto const terminal = terminal_width(); terminal != 0) {
        std::size_t left = 2;
        for (std::size_t c = 0; c + 1 < columns; ++c)
            left += widths[c] + 2;
        if (left + 10 < terminal)
            widths.back() = std::min(widths.back(), terminal - left);
    }
    auto const line = [&](const std::vector<std::string>& cells) {
        std::string out = "  ";
        for (std::size_t c = 0; c < columns; ++c)
            out += fit(cells[c], widths[c]) + (c + 1 < columns ? "  " : "");
        out.erase(out.find_last_not_of(' ') + 1);
        return out;
    };
    auto out = paint(stdout, colour::dim, line(heading)) + '\n';
    for (auto const& row : rows)
        out += line(row) + '\n';
    return out;
}

void complain(std::string_view sentence)
{
    std::fflush(stdout);
    std::fprintf(stderr, "%s %.*s\n", paint(stderr, colour::red, "mtproto:").c_str(),
                 static_cast<int>(sentence.size()), sentence.data());
}

std::string advice(const error& why)
{
    if (why.is(errc::connect_failed) || why.is(errc::resolve_failed))
        return "check the address and that the server runs";
    if (why.is(errc::handshake_failed))
        return "if the server is not Telegram's own, give its key with --public-key";
    if (why.is(errc::storage_locked))
        return "end the other program, or use another --session";
    if (why.is(errc::auth_key_unknown) || why.is_rpc("AUTH_KEY_UNREGISTERED") ||
        why.is_rpc("SESSION_REVOKED") || why.is_rpc("USER_DEACTIVATED") || why.is_rpc("AUTH_KEY_DUPLICATED"))
        return "sign in again with 'mtproto keygen'";
    if (why.is_rpc("PHONE_CODE_INVALID") || why.is_rpc("PHONE_CODE_EXPIRED"))
        return "ask for a new code by running the command again";
    if (why.is_rpc("PASSWORD_HASH_INVALID"))
        return "this is the password of two-step verification, not the code";
    if (why.is_rpc("API_ID_INVALID"))
        return "get an id and a hash from https://my.telegram.org/apps";
    if (why.is_rpc("PHONE_NUMBER_INVALID"))
        return "write the number in international form, like +15550001";
    if (auto const seconds = why.seconds())
        return "wait " + std::to_string(*seconds) + " seconds";
    return {};
}

int fail(const error& why, std::string_view doing)
{
    std::string sentence(doing);
    if (!sentence.empty())
        sentence += ": ";
    // Our own sentences need no heading.
    bool const plain = why.is(errc::bad_argument) || why.is(errc::bad_json) || why.is(errc::bad_schema) ||
                       why.is(errc::storage_failed) || why.is(errc::storage_locked);
    sentence += printable(plain && !why.text().empty() ? why.text() : why.message());
    if (auto const help = advice(why); !help.empty())
        sentence += "; " + help;
    complain(sentence);
    return exit_code_of(why);
}

std::optional<std::string> ask(std::string_view question, bool echo)
{
    bool const terminal = ::isatty(STDIN_FILENO) != 0;
    termios before{};
    bool const hide = terminal && !echo && ::tcgetattr(STDIN_FILENO, &before) == 0;
    // A signal must not leave the terminal silent: put it back first, then let the signal do what it does.
    asked_signal = 0;
    struct sigaction mine{};
    struct sigaction before_interrupt{};
    struct sigaction before_end{};
    mine.sa_handler = [](int number) { asked_signal = number; };
    if (hide) {
        ::sigaction(SIGINT, &mine, &before_interrupt);
        ::sigaction(SIGTERM, &mine, &before_end);
    }
    // Silent before the question is seen, so that a quick answer (a password manager's, a script's) is neither shown nor lost.
    if (hide) {
        auto silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    }
    if (terminal) {
        std::fflush(stdout);
        std::fprintf(stderr, "%s ", paint(stderr, colour::bold, question).c_str());
        std::fflush(stderr);
    }
    // Byte by byte: what follows the line belongs to the next reader.
    std::optional<std::string> line;
    for (char c{};;) {
        auto const n = ::read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR && asked_signal == 0)
            continue;
        if (n <= 0)
            break;
        if (!line)
            line.emplace();
        if (c == '\n')
            break;
        line->push_back(c);
    }
    if (hide) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
        std::fputc('\n', stderr);
        ::sigaction(SIGINT, &before_interrupt, nullptr);
        ::sigaction(SIGTERM, &before_end, nullptr);
        if (asked_signal != 0)
            std::raise(asked_signal);
    }
    if (line && !line->empty() && line->back() == '\r')
        line->pop_back();
    return line;
}

result<std::string> read_text(const std::string& path)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const opened(
        path == "-" ? nullptr : std::fopen(path.c_str(), "rb"), [](std::FILE* f) { return std::fclose(f); });
    if (path != "-" && !opened)
        return error(errc::bad_argument, path + " cannot be opened, " + std::strerror(errno));
    auto* const file = path == "-" ? stdin : opened.get();
    std::string text;
    char chunk[1 << 14];
    for (std::size_t n = 0; (n = std::fread(chunk, 1, sizeof chunk, file)) != 0;) {
        text.append(chunk, n);
        if (text.size() > std::size_t{1} << 28)
            return error(errc::bad_argument, path + " is longer than 256 MiB");
    }
    if (std::ferror(file) != 0)
        return error(errc::bad_argument, path + " cannot be read, " + std::strerror(errno));
    return text;
}

result<> write_text(const std::string& path, std::string_view text, bool is_private)
{
    return detail::replace_file(path, crypto::as_bytes(text), is_private ? 0600 : 0644);
}

} // namespace mtproto::apps
