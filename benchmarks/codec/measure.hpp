// One operation, its time, and what it allocates.
#pragma once

#include "heap.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <utility>

namespace codec_benchmark {

/// Registers `once` as `name`: an operation on `wire_bytes` bytes of TL, which bytes_per_second relates to.
///
/// Counters: wire_bytes; allocations and heap_bytes of one operation after the first.
template <class F>
void add(const std::string& name, std::size_t wire_bytes, F once)
{
    benchmark::RegisterBenchmark(name.c_str(), [wire_bytes, once](benchmark::State& state) mutable {
        once();
        auto const before = heap_use::now();
        once();
        auto const used = heap_use::now() - before;
        for ([[maybe_unused]] auto _ : state)
            once();
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(wire_bytes));
        state.counters["wire_bytes"] = static_cast<double>(wire_bytes);
        state.counters["allocations"] = static_cast<double>(used.allocations);
        state.counters["heap_bytes"] = static_cast<double>(used.bytes);
    });
}

// Each in a file of its own, since each compiles half of the schema.
void add_owning();
void add_views();
void add_arena();
void add_protobuf();

} // namespace codec_benchmark
