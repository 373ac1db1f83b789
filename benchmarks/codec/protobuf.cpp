// Between TL bytes and protobuf bytes without values in between, as the daemon does it: through the library of gen/bridge.
#include "measure.hpp"
#include "samples.hpp"

#include "mtproto/api/methods/messages.hpp"
#include "mtproto/proxy/bridge.hpp"
#include "mtproto/proxy/contract/field_numbers.hpp"
#include "mtproto/tl/protobuf.hpp"

#include <memory>
#include <string>

namespace codec_benchmark {

namespace {

using namespace mtproto;

void add_result(const std::string& name, std::string_view rpc, tl::bytes_view bytes)
{
    add("protobuf/from_tl/" + name, bytes.size(), [bytes, method = proxy::find_method(rpc)] {
        auto message = proxy::result_to_protobuf(*method, bytes, {});
        benchmark::DoNotOptimize(message.value());
    });
}

} // namespace

void add_protobuf()
{
    add_result("messages", "MessagesGetHistory", messages());
    add_result("updates", "MessagesSendMessage", updates());
    auto const request = std::make_shared<tl::protobuf_writer>();
    tl::tl_to_protobuf<tl::shape_of<api::messages::sendMessage>>(send_message(), *request).value();
    add("protobuf/to_tl/send_message", send_message().size(), [request, method = proxy::find_method("MessagesSendMessage")] {
        auto call = proxy::request_to_tl(*method, request->view());
        benchmark::DoNotOptimize(call.value());
    });
}

} // namespace codec_benchmark
