#include "line_editor.hpp"

#include "console.hpp"

#include <histedit.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cwchar>
#include <mutex>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mtproto::apps {
namespace {

// A Ctrl-C while a line is typed drops the line; while a command runs it ends the program, as everywhere.
volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int) { interrupted = 1; }

} // namespace

struct line_editor::state
{
    std::string prompt;
    std::string shown_prompt;
    std::string history_file;
    completer complete;
    bool interactive = false;
    EditLine* edit = nullptr;
    History* history = nullptr;

    std::mutex mutex; // of what follows, and of stdout
    std::string waiting;
    bool reading = false;
    bool closed = false;
    int wake[2] = {-1, -1};
    std::string buffered; // of a pipe

    static state& of(EditLine* edit)
    {
        void* data = nullptr;
        el_get(edit, EL_CLIENTDATA, &data);
        return *static_cast<state*>(data);
    }

    // Called by libedit for every key: waits for one, and meanwhile prints what others have to say.
    static int get_char(EditLine* edit, wchar_t* out)
    {
        auto& self = of(edit);
        std::mbstate_t multibyte{};
        for (;;) {
            self.flush(edit);
            if (interrupted != 0)
                return 0;
            pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {self.wake[0], POLLIN, 0}};
            if (::poll(fds, 2, -1) < 0)
                continue; // a signal: look again
            if (fds[1].revents != 0) {
                char drained[64];
                while (::read(self.wake[0], drained, sizeof drained) > 0) {
                }
                if (std::lock_guard const lock(self.mutex); self.closed)
                    return 0;
                continue;
            }
            char byte{};
            auto const n = ::read(STDIN_FILENO, &byte, 1);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                return static_cast<int>(n);
            auto const used = std::mbrtowc(out, &byte, 1, &multibyte);
            if (used == static_cast<std::size_t>(-2))
                continue;
            if (used == static_cast<std::size_t>(-1)) {
                multibyte = {};
                continue;
            }
            return 1;
        }
    }

    void flush(EditLine* editor)
    {
        std::lock_guard const lock(mutex);
        if (waiting.empty())
            return;
        std::fputs("\r\033[K", stdout);
        std::fwrite(waiting.data(), 1, waiting.size(), stdout);
        std::fflush(stdout);
        waiting.clear();
        el_set(editor, EL_REFRESH);
    }

    static char* prompt_of(EditLine* edit) { return of(edit).shown_prompt.data(); }

    // Tab: insert what all candidates share; where that is nothing new, list them.
    static unsigned char complete_word(EditLine* edit, int)
    {
        auto& self = of(edit);
        auto const* const line = el_line(edit);
        std::string_view const before(line->buffer, static_cast<std::size_t>(line->cursor - line->buffer));
        auto const [begin, candidates] = self.complete(before);
        if (candidates.empty())
            return CC_ERROR;
        auto const typed = before.substr(begin);
        std::string common = candidates.front();
        for (auto const& candidate : candidates) {
            auto const end =
                std::mismatch(common.begin(), common.end(), candidate.begin(), candidate.end()).first;
            common.erase(end, common.end());
        }
        if (candidates.size() == 1 && !common.ends_with('.'))
            common += ' ';
        if (common.size() > typed.size() || (candidates.size() == 1 && common != typed)) {
            if (!typed.empty())
                el_deletestr(edit, static_cast<int>(typed.size()));
            el_insertstr(edit, common.c_str());
            return CC_REFRESH;
        }
        std::string list;
        std::size_t width = 0;
        for (auto const& candidate : candidates)
            width = std::max(width, display_width(candidate) + 2);
        auto const columns = std::max<std::size_t>(1, 78 / width);
        auto const shown = std::min<std::size_t>(candidates.size(), 60);
        for (std::size_t i = 0; i < shown; ++i)
            list += fit(candidates[i], width) + ((i + 1) % columns == 0 || i + 1 == shown ? "\n" : "");
        if (shown < candidates.size())
            list += "... and " + std::to_string(candidates.size() - shown) + " more\n";
        std::fputs(("\r\033[K" + list).c_str(), stdout);
        std::fflush(stdout);
        el_set(edit, EL_REFRESH);
        return CC_NORM;
    }
};

