// Session files: what is read is written as text that reads the same.
#include "fuzz.hpp"

#include <mtproto/client/credentials.hpp>
#include <mtproto/tl/json.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::input in(data, size);
    auto const json = mtproto::tl::parse_json(in.text());
    if (!json)
        return 0;
    auto const session = mtproto::session_from_json(*json);
    if (!session)
        return 0;
    boost::json::object written;
    mtproto::session_to_json(*session, written);
    auto const again = mtproto::session_from_json(written);
    fuzz::require(again && *again == *session, "a session changed on its way through its file");
    return 0;
}
