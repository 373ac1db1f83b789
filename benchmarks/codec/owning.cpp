// Values that own what they hold: decoding (with destruction), encoding, sizes.
#include "measure.hpp"
#include "samples.hpp"

#include "mtproto/api/methods/messages.hpp"
#include "mtproto/api/types/core_p.hpp"
#include "mtproto/api/types/core_u.hpp"
#include "mtproto/api/types/messages.hpp"
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
    add_type<api::messages::sendMessage>("send_message", send_message());
    add_type<api::messages::Messages>("messages", messages());
    add_type<api::PageBlock>("page", page());
    add_type<api::Updates>("updates", updates());
}

} // namespace codec_benchmark
