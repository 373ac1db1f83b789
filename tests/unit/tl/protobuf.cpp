// The protobuf codec on hand-written types: bytes as the language guide of proto3 says, hostile bytes refused.
// https://protobuf.dev/programming-guides/encoding
#include "catch.hpp"

#include "sample.hpp"

#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/protobuf.hpp"
#include "mtproto/tl/random.hpp"

#include <cmath>

// ---- types for what sample.hpp does not have
namespace sample::raw {

template <class S>
struct lists
{
    std::int32_t one{};
    double real{};
    std::optional<::mtproto::tl::vector<S, ::mtproto::tl::string<S>>> words{};
    ::mtproto::tl::vector<S, ::mtproto::tl::bytes<S>> blobs{};
    ::mtproto::tl::vector<S, std::int64_t> longs{};
    ::mtproto::tl::vector<S, double> reals{};
    std::optional<::mtproto::tl::vector<S, std::int32_t>> ints{};
    ::mtproto::tl::string<S> text{};
    std::optional<::mtproto::tl::string<S>> title{};
    std::optional<std::int32_t> twin{}; // shares the flag of title

    static constexpr std::uint32_t tl_id = 0x10203040;
    static constexpr char tl_line[] = "lists#10203040 flags:# one:int real:double words:flags.0?Vector<string> blobs:Vector<bytes> "
                                      "longs:Vector<long> reals:Vector<double> ints:flags.1?Vector<int> text:string title:flags.2?string "
                                      "twin:flags.2?int = Lists";
    using tl_fields = ::mtproto::tl::field_list<
        ::mtproto::tl::flags<0>, ::mtproto::tl::field<&lists::one>, ::mtproto::tl::field<&lists::real>,
        ::mtproto::tl::optional_field<&lists::words, 0>, ::mtproto::tl::field<&lists::blobs>, ::mtproto::tl::field<&lists::longs>,
        ::mtproto::tl::field<&lists::reals>, ::mtproto::tl::optional_field<&lists::ints, 1>, ::mtproto::tl::field<&lists::text>,
        ::mtproto::tl::optional_field<&lists::title, 2>, ::mtproto::tl::optional_field<&lists::twin, 2>>;
};

// As if two layers had come since the numbers were given.
template <class S>
struct moved
{
    std::int32_t later{};
    std::int32_t first{};

    static constexpr std::uint32_t tl_id = 0x50607080;
    static constexpr char tl_line[] = "moved#50607080 later:int first:int = Moved";
    using tl_fields = ::mtproto::tl::field_list<::mtproto::tl::field<&moved::later>, ::mtproto::tl::field<&moved::first>>;
};

} // namespace sample::raw

template <class S>
inline constexpr std::uint32_t mtproto::tl::field_number<sample::raw::moved<S>, 0> = 3;
template <class S>
inline constexpr std::uint32_t mtproto::tl::field_number<sample::raw::moved<S>, 1> = 1;
template <class S>
inline constexpr std::uint32_t mtproto::tl::alternative_number<sample::raw::moved<S>, 0> = 20;

using namespace mtproto;

namespace {

using lists = sample::raw::lists<tl::owning>;
using request = sample::messages::sendMessage;

std::string hex(std::string_view text)
{
    std::string bytes;
    int high = -1;
    for (char const c : text) {
        int const digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                                                : -1;
        if (digit < 0)
            continue;
        if (high < 0) {
            high = digit;
        } else {
            bytes += static_cast<char>(high << 4 | digit);
            high = -1;
        }
    }
    return bytes;
}
tl::bytes_view view(const std::string& bytes)
{
    return std::as_bytes(std::span(bytes));
}
template <class T>
result<T> parse(std::string_view bytes)
{
    auto const raw = hex(bytes);
    return tl::from_protobuf<T>(view(raw));
}
template <class T>
std::string failure(std::string_view bytes)
{
    auto const parsed = parse<T>(bytes);
    REQUIRE(parsed.has_error());
    return parsed.error().text();
}
template <class T>
void round_trip(const T& value, std::string_view bytes)
{
    CHECK(tl::to_protobuf(value).value() == hex(bytes));
    auto const back = parse<T>(bytes);
    REQUIRE(back.has_value());
    CHECK(*back == value);
}

// peer = inputPeerSelf, which a request must have.
constexpr char self[] = "12 02 0a00 ";

} // namespace

