// The four framings on both sides: the frames do not depend on the pieces in which the bytes come.
#include "fuzz.hpp"

#include <mtproto/transport/any_framing.hpp>
#include <mtproto/transport/frame_decoder.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace mtproto::transport;

struct seen
{
    std::vector<std::vector<std::byte>> payloads{};
    bool failed = false;

    friend bool operator==(const seen&, const seen&) = default;
};

seen decode(side at, framing_kind kind, fuzz::bytes_view bytes, std::size_t step)
{
    frame_decoder decoder(any_framing(at, kind), 4096);
    seen out;
    while (!bytes.empty() && !out.failed) {
        decoder.feed(bytes.first(std::min(step, bytes.size())));
        bytes = bytes.subspan(std::min(step, bytes.size()));
        for (;;) {
            auto const got = decoder.next();
            out.failed = !got;
            if (!got || !*got)
                break;
            fuzz::require((*got)->payload.size() <= 4096 + 16, "a frame above the limit");
            out.payloads.emplace_back((*got)->payload.begin(), (*got)->payload.end());
        }
    }
    return out;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::input in(data, size);
    auto const how = in.byte();
    auto const step = 1 + in.byte();
    auto const at = how & 1 ? side::server : side::client;
    static constexpr framing_kind kinds[] = {framing_kind::abridged, framing_kind::intermediate, framing_kind::padded_intermediate,
                                             framing_kind::full};
    auto const kind = kinds[how >> 1 & 3];
    auto const bytes = in.rest();
    fuzz::require(decode(at, kind, bytes, step) == decode(at, kind, bytes, bytes.size() + 1), "frames depend on the pieces");
    return 0;
}
