// The command line that the benchmarks share: Google Benchmark's, with two words of our own.
#include <benchmark/benchmark.h>

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr char help[] = R"(
Every comparison runs both sides in turns and keeps the best of each: believe ratios, not rates.

  --quick      only shows that everything works: a few milliseconds each
  --json FILE  also writes the results there (the same as --benchmark_out=FILE)
  --benchmark_filter=REGEX, --benchmark_list_tests, --benchmark_min_time=SECONDS: Google Benchmark's own

exit codes: 0 all ran, 1 a benchmark failed or nothing matched, 2 wrong usage
)";

/// Counts what failed, which Google Benchmark itself does not turn into an exit code.
class reporter : public benchmark::ConsoleReporter
{
public:
    reporter() : ConsoleReporter(OO_Tabular) {}
    void ReportRuns(const std::vector<Run>& runs) override
    {
        for (auto const& run : runs)
            failed = failed || run.error_occurred;
        ConsoleReporter::ReportRuns(runs);
    }
    bool failed = false;
};

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string> words{argv[0], "--benchmark_min_time=0.1", "--benchmark_counters_tabular=true"};
    for (int i = 1; i < argc; ++i) {
        std::string_view const word = argv[i];
        if (word == "--help" || word == "-h") {
            std::cout << "usage: " << argv[0] << " [--quick] [--json FILE] [Google Benchmark's options]\n"
                      << help;
            return 0;
        }
        if (word == "--quick") {
            words.emplace_back("--benchmark_min_time=0.001");
        } else if (word == "--json") {
            if (++i == argc) {
                std::cerr << "--json wants the name of a file\n";
                return 2;
            }
            words.push_back(std::string("--benchmark_out=") + argv[i]);
        } else {
            words.emplace_back(word);
        }
    }
    std::vector<char*> raw;
    for (auto& word : words)
        raw.push_back(word.data());
    auto count = static_cast<int>(raw.size());
    raw.push_back(nullptr);
    benchmark::Initialize(&count, raw.data());
    if (benchmark::ReportUnrecognizedArguments(count, raw.data()))
        return 2;
    reporter shown;
    return benchmark::RunSpecifiedBenchmarks(&shown) == 0 || shown.failed ? 1 : 0;
}