TEST_CASE("a request is written as the contract says")
{
    request const value{
        .silent = true,
        .peer = sample::inputPeerNested{.peer = sample::inputPeerChat{.chat_id = 7}, .msg_id = 9},
        .reply_to = 3,
        .send_as = sample::inputPeerSelf{},
        .message = "hi",
        .random_id = 5,
        .cover = false,
        .shape = std::vector{sample::point{.x = 1, .y = 2}},
        .twin = 8,
    };
    round_trip(value, "0801 "                                    // silent
                      "12 0a 1a08 0a04 1202 0807 1009 "          // peer { nested { peer { chat { chat_id } } msg_id } }
                      "1803 "                                    // reply_to
                      "2202 0a00 "                               // send_as { self {} }
                      "2a02 6869 3005 3800 "                     // message, random_id, cover: false, but present
                      "42 14 0a12 09000000000000f03f 110000000000000040 " // shape: TypePoint { point { x y } }
                      "4808");
}

TEST_CASE("what is zero by default is not written, what is optional and present is")
{
    round_trip(request{.peer = sample::inputPeerSelf{}}, self);
    round_trip(request{.peer = sample::inputPeerSelf{}, .reply_to = 0, .cover = false}, std::string(self) + "1800 3800");
    round_trip(lists{.title = "", .twin = 0}, "0a04 4a00 5000");
    // -0 is not 0.
    auto const minus = tl::to_protobuf(lists{.real = -0.0}).value();
    CHECK(minus == hex("0a09 11 0000000000000080"));
    CHECK(std::signbit(tl::from_protobuf<lists>(view(minus)).value().real));
}

TEST_CASE("negative numbers take ten bytes, and are read from fewer or with bits to spare")
{
    round_trip(lists{.one = -1}, "0a0b 08 ffffffffffffffffff01");
    CHECK(parse<lists>("0a06 08 ffffffff0f").value().one == -1);
    CHECK(parse<lists>("0a0b 08 ffffffffffffffffff7f").value().one == -1);
    CHECK(parse<lists>("0a06 08 8080808010").value().one == 0); // 1 << 32: the low 32 bits count
    CHECK(parse<lists>("0a04 08 ff8000").value().one == 127);   // longer than need be
    CHECK(failure<lists>("0a0c 08 ffffffffffffffffffff01").find("malformed") != std::string::npos);
}

TEST_CASE("unknown fields of every wire type are skipped")
{
    auto const value = parse<lists>("0a 2f "
                                    "0807 "                          // one
                                    "f80601 "                        // 111: varint
                                    "f90601 02030405060708 "         // fixed64
                                    "fa0602 ffff "                   // length
                                    "fb06 08ff01 0b0c fa0601ff fc06 " // group, with a group inside
                                    "fd0601020304 "                  // fixed32
                                    "0d01000000 "                    // 1, but of another wire type
                                    "0a0101");                       // likewise
    REQUIRE(value.has_value());
    CHECK(value->one == 7);
    // An unknown constructor of a oneof is not one.
    CHECK(failure<request>("1203 a20600") == "messages.sendMessage: peer is not set: choose one of TypeInputPeer");
}

TEST_CASE("repeated numbers are read packed, one by one, and mixed")
{
    round_trip(lists{.longs = {1, -1, 300}, .reals = {1.5}, .ints = std::vector<std::int32_t>{-2, 5}},
               "0a 26 2a0d 01 ffffffffffffffffff01 ac02 32 08 000000000000f83f 3a 0b feffffffffffffffff01 05");
    CHECK(parse<lists>("0a 06 2801 2802 2803").value().longs == std::vector<std::int64_t>{1, 2, 3});
    CHECK(parse<lists>("0a 0d 2801 2a020203 08ff01 28 04 2a00").value().longs == std::vector<std::int64_t>{1, 2, 3, 4});
    CHECK(parse<lists>("0a 13 31000000000000f83f 3208000000000000f83f").value().reals == std::vector<double>{1.5, 1.5});
    CHECK(parse<sample::path>("0a 05 1a03 01 00 05").value().open == std::vector<bool>{true, false, true});
    CHECK(failure<lists>("0a04 2a02 01 ff").find("longs is malformed") != std::string::npos);
    CHECK(failure<lists>("0a05 3203 010203").find("reals is malformed") != std::string::npos);
}

TEST_CASE("the last number and string win, messages merge, the last of a oneof wins")
{
    CHECK(parse<lists>("0a0a 0801 4201 61 0802 4201 62").value().one == 2);
    CHECK(parse<lists>("0a07 0801 4201 61 0802").value().text == "a");
    // peer twice: inputPeerNested of both.
    auto merged = parse<request>("1204 1a02 1009  1206 1a04 0a02 0a00").value();
    auto const* nested = tl::get_if<sample::inputPeerNested>(merged.peer);
    REQUIRE(nested);
    CHECK(nested->msg_id == 9);
    CHECK(tl::holds<sample::inputPeerSelf>(*nested->peer));
    // nested, chat, nested again: what the first one said is gone.
    auto const last = parse<request>("1204 1a02 1009  1204 1202 0807  1206 1a04 0a02 0a00").value();
    nested = tl::get_if<sample::inputPeerNested>(last.peer);
    REQUIRE(nested);
    CHECK(nested->msg_id == 0);
    // within one message
    CHECK(tl::get_if<sample::inputPeerChat>(parse<request>("12 08 0a00 1202 0807 1200").value().peer)->chat_id == 7);
    // the same in two messages
    CHECK(tl::get_if<sample::inputPeerChat>(parse<request>("1204 1202 0807 1202 1200").value().peer)->chat_id == 7);
    // two occurrences of a type with one constructor
    CHECK(parse<lists>("0a02 0801 0a03 4201 61").value() == lists{.one = 1, .text = "a"});
}

