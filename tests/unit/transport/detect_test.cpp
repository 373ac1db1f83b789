// detect: what the first bytes of a connection say.
#include "support.hpp"

#include <mtproto/transport/detect.hpp>

using namespace mtproto::transport;
using namespace transport_test;

namespace {

/// Feeds one byte more at a time; the answer must come at `needed` bytes and never change with more of them.
void expect(const bytes& start, opening kind, std::size_t consumed, std::size_t needed,
            std::optional<framing_kind> framing = {})
{
    auto const input = start + pattern(100);
    for (std::size_t n = 0; n != input.size(); ++n) {
        CAPTURE(n);
        auto const found = detect(bytes_view(input).first(n));
        REQUIRE(found.has_value() == (n >= needed));
        if (found) {
            CHECK(found->kind == kind);
            CHECK(found->consumed == consumed);
            CHECK((found->framing == framing));
        }
    }
}

} // namespace

TEST_CASE("the first bytes of a connection tell its transport", "[detect]")
{
    expect(make({0xef, 10}), opening::plain, 1, 1, framing_kind::abridged);
    expect(make({0xee, 0xee, 0xee, 0xee}), opening::plain, 4, 4, framing_kind::intermediate);
    expect(make({0xdd, 0xdd, 0xdd, 0xdd}), opening::plain, 4, 4, framing_kind::padded_intermediate);
    expect(make({52, 0, 0, 0, 0, 0, 0, 0}), opening::plain, 0, 8, framing_kind::full);
    expect(text("POST /api HTTP/1.1\r\n"), opening::http, 0, 4);
    expect(text("GET /apiws HTTP/1.1\r\n"), opening::http, 0, 4);
    expect(make({0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3}), opening::tls, 0, 11);
    expect(make({0x16, 3, 1, 6, 0xf8, 1, 0, 6, 0xf4, 3, 3}), opening::tls, 0, 11);
    // Almost a ClientHello, but the inner length does not agree.
    expect(make({0x16, 3, 1, 6, 0xf8, 1, 0, 6, 0xf3, 3, 3}), opening::obfuscated, 64, 64);
    expect(make({0xee, 0xee, 0xee, 0xef}), opening::obfuscated, 64, 64);
    expect(pattern(64), opening::obfuscated, 64, 64);
}
