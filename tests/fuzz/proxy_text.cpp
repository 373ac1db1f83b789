// What callers of the proxy write by hand: cursors, secrets of MTProxies, endpoints, base64.
#include "fuzz.hpp"

#include <mtproto/client/environment.hpp>
#include <mtproto/proxy/update_log.hpp>
#include <mtproto/tl/base64.hpp>
#include <mtproto/transport/secret.hpp>

#include <string>
#include <vector>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static auto const log = [] {
        mtproto::proxy::update_log<std::string> made(0xabcdef, 4, 1 << 20);
        mtproto::proxy::published_batch batch;
        batch.updates.resize(8);
        made.publish(batch, [](auto&) {});
        return made;
    }();
    fuzz::input in(data, size);
    auto const text = in.text();
    auto const at = log.resume(text);
    fuzz::require(at.next >= log.first() && at.next <= log.next(), "a cursor leads out of the log");

    if (auto const secret = mtproto::transport::mtproxy_secret::parse(text))
        fuzz::require(secret->domain.size() <= 253, "a domain longer than domains are");
    if (auto const bytes = mtproto::tl::base64_decode(text))
        fuzz::require(bytes->size() <= text.size(), "base64 grew");
    (void)mtproto::parse_endpoint(text);
    return 0;
}