TEST_CASE("fields may come in any order")
{
    CHECK(parse<lists>("0a 0e 4201 61 2a01 05 0803 2201 ff 2a01 06").value() ==
          lists{.one = 3, .blobs = {{std::byte{0xff}}}, .longs = {5, 6}, .text = "a"});
}

TEST_CASE("a conditional vector that is present and empty is not one that is absent")
{
    lists const empty{.words = std::vector<std::string>{}, .ints = std::vector<std::int32_t>{}};
    round_trip(empty, "0a0c f0ffffff0f03 f0ffffff0f07"); // tl_empty_vectors = 536870910
    CHECK(parse<lists>("0a08 f2ffffff0f02 0307").value() == empty);
    CHECK_FALSE(parse<lists>("0a00").value().words.has_value());
    // One that is listed and has elements has them; what is no such field is nothing.
    CHECK(parse<lists>("0a09 1a0161 f0ffffff0f03").value().words == std::vector<std::string>{"a"});
    CHECK(parse<lists>("0a0d f0ffffff0f01 f0ffffff0f9101").value() == lists{});
    // A vector whose flag another field has set is present.
    auto const twin = parse<request>(std::string(self) + "4808").value();
    CHECK(twin.shape == std::vector<sample::point>{});
}

TEST_CASE("strings that are not UTF-8 keep their bytes")
{
    lists const value{.words = std::vector<std::string>{"a", "\xff", "\xc3\xa9\x80z"}, .text = "\xed\xa0\x80"};
    auto const bytes = tl::to_protobuf(value).value();
    CHECK(tl::is_utf8("\xef\xbf\xbd"));
    CHECK(bytes == hex("0a 45 1a0161 1a03efbfbd faffffff0f07 0803 1001 1a01ff "
                       "1a06c3a9efbfbd7a faffffff0f0a 0803 1002 1a04c3a9807a "
                       "4209efbfbdefbfbdefbfbd faffffff0f07 0808 1a03eda080"));
    CHECK(tl::from_protobuf<lists>(view(bytes)).value() == value);
    // An entry stands for a string that is not there.
    CHECK(parse<lists>("0a 11 5001 faffffff0f05 0809 1a01fe 0801 4200").value() == lists{.one = 1, .title = "\xfe", .twin = 1});
    CHECK(failure<lists>("0a03 4201 ff") == "TypeLists: text is not UTF-8: its bytes belong into tl_raw_strings");
    CHECK(failure<lists>("0a06 1a0161 1a01ff") == "TypeLists: words[1] is not UTF-8: its bytes belong into tl_raw_strings");
}

TEST_CASE("results that are no boxed type have messages of their own")
{
    round_trip(true, "0801");
    round_trip(false, "");
    round_trip(std::int32_t{-1}, "08ffffffffffffffffff01");
    round_trip(std::vector<std::int64_t>{1, 2}, "0a020102");
    round_trip(std::vector<std::string>{"", "b"}, "0a00 0a0162");
    round_trip(std::vector<sample::InputPeer>{sample::inputPeerSelf{}, sample::inputPeerChat{.chat_id = 1}}, "0a02 0a00 0a04 1202 0801");
    CHECK(failure<std::vector<sample::InputPeer>>("0a02 0a00 0a00") == "result: values[1] is not set: choose one of TypeInputPeer");
}

TEST_CASE("vectors in vectors, bare values and numbers of many bytes")
{
    sample::path value{
        .points = {{.x = 1}},
        .grid = {{1, 2}, {}},
        .open = {true, false},
        .centre = {.y = 2},
        .data = {std::byte{0}},
        .nonce = {},
    };
    value.nonce[0] = std::byte{7};
    round_trip(value, "0a 37 0a09 09000000000000f03f 1204 0a02 0102 1200 1a02 0100 2209 110000000000000040 2a0100 "
                      "32 10 07000000000000000000000000000000");
    CHECK(parse<sample::path>("0a00").value().nonce == tl::int128{});
    CHECK(failure<sample::path>("0a03 3201 07") == "TypePath: nonce must have 16 bytes");
}

