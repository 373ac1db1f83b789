#include "report.hpp"

#include <algorithm>
#include <cstdio>

namespace proxy_benchmark {

namespace {

bool is_rate(const std::string& name) { return name.ends_with("_per_second"); }

const figure* echo_of(const std::vector<figure>& all, const figure& one)
{
    auto const found = std::find_if(all.begin(), all.end(), [&](auto const& f) {
        return f.server == "echo" && f.work == one.work && f.over == one.over && f.parallel == one.parallel;
    });
    return found == all.end() || &*found == &one ? nullptr : &*found;
}
std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : "%.1f", value);
    return text;
}

} // namespace

void keep_best(figure& into, const std::map<std::string, double>& others)
{
    for (auto const& [name, value] : others) {
        auto const [at, fresh] = into.values.emplace(name, value);
        if (!fresh)
            at->second = is_rate(name) ? std::max(at->second, value) : std::min(at->second, value);
    }
}

void print_table(const std::vector<figure>& all, const std::vector<std::string>& columns)
{
    std::printf("%-20s %-5s %5s  %-10s", "", "", "", "");
    for (auto const& column : columns)
        std::printf(" %17s %6s", column.c_str(), "ratio");
    std::printf("\n");
    for (auto const& one : all) {
        if (std::none_of(columns.begin(), columns.end(), [&](auto const& c) { return one.values.contains(c); }))
            continue;
        std::printf("%-20s %-5s %5zu  %-10s", one.work.c_str(), one.over.c_str(), one.parallel, one.server.c_str());
        auto const* const echo = echo_of(all, one);
        for (auto const& column : columns) {
            auto const value = one.values.find(column);
            if (value == one.values.end()) {
                std::printf(" %17s %6s", "", "");
                continue;
            }
            std::printf(" %17s", number(value->second).c_str());
            if (echo && echo->values.contains(column) && echo->values.at(column) > 0)
                std::printf(" %6.2f", value->second / echo->values.at(column));
            else
                std::printf(" %6s", "");
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

std::string to_json(const std::vector<figure>& all, const std::map<std::string, double>& about)
{
    char text[64];
    auto const member = [&](const std::string& name, double value) {
        std::snprintf(text, sizeof text, "%.9g", value);
        return '"' + name + "\": " + text;
    };
    std::string out = "{";
    for (auto const& [name, value] : about)
        out += member(name, value) + ", ";
    out += "\"figures\": [";
    bool first = true;
    for (auto const& one : all) {
        out += std::string(first ? "" : ",") + "\n  {\"server\": \"" + one.server + "\", \"work\": \"" + one.work +
               "\", \"over\": \"" + one.over + "\", " + member("parallel", static_cast<double>(one.parallel));
        first = false;
        auto const* const echo = echo_of(all, one);
        for (auto const& [name, value] : one.values) {
            out += ", " + member(name, value);
            if (echo && echo->values.contains(name) && echo->values.at(name) > 0)
                out += ", " + member(name + "_ratio", value / echo->values.at(name));
        }
        out += '}';
    }
    return out + "\n]}\n";
}

} // namespace proxy_benchmark
