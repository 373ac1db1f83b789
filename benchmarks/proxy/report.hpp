// Figures on their way to a table and to JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace proxy_benchmark {

/// One line: what was measured, of which server, how, and the best of its rounds.
struct figure
{
    std::string server;   ///< "echo", "proxy", "proxy+hop", "mtprotod"
    std::string work;     ///< "users.getUsers", "updates", ...
    std::string over;     ///< "unix" or "tcp"
    std::size_t parallel = 0; ///< calls in flight, streams, connections
    std::map<std::string, double> values{}; ///< in the units of their names: "calls_per_second", "p50_us", ...
};

/// Keeps the better of two: rates upwards, all else downwards.
void keep_best(figure& into, const std::map<std::string, double>& others);

/// With ratios against the line "echo" of the same work, transport and parallel calls.
void print_table(const std::vector<figure>& all, const std::vector<std::string>& columns);
std::string to_json(const std::vector<figure>& all, const std::map<std::string, double>& about);

} // namespace proxy_benchmark
