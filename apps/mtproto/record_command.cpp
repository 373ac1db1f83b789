// `mtproto dump record`: another command of this tool, with its connections recorded.

#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "recording.hpp"

namespace mtproto::apps {

int run_record(const record_options& options, int (*run)(int, char**))
{
    auto const& command = options.command;
    if (command.empty() || command.front() == "dump") {
        complain("name the command to record, such as 'mtproto dump record " + printable(options.file) +
                 " shell'");
        return exit_usage;
    }
    auto const keys = options.keys.empty() ? options.file + ".keys" : options.keys;
    if (auto const begun = begin_recording(options.file, keys); !begun)
        return fail(begun.error());
    std::vector<std::string> words{"mtproto"};
    words.insert(words.end(), command.begin(), command.end());
    std::vector<char*> argv;
    for (auto& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    int const code = run(static_cast<int>(words.size()), argv.data());
    auto const events = end_recording();
    if (!events) {
        (void)fail(events.error());
        return code == exit_ok ? exit_failed : code;
    }
    complain(options.file + " holds " + std::to_string(*events) + " events; " + keys +
             " opens it: keep that to yourself");
    return code;
}

} // namespace mtproto::apps
