// What bench.py asks of a client, and how it is answered: the same words for the programs of every language.
//
//   PROGRAM TASK [name=value]...      prints "row NAME NUMBER" lines; exit code 0 if all went well
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace peer {

using clock = std::chrono::steady_clock;

inline double since(clock::time_point begin) { return std::chrono::duration<double>(clock::now() - begin).count(); }

/// Seconds that this process has computed, in all of its threads.
inline double cpu_seconds()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const of = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    return of(used.ru_utime) + of(used.ru_stime);
}

class plan
{
public:
    plan(int argc, char** argv)
    {
        if (argc < 2)
            throw std::runtime_error("usage: TASK [name=value]..., see bench.py");
        task = argv[1];
        for (int i = 2; i < argc; ++i) {
            std::string const word = argv[i];
            auto const at = word.find('=');
            if (at == std::string::npos)
                throw std::runtime_error("'" + word + "' is not name=value");
            values_[word.substr(0, at)] = word.substr(at + 1);
        }
    }
    const std::string& text(const std::string& name) const
    {
        auto const found = values_.find(name);
        if (found == values_.end())
            throw std::runtime_error(task + " needs " + name + "=");
        return found->second;
    }
    double number(const std::string& name) const { return std::stod(text(name)); }
    long long integer(const std::string& name) const { return std::stoll(text(name)); }
    std::vector<std::byte> hex(const std::string& name) const
    {
        auto const& digits = text(name);
        std::vector<std::byte> out(digits.size() / 2);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<std::byte>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
        return out;
    }

    std::string task{};

private:
    std::map<std::string, std::string> values_{};
};

inline void row(const std::string& name, double value)
{
    std::printf("row %s %.6g\n", name.c_str(), value);
    std::fflush(stdout);
}

/// Seconds of processor time, of all threads, that one call of `work` takes: the best of many batches of about a hundredth of a
/// second, for `seconds` in all. Others on the machine hardly change it.
template <class Work>
double best_time(double seconds, Work&& work)
{
    auto const computed = [] {
        timespec now{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
    };
    auto const first = computed();
    work();
    auto const batch = std::max<std::size_t>(1, static_cast<std::size_t>(0.01 / std::max(computed() - first, 1e-8)));
    double best = 1e9;
    for (auto const begin = clock::now(); since(begin) < seconds;) {
        auto const from = computed();
        for (std::size_t i = 0; i < batch; ++i)
            work();
        best = std::min(best, (computed() - from) / static_cast<double>(batch));
    }
    return best;
}

/// The value below which `share` of them are.
inline double percentile(std::vector<double>& values, double share)
{
    auto const at = values.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(values.size() - 1) * share);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

// The tasks.
void codec(const plan& with);
void crypto(const plan& with);
void rpc(const plan& with);
void connect(const plan& with);
void files(const plan& with);
void memory(const plan& with);

} // namespace peer
