// The values are described as JSON and serialized by the schema at run time: this unit knows none of the API's types, so
// that it compiles in seconds.
#include "samples.hpp"

#include "mtproto/api/schema_text.hpp"
#include "mtproto/tl/schema/dynamic_json.hpp"
#include "mtproto/tl/schema/parser.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace codec_benchmark {

namespace {

using boost::json::array;
using boost::json::object;
using mtproto::tl::bytes_view;
using serialized = std::vector<std::byte>;

serialized serialize(const object& value)
{
    static auto const schema = mtproto::tl::schema::parse_pieces(mtproto::api::schema_text).value();
    auto bytes = mtproto::tl::schema::json_to_tl(schema, value);
    if (!bytes) {
        std::fprintf(stderr, "codec-benchmark: a sample does not fit the schema: %s\n", bytes.error().message().c_str());
        std::exit(1);
    }
    return std::move(*bytes);
}

std::string number(std::int64_t value) { return std::to_string(value); }

std::string text(int seed, int length)
{
    static constexpr std::string_view words[] = {"engine", "of", "numbers", "weaves", "algebraic", "patterns", "the", "loom"};
    std::string out;
    while (static_cast<int>(out.size()) < length)
        out.append(words[static_cast<unsigned>(seed++) * 5u % 8u]) += ' ';
    out.resize(static_cast<std::size_t>(length));
    return out;
}
std::string base64(int bytes) { return std::string(static_cast<std::size_t>(bytes / 3 * 4), 'Z'); }

object entity(int offset)
{
    if (offset % 3 == 2)
        return {{"_", "messageEntityTextUrl"}, {"offset", offset}, {"length", 6}, {"url", "https://core.telegram.org/mtproto"}};
    return {{"_", offset % 3 == 0 ? "messageEntityBold" : "messageEntityItalic"}, {"offset", offset}, {"length", 6}};
}
array entities() { return {entity(3), entity(13), entity(23)}; }

object person(int n)
{
    return {{"_", "user"},
            {"id", number(5'000'000'000 + n)},
            {"access_hash", number(0x5eedf00d12345678 + n)},
            {"first_name", "Ada Number " + std::to_string(n)},
            {"last_name", "Lovelace"},
            {"username", "ada_lovelace_" + std::to_string(n)},
            {"phone", "9996612345"},
            {"photo", object{{"_", "userProfilePhoto"},
                             {"photo_id", number(0x1122334455667788 + n)},
                             {"stripped_thumb", base64(48)},
                             {"dc_id", 2}}},
            {"status", object{{"_", "userStatusOffline"}, {"was_online", 1'700'000'000 + n}}}};
}

object group(int n)
{
    return {{"_", "channel"},
            {"megagroup", true},
            {"id", number(1'500'000'000 + n)},
            {"access_hash", number(0x1234567812345678 + n)},
            {"title", "A channel about numbers " + std::to_string(n)},
            {"username", "numbers_" + std::to_string(n)},
            {"photo",
             object{{"_", "chatPhoto"}, {"photo_id", number(0x1122334455667788 + n)}, {"stripped_thumb", base64(48)}, {"dc_id", 2}}},
            {"date", 1'600'000'000},
            {"default_banned_rights", object{{"_", "chatBannedRights"}, {"send_media", true}, {"until_date", 0x7fffffff}}},
            {"participants_count", 1000 + n}};
}

object picture(int n)
{
    array sizes;
    for (auto const* type : {"s", "m", "x"})
        sizes.push_back(object{{"_", "photoSize"}, {"type", type}, {"w", 320}, {"h", 240}, {"size", 20'000 + n}});
    return {{"_", "messageMediaPhoto"},
            {"photo", object{{"_", "photo"},
                             {"id", number(0x7766554433221100 + n)},
                             {"access_hash", number(0x0102030405060708 + n)},
                             {"file_reference", base64(24)},
                             {"date", 1'700'000'000},
                             {"sizes", std::move(sizes)},
                             {"dc_id", 2}}}};
}

object message(int n)
{
    object out{{"_", "message"},
               {"id", 1000 + n},
               {"from_id", object{{"_", "peerUser"}, {"user_id", number(5'000'000'000 + n % 30)}}},
               {"peer_id", object{{"_", "peerChannel"}, {"channel_id", number(1'500'000'000)}}},
               {"date", 1'700'000'000 + n},
               {"message", text(n, 60 + n % 90)}};
    if (n % 2 == 0)
        out["entities"] = entities();
    if (n % 3 == 0)
        out["reply_to"] = object{{"_", "messageReplyHeader"}, {"reply_to_msg_id", 900 + n}};
    if (n % 4 == 0)
        out["media"] = picture(n);
    if (n % 5 == 0) {
        array counts;
        for (auto const* emoji : {"\xf0\x9f\x91\x8d", "\xe2\x9d\xa4"})
            counts.push_back(object{
                {"_", "reactionCount"}, {"reaction", object{{"_", "reactionEmoji"}, {"emoticon", emoji}}}, {"count", n + 1}});
        out["reactions"] = object{{"_", "messageReactions"}, {"results", std::move(counts)}};
    }
    out["views"] = 12'345 + n;
    out["forwards"] = 12;
    return out;
}

template <class F>
array many(int count, F&& make)
{
    array all;
    for (int i = 0; i < count; ++i)
        all.push_back(make(i));
    return all;
}

object rich(int depth)
{
    if (depth == 0)
        return {{"_", "textPlain"}, {"text", text(depth, 40)}};
    object inner{{"_", depth % 2 == 0 ? "textBold" : "textItalic"}, {"text", rich(depth - 1)}};
    return {{"_", "textConcat"}, {"texts", array{std::move(inner), object{{"_", "textPlain"}, {"text", text(depth, 12)}}}}};
}

object cell(int n)
{
    return {{"_", "pageTableCell"}, {"header", n == 0}, {"text", rich(2)}, {"colspan", 1 + n}};
}

object block(int depth)
{
    if (depth == 0) {
        array rows = many(4, [](int) { return object{{"_", "pageTableRow"}, {"cells", many(3, cell)}}; });
        return {{"_", "pageBlockTable"}, {"bordered", true}, {"title", rich(1)}, {"rows", std::move(rows)}};
    }
    object item{{"_", "pageListItemBlocks"},
                {"blocks", array{object{{"_", "pageBlockParagraph"}, {"text", rich(4)}}, block(depth - 1)}}};
    object list{{"_", "pageBlockList"}, {"items", array{std::move(item)}}};
    return {{"_", "pageBlockDetails"}, {"open", true}, {"blocks", array{std::move(list)}}, {"title", rich(2)}};
}

object update(int n)
{
    auto const user = number(5'000'000'000 + n % 20);
    object const peer{{"_", "peerUser"}, {"user_id", user}};
    switch (n % 6) {
    case 0:
        return {{"_", "updateNewMessage"}, {"message", message(n)}, {"pts", n}, {"pts_count", 1}};
    case 1:
        return {{"_", "updateUserStatus"}, {"user_id", user}, {"status", object{{"_", "userStatusOnline"}, {"expires", 1'700'000'300}}}};
    case 2:
        return {{"_", "updateUserTyping"}, {"user_id", user}, {"action", object{{"_", "sendMessageTypingAction"}}}};
    case 3:
        return {{"_", "updateReadHistoryInbox"}, {"peer", peer}, {"max_id", n}, {"still_unread_count", 3}, {"pts", n}, {"pts_count", 0}};
    case 4:
        return {{"_", "updateDeleteMessages"}, {"messages", array{n, n + 1, n + 2}}, {"pts", n}, {"pts_count", 3}};
    default:
        return {{"_", "updateChannelMessageViews"}, {"channel_id", number(1'500'000'000)}, {"id", n}, {"views", 100 + n}};
    }
}

} // namespace

bytes_view send_message()
{
    static auto const bytes = serialize({{"_", "messages.sendMessage"},
                                         {"peer",
                                          object{{"_", "inputPeerUser"},
                                                 {"user_id", number(5'000'000'001)},
                                                 {"access_hash", number(0x5eedf00d12345678)}}},
                                         {"message", text(1, 100)},
                                         {"random_id", number(0x0123456789abcdef)},
                                         {"entities", entities()}});
    return bytes;
}

bytes_view messages()
{
    static auto const bytes = serialize({{"_", "messages.messages"},
                                         {"messages", many(100, message)},
                                         {"topics", array{}},
                                         {"chats", many(10, group)},
                                         {"users", many(30, person)}});
    return bytes;
}

bytes_view page()
{
    static auto const bytes = serialize(block(12));
    return bytes;
}

bytes_view updates()
{
    static auto const bytes = serialize({{"_", "updates"},
                                         {"updates", many(600, update)},
                                         {"users", many(20, person)},
                                         {"chats", array{}},
                                         {"date", 1'700'000'000},
                                         {"seq", 77}});
    return bytes;
}

} // namespace codec_benchmark
