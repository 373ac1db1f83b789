// Lines typed by a person: editing, history, completion, and room for what is printed meanwhile.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::apps {

/// What could stand where the cursor is.
struct completion
{
    std::size_t begin = 0; ///< where in the line the word starts that the candidates replace
    std::vector<std::string> candidates;
};

/// Reads lines of stdin. On a terminal with editing, history and completion (libedit); from a pipe plainly.
///
/// read() belongs to one thread; print() may be called by any, also while read() waits: then the text appears
/// above the line that is being typed, which is drawn again.
class line_editor
{
public:
    using completer = std::function<completion(std::string_view line_to_cursor)>;

    /// `history` is a file, empty for none; a file that cannot be read or written is only not used.
    line_editor(std::string prompt, std::string history, completer complete);
    ~line_editor();
    line_editor(const line_editor&) = delete;
    line_editor& operator=(const line_editor&) = delete;

    bool interactive() const noexcept;
    void set_prompt(std::string prompt);
    /// The next line without its end; nothing at the end of input. Ctrl-C gives an empty line.
    std::optional<std::string> read();
    /// Prints whole lines; `text` ends in a line feed.
    void print(std::string_view text);
    /// Makes a waiting or the next read() give nothing, as at the end of input. Any thread.
    void close();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace mtproto::apps
