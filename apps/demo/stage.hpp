// What the demo's audience sees: chapters, steps with their time, a table, a verdict.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace mtproto::demo {

/// Prints the steps of a run to stdout and counts them. Colours only on a terminal.
class stage
{
public:
    using clock = std::chrono::steady_clock;

    stage() : colours_(::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr) {}

    void title(std::string_view text)
    {
        std::printf("\n%s\n", paint("1", text).c_str());
        began_ = last_ = clock::now();
    }
    void chapter(std::string_view text)
    {
        std::printf("\n%s\n", paint("1;36", text).c_str());
        last_ = clock::now();
    }
    /// A step that is done and was checked; its time is that since the step before.
    void done(std::string_view what, std::string_view result)
    {
        auto const now = clock::now();
        ++steps_;
        std::printf("  %s %s  %s %.*s\n", paint("32", "ok").c_str(),
                    paint("2", time_text(now - last_)).c_str(), paint("1", padded(what, 22)).c_str(),
                    static_cast<int>(result.size()), result.data());
        std::fflush(stdout);
        last_ = clock::now();
    }
    /// A line that only explains.
    void note(std::string_view text)
    {
        std::printf("  %s\n", paint("2", text).c_str());
        last_ = clock::now();
    }
    void table(const std::vector<std::vector<std::string>>& rows)
    {
        std::vector<std::size_t> widths(rows.empty() ? 0 : rows[0].size());
        for (auto const& row : rows)
            for (std::size_t c = 0; c < row.size(); ++c)
                widths[c] = std::max(widths[c], row[c].size());
        for (std::size_t r = 0; r < rows.size(); ++r) {
            std::string line;
            for (std::size_t c = 0; c < rows[r].size(); ++c)
                line += padded(rows[r][c], widths[c]) + "  ";
            line.erase(line.find_last_not_of(' ') + 1);
            std::printf("                  %s\n", (r == 0 ? paint("2", line) : line).c_str());
        }
        last_ = clock::now();
    }
    int passed()
    {
        std::printf("\n%s all %d steps as they should be, in %s\n\n", paint("1;32", "done:").c_str(), steps_,
                    trimmed(time_text(clock::now() - began_)).c_str());
        return 0;
    }
    int failed(std::string_view why)
    {
        std::fflush(stdout);
        std::fprintf(stderr, "  %s %.*s\n\nthe demo failed after %d steps\n",
                     paint("1;31", "failed:").c_str(), static_cast<int>(why.size()), why.data(), steps_);
        return 1;
    }

private:
    static std::string padded(std::string_view text, std::size_t width)
    {
        std::string out(text);
        out.resize(std::max(width, out.size()), ' ');
        return out;
    }
    static std::string trimmed(std::string text)
    {
        text.erase(0, text.find_first_not_of(' '));
        return text;
    }
    static std::string time_text(clock::duration time)
    {
        auto const ms = std::chrono::duration<double, std::milli>(time).count();
        char text[32];
        if (ms < 1000)
            std::snprintf(text, sizeof text, "%7.1f ms", ms);
        else
            std::snprintf(text, sizeof text, "%7.2f s ", ms / 1000);
        return text;
    }
    std::string paint(const char* code, std::string_view text) const
    {
        return colours_ ? std::string("\033[") + code + 'm' + std::string(text) + "\033[0m"
                        : std::string(text);
    }

    bool colours_;
    int steps_ = 0;
    clock::time_point began_ = clock::now();
    clock::time_point last_ = began_;
};

} // namespace mtproto::demo