TEST_CASE("numbers of fields come from the contract")
{
    using moved = sample::raw::moved<tl::owning>;
    round_trip(moved{.later = 5, .first = 6}, "a20104 1805 0806");
    CHECK(parse<moved>("0a02 1805").value() == moved{});
}

TEST_CASE("errors name what is missing")
{
    CHECK(failure<request>("") == "messages.sendMessage: peer is not set: choose one of TypeInputPeer");
    CHECK(failure<request>("1200") == "messages.sendMessage: peer is not set: choose one of TypeInputPeer");
    CHECK(failure<request>("1202 1a00") == "messages.sendMessage: peer.peer is not set: choose one of TypeInputPeer");
    CHECK(failure<request>(std::string(self) + "42020a00") ==
          "messages.sendMessage: twin is not set, but shape is: set all of them or none");
    CHECK(failure<lists>("0a02 5001") == "TypeLists: title is not set, but twin is: set all of them or none");
    CHECK(failure<sample::InputPeer>("") == "TypeInputPeer: is not set: choose one of TypeInputPeer");
}

TEST_CASE("malformed protobuf is refused")
{
    for (auto const* bytes : {"08", "0a05 00", "0a02 0b00", "0a01 0c", "0a02 0b14", "0a01 0e", "0a02 0001", "0a03 01ffff", "0a02 0dff",
                              "0a01 80",
                              "0a06 808080808000", "0a07 88808080800001", "0a0b 0affffffffffffffffff01"}) {
        INFO(bytes);
        auto const parsed = parse<lists>(bytes);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().is(errc::bad_argument));
    }
}

TEST_CASE("depth, size and merging have limits")
{
    // inputPeerNested within itself.
    std::string nested = hex("0a00");
    auto const wrap = [&](int number) {
        tl::protobuf_writer to;
        to.bytes_field(static_cast<std::uint32_t>(number), view(nested));
        nested = std::string(tl::as_text(to.view()));
    };
    for (int i = 0; i < 60; ++i) {
        wrap(1);
        wrap(3);
    }
    CHECK(tl::from_protobuf<sample::InputPeer>(view(nested)).has_value());
    for (int i = 0; i < 10; ++i) {
        wrap(1);
        wrap(3);
    }
    CHECK(tl::from_protobuf<sample::InputPeer>(view(nested)).error().is(errc::too_deep));

    // Two bytes for each point of twenty.
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += hex("0a00");
    CHECK(tl::from_protobuf<std::vector<sample::point>>(view(many)).value().size() == 1000);
    CHECK(tl::from_protobuf<std::vector<sample::point>>(view(many), {.tl_bytes = 10000}).error().is(errc::too_large));

    // Each level doubles what the one below has to merge.
    std::string bomb = hex("0a00");
    for (int i = 0; i < 12; ++i) {
        tl::protobuf_writer to;
        to.bytes_field(1, view(bomb));
        auto const inner = std::string(tl::as_text(to.view()));
        tl::protobuf_writer twice;
        twice.bytes_field(3, view(inner));
        twice.bytes_field(3, view(inner));
        bomb = std::string(tl::as_text(twice.view()));
    }
    CHECK(tl::from_protobuf<sample::InputPeer>(view(bomb)).has_value());
}

TEST_CASE("values survive protobuf, and no mutation of their bytes does harm")
{
    tl::random_source source(1);
    int read = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        tl::random_source from(seed, {.depth = 6, .constructors = 40});
        request value;
        tl::fill_random_boxed(from, value);
        lists other;
        tl::fill_random_boxed(from, other);
        auto const bytes = tl::to_protobuf(value).value();
        auto const back = tl::from_protobuf<request>(view(bytes));
        REQUIRE(back.has_value());
        CHECK(*back == value);
        CHECK(tl::from_protobuf<lists>(view(tl::to_protobuf(other).value())).value() == other);
        for (int i = 0; i < 30; ++i) {
            auto broken = bytes;
            for (auto n = source.below(3) + 1; n != 0 && !broken.empty(); --n)
                switch (source.below(3)) {
                case 0:
                    broken[source.below(broken.size())] = static_cast<char>(source.next());
                    break;
                case 1:
                    broken.erase(source.below(broken.size()), source.below(4) + 1);
                    break;
                default:
                    broken.insert(source.below(broken.size()), broken.substr(source.below(broken.size()), source.below(9)));
                    break;
                }
            auto const parsed = tl::from_protobuf<request>(view(broken));
            read += parsed.has_value();
            if (parsed)
                CHECK(tl::to_protobuf(*parsed).has_value());
        }
    }
    CHECK(read > 100);
}
