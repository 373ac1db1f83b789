// What the fuzz targets share. Each defines LLVMFuzzerTestOneInput, which libFuzzer or replay.cpp calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <source_location>
#include <span>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

using bytes_view = std::span<const std::byte>;

/// Ends the process, so that a fuzzer keeps the input.
inline void require(bool ok, const char* what, std::source_location where = std::source_location::current())
{
    if (ok)
        return;
    std::fprintf(stderr, "%s:%u: broken: %s\n", where.file_name(), static_cast<unsigned>(where.line()), what);
    std::abort();
}

/// The input, eaten from the front.
class input
{
public:
    input(const std::uint8_t* data, std::size_t size) : left_(std::as_bytes(std::span(data, size))) {}

    bool empty() const noexcept { return left_.empty(); }
    /// The next byte; 0 at the end.
    unsigned byte()
    {
        auto const one = take(1);
        return one.empty() ? 0 : std::to_integer<unsigned>(one[0]);
    }
    unsigned half()
    {
        auto const high = byte();
        return high << 8 | byte();
    }
    bytes_view take(std::size_t most)
    {
        auto const out = left_.first(most < left_.size() ? most : left_.size());
        left_ = left_.subspan(out.size());
        return out;
    }
    bytes_view rest() { return take(left_.size()); }
    std::string_view text()
    {
        auto const all = rest();
        return {reinterpret_cast<const char*>(all.data()), all.size()};
    }

private:
    bytes_view left_;
};

} // namespace fuzz
