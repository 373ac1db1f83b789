// TL by a schema read at run time: to JSON and back, and to another layer.
#include "fuzz.hpp"

#include <mtproto/tl/json.hpp>
#include <mtproto/tl/schema/dynamic_json.hpp>
#include <mtproto/tl/schema/parser.hpp>
#include <mtproto/tl/schema/transcode.hpp>

namespace {

namespace schema = mtproto::tl::schema;

schema::schema made(const char* text) { return schema::parse(text).value(); }

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static auto const older = made(R"(
vector#1cb5c415 {t:Type} # [ t ] = Vector t;
userEmpty#00000001 id:int = User;
user#00000002 flags:# self:flags.1?true id:int name:string phone:flags.0?string = User;
message#00000003 flags:# id:int text:bytes media:flags.0?Media views:flags.1?int forwards:flags.1?int reply:flags.2?Message = Message;
mediaEmpty#00000004 = Media;
mediaList#00000005 items:Vector<Media> weight:double on:Bool = Media;
boolFalse#bc799737 = Bool;
boolTrue#997275b5 = Bool;
---functions---
getUsers#00000006 ids:Vector<int> names:vector<string> = Vector<User>;
wrap#00000007 {X:Type} layer:int query:!X = X;
)");
    static auto const newer = made(R"(
vector#1cb5c415 {t:Type} # [ t ] = Vector t;
userEmpty#00000001 id:long = User;
user#00000012 flags:# self:flags.1?true premium:flags.2?true id:long name:string
   usernames:flags.3?Vector<string> phone:flags.0?string = User;
message#00000013 flags:# id:int text:bytes views:flags.1?int forwards:flags.1?int media:flags.0?Media reply:flags.2?Message = Message;
mediaEmpty#00000004 = Media;
mediaList#00000005 items:Vector<Media> weight:double on:Bool = Media;
boolFalse#bc799737 = Bool;
boolTrue#997275b5 = Bool;
---functions---
getUsers#00000016 ids:Vector<long> names:vector<string> = Vector<User>;
wrap#00000007 {X:Type} layer:int query:!X = X;
)");
    fuzz::input in(data, size);
    auto const bytes = in.rest();
    (void)schema::transcode(older, newer, bytes);
    auto const json = schema::tl_to_json(older, bytes);
    if (!json)
        return 0;
    auto const parsed = mtproto::tl::parse_json(boost::json::serialize(*json));
    fuzz::require(parsed.has_value(), "JSON that we wrote is not JSON");
    auto const back = schema::json_to_tl(older, *parsed);
    fuzz::require(back.has_value(), "JSON that we wrote is not read");
    auto const again = schema::tl_to_json(older, *back);
    fuzz::require(again && boost::json::serialize(*again) == boost::json::serialize(*json), "JSON changed a value");
    return 0;
}
