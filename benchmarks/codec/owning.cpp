// Values that own what they hold: decoding (with destruction), encoding, sizes.
#include "measure.hpp"
#include "typed_samples.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace codec_benchmark {

namespace {

using namespace mtproto;

template <class T>
void add_type(const std::string& name, tl::bytes_view bytes)
{
    add("decode/owning/" + name, bytes.size(), [bytes] {
        auto value = tl::decode<T>(bytes);
        benchmark::DoNotOptimize(value);
    });
    // Never destroyed: as long as the program.
    static const T& value = *new T(tl::decode<T>(bytes).value());
    add("encode/growing/" + name, bytes.size(), [] {
        tl::writer to;
        tl::write_value(to, value);
        benchmark::DoNotOptimize(to.view().data());
        benchmark::ClobberMemory();
    });
    add("encode/reused/" + name, bytes.size(), [to = std::make_shared<tl::writer>()] {
        to->clear();
        tl::write_value(*to, value);
        benchmark::DoNotOptimize(to->view().data());
        benchmark::ClobberMemory();
    });
    add("encode/exact/" + name, bytes.size(), [] {
        std::vector<std::byte> exact(tl::size(value));
        tl::writer to{std::span<std::byte>(exact)};
        tl::write_value(to, value);
        benchmark::DoNotOptimize(exact.data());
        benchmark::ClobberMemory();
    });
    add("encode/vector/" + name, bytes.size(), [] {
        auto made = tl::encode(value);
        benchmark::DoNotOptimize(made);
        benchmark::ClobberMemory();
    });
    add("size/owning/" + name, bytes.size(), [] {
        auto size = tl::size(value);
        benchmark::DoNotOptimize(size);
        benchmark::ClobberMemory();
    });
}

} // namespace

void add_owning()
{
    for_each_sample([]<class T>(const std::string& name, tl::bytes_view bytes) { add_type<T>(name, bytes); });
}

} // namespace codec_benchmark
