#include "recording.hpp"

#include <mtproto/api/layer.hpp>
#include <mtproto/client/wire_recorder.hpp>

namespace mtproto::apps {
namespace {

std::shared_ptr<wire_recorder>& recorder()
{
    static std::shared_ptr<wire_recorder> held;
    return held;
}

} // namespace

result<> begin_recording(const std::string& file, const std::string& keys)
{
    auto opened = wire_recorder::open(file, keys, mtproto::api::layer);
    if (!opened)
        return opened.error();
    recorder() = std::move(*opened);
    return {};
}

result<std::int64_t> end_recording() { return recorder()->finish(); }

void attach_recording(client_options& options)
{
    if (recorder())
        recorder()->attach(options);
}

} // namespace mtproto::apps
