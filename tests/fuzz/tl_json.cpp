// JSON text to values of the API; what is read is written as text that reads the same.
#include "fuzz.hpp"

#include <mtproto/api/types/account.hpp>
#include <mtproto/api/types/core_c.hpp>
#include <mtproto/api/types/core_j.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/json.hpp>

namespace {

template <class T>
void check(const boost::json::value& json)
{
    namespace tl = mtproto::tl;
    auto const value = tl::from_json<T>(json);
    if (!value)
        return;
    auto const text = boost::json::serialize(tl::to_json(*value));
    auto const parsed = tl::parse_json(text);
    fuzz::require(parsed.has_value(), "JSON that we wrote is not JSON");
    auto const again = tl::from_json<T>(*parsed);
    fuzz::require(again.has_value(), "JSON that we wrote is not read");
    auto const left = tl::encode(*value), right = tl::encode(*again);
    fuzz::require(left.has_value() == right.has_value() && (!left || *left == *right), "JSON changed a value");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::input in(data, size);
    auto const json = mtproto::tl::parse_json(in.text());
    if (!json)
        return 0;
    check<mtproto::api::JSONValue>(*json);
    check<mtproto::api::config>(*json);
    check<mtproto::api::account::password>(*json);
    return 0;
}
