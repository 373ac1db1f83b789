// A server in a process of its own, and what it costs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace proxy_benchmark {

/// A folder that goes with what is in it.
class scratch_folder
{
public:
    scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder();
    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

/// Ends with the object.
class process
{
public:
    /// Starts it; `output`: which of its streams read_line() reads, 1 or 2; the other one is thrown away.
    process(const std::vector<std::string>& command, int output);
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    ~process();

    /// The next line, without its end; throws std::runtime_error if there is none.
    std::string read_line();
    void write_line(const std::string& line);

    /// Seconds that its threads have computed so far.
    double cpu() const;
    /// Bytes of memory that are its own: resident, without pages of files.
    std::size_t memory() const;

private:
    ::pid_t id_ = -1;
    int in_ = -1;
    int out_ = -1;
    std::string read_{};
};

/// The path of this program.
std::string this_program();

} // namespace proxy_benchmark