line_editor::line_editor(std::string prompt, std::string history, completer complete)
    : state_(std::make_unique<state>())
{
    state_->history_file = std::move(history);
    state_->complete = std::move(complete);
    state_->interactive = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
    set_prompt(std::move(prompt));
    if (::pipe2(state_->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        state_->wake[0] = state_->wake[1] = -1;
    if (!state_->interactive)
        return;
    auto* const edit = el_init("mtproto", stdin, stdout, stderr);
    if (edit == nullptr) {
        state_->interactive = false;
        return;
    }
    state_->edit = edit;
    state_->history = history_init();
    HistEvent event{};
    ::history(state_->history, &event, H_SETSIZE, 1000);
    ::history(state_->history, &event, H_SETUNIQUE, 1);
    if (!state_->history_file.empty())
        ::history(state_->history, &event, H_LOAD, state_->history_file.c_str());
    el_set(edit, EL_CLIENTDATA, state_.get());
    el_set(edit, EL_EDITOR, "emacs");
    el_set(edit, EL_SIGNAL, 0);
    el_set(edit, EL_HIST, ::history, state_->history);
    el_set(edit, EL_PROMPT_ESC, &state::prompt_of, '\1');
    el_set(edit, EL_GETCFN, &state::get_char);
    el_set(edit, EL_ADDFN, "mtproto-complete", "complete the word", &state::complete_word);
    el_set(edit, EL_BIND, "^I", "mtproto-complete", nullptr);
    el_set(edit, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_set(edit, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
    el_set(edit, EL_BIND, "\\e[1~", "ed-move-to-beg", nullptr);
    el_set(edit, EL_BIND, "\\e[4~", "ed-move-to-end", nullptr);
    el_set(edit, EL_BIND, "\\e[3~", "ed-delete-next-char", nullptr);
}

line_editor::~line_editor()
{
    if (state_->edit != nullptr) {
        if (!state_->history_file.empty()) {
            auto const mask = ::umask(0077); // what people type is theirs
            HistEvent event{};
            ::history(state_->history, &event, H_SAVE, state_->history_file.c_str());
            ::umask(mask);
        }
        el_end(state_->edit);
        history_end(state_->history);
    }
    for (int const fd : state_->wake)
        if (fd >= 0)
            ::close(fd);
}

bool line_editor::interactive() const noexcept { return state_->interactive; }

void line_editor::set_prompt(std::string prompt)
{
    state_->prompt = std::move(prompt);
    // Escapes stand between markers, so that they do not count as columns.
    state_->shown_prompt =
        paints(stdout) ? "\1\033[1;36m\1" + state_->prompt + "\1\033[0m\1" : state_->prompt;
}

std::optional<std::string> line_editor::read()
{
    if (!state_->interactive) {
        for (;;) {
            if (auto const end = state_->buffered.find('\n'); end != std::string::npos) {
                auto line = state_->buffered.substr(0, end);
                state_->buffered.erase(0, end + 1);
                if (line.ends_with('\r'))
                    line.pop_back();
                return line;
            }
            pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {state_->wake[0], POLLIN, 0}};
            if (::poll(fds, 2, -1) < 0)
                continue;
            if (fds[1].revents != 0)
                return std::nullopt;
            char chunk[4096];
            auto const n = ::read(STDIN_FILENO, chunk, sizeof chunk);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0) {
                if (state_->buffered.empty())
                    return std::nullopt;
                return std::exchange(state_->buffered, {});
            }
            state_->buffered.append(chunk, static_cast<std::size_t>(n));
        }
    }
    struct sigaction mine{};
    struct sigaction before{};
    mine.sa_handler = &on_interrupt;
    interrupted = 0;
    ::sigaction(SIGINT, &mine, &before);
    {
        std::lock_guard const lock(state_->mutex);
        state_->reading = true;
    }
    // libedit shows the prompt first: a Ctrl-D that answers it at once would still be the terminal's, and be lost.
    el_set(state_->edit, EL_PREP_TERM, 1);
    int count = 0;
    auto const* const text = el_gets(state_->edit, &count);
    std::optional<std::string> line;
    {
        std::lock_guard const lock(state_->mutex);
        state_->reading = false;
        if (text != nullptr && count > 0) {
            line.emplace(text, static_cast<std::size_t>(count));
            while (!line->empty() && (line->back() == '\n' || line->back() == '\r'))
                line->pop_back();
        } else if (interrupted != 0) {
            line.emplace();
            el_reset(state_->edit);
            std::fputs("^C\n", stdout);
        } else {
            std::fputc('\n', stdout);
        }
        if (state_->closed)
            line.reset();
        if (!state_->waiting.empty()) {
            std::fputs(std::exchange(state_->waiting, {}).c_str(), stdout);
            std::fflush(stdout);
        }
    }
    ::sigaction(SIGINT, &before, nullptr);
    if (line && !line->empty()) {
        HistEvent event{};
        ::history(state_->history, &event, H_ENTER, line->c_str());
    }
    return line;
}

void line_editor::print(std::string_view text)
{
    std::lock_guard const lock(state_->mutex);
    if (state_->reading) {
        state_->waiting += text;
        [[maybe_unused]] auto const n = ::write(state_->wake[1], "!", 1);
        return;
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void line_editor::close()
{
    std::lock_guard const lock(state_->mutex);
    state_->closed = true;
    [[maybe_unused]] auto const n = ::write(state_->wake[1], "!", 1);
}

} // namespace mtproto::apps
