#include "process.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace proxy_benchmark {

scratch_folder::scratch_folder()
{
    std::string name = (std::filesystem::temp_directory_path() / "proxy-benchmark-XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw std::runtime_error("no temporary folder");
    path_ = name;
}
scratch_folder::~scratch_folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

process::process(const std::vector<std::string>& command, int output)
{
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, from[1], output);
    if (output == 2)
        ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    std::vector<char*> arguments;
    for (auto const& one : command)
        arguments.push_back(const_cast<char*>(one.c_str()));
    arguments.push_back(nullptr);
    int const failed = ::posix_spawn(&id_, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(to[0]);
    ::close(from[1]);
    in_ = to[1];
    out_ = from[0];
    if (failed != 0)
        throw std::runtime_error("cannot start " + command[0]);
}
process::~process()
{
    ::close(in_);
    ::kill(id_, SIGTERM);
    for (int i = 0; i < 300; ++i) {
        if (::waitpid(id_, nullptr, WNOHANG) != 0) {
            ::close(out_);
            return;
        }
        ::usleep(10'000);
    }
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    ::close(out_);
}

std::string process::read_line()
{
    for (;;) {
        if (auto const end = read_.find('\n'); end != std::string::npos) {
            auto line = read_.substr(0, end);
            read_.erase(0, end + 1);
            return line;
        }
        ::pollfd wait{out_, POLLIN, 0};
        char some[4096];
        if (::poll(&wait, 1, 60'000) <= 0)
            throw std::runtime_error("a server says nothing");
        auto const size = ::read(out_, some, sizeof some);
        if (size <= 0)
            throw std::runtime_error("a server ended: " + read_);
        read_.append(some, static_cast<std::size_t>(size));
    }
}
void process::write_line(const std::string& line)
{
    auto const all = line + '\n';
    if (::write(in_, all.data(), all.size()) != static_cast<::ssize_t>(all.size()))
        throw std::runtime_error("a server ended");
}

double process::cpu() const
{
    ::clockid_t clock{};
    ::timespec at{};
    if (::clock_getcpuclockid(id_, &clock) != 0 || ::clock_gettime(clock, &at) != 0)
        throw std::runtime_error("a server ended");
    return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
}
std::size_t process::memory() const
{
    std::ifstream status("/proc/" + std::to_string(id_) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:"))
            return std::strtoull(line.c_str() + 8, nullptr, 10) * 1024;
    return 0;
}

std::string this_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

} // namespace proxy_benchmark
