// codec-benchmark: what reading and writing TL costs, with Google Benchmark.
#include "measure.hpp"
#include "samples.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr char help[] = R"(usage: codec-benchmark [--quick] [--only REGEX] [--json FILE] [--sizes] [--benchmark_...]

Measures encoding and decoding of four values; rows are named operation/variant/value.

  values      send_message  a call of 100 characters and 3 entities
              messages      an answer of 100 messages, 30 users and 10 channels
              page          a deep PageBlock
              updates       600 updates and 20 users
  operations  decode/owning, decode/views     with destruction of the value
              decode/arena, arena_borrowing   into an arena that is used again; strings copied there, or left in the input
              encode/growing                  one pass into a buffer that grows, allocation included
              encode/reused                   the same buffer again
              encode/exact                    size, then one allocation
              encode/vector                   tl::encode, the plain call
              encode_arena/growing            of values that are in an arena
              size/owning
              protobuf/from_tl, to_tl         as the daemon converts

Each row has wire_bytes (of TL), bytes_per_second (of TL), allocations and heap_bytes (of one operation).

  --quick       runs each once or twice: that it works, not how fast
  --only REGEX  rows whose name matches, as in --only 'decode/.*/messages'
  --json FILE   write the results there, in the format of Google Benchmark
  --sizes       print the sizes of the values and leave
  --benchmark_repetitions=N and all other options of Google Benchmark work as well

Exit code: 0 done, 1 bad usage.
)";

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string> arguments{argv[0]};
    for (int i = 1; i < argc; ++i) {
        std::string_view const one = argv[i];
        bool const more = i + 1 < argc;
        if (one == "--help" || one == "-h") {
            std::fputs(help, stdout);
            return 0;
        }
        if (one == "--sizes") {
            using namespace codec_benchmark;
            std::printf("send_message %zu\nmessages %zu\npage %zu\nupdates %zu\n", send_message().size(), messages().size(), page().size(),
                        updates().size());
            return 0;
        }
        if (one == "--quick") {
            arguments.emplace_back("--benchmark_min_time=0.000001");
        } else if (one == "--only" && more) {
            arguments.emplace_back(std::string("--benchmark_filter=") + argv[++i]);
        } else if (one == "--json" && more) {
            arguments.emplace_back(std::string("--benchmark_out=") + argv[++i]);
            arguments.emplace_back("--benchmark_out_format=json");
        } else {
            arguments.emplace_back(one);
        }
    }
    std::vector<char*> pointers;
    for (auto& one : arguments)
        pointers.push_back(one.data());
    pointers.push_back(nullptr);
    int count = static_cast<int>(arguments.size());
    codec_benchmark::add_owning();
    codec_benchmark::add_views();
    codec_benchmark::add_arena();
    codec_benchmark::add_protobuf();
    benchmark::Initialize(&count, pointers.data());
    if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) {
        std::fputs("codec-benchmark: see --help\n", stderr);
        return 1;
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
