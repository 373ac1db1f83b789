#include "mtproto/sandbox/files.hpp"

#include "catch.hpp"
#include "outcome.hpp"

using namespace mtproto;
using sandbox::bytes;

namespace {
bytes part(std::size_t size, int fill) { return bytes(size, static_cast<std::byte>(fill)); }
} // namespace

TEST_CASE("parts are joined in order, whatever order they came in")
{
    sandbox::file_store files(1);
    CHECK(ok(files.save_part(7, 1, 1, {}, part(100, 2))));
    CHECK(why(files.take(7, 1, 2, false)) == "FILE_PART_0_MISSING");
    CHECK(ok(files.save_part(7, 1, 0, {}, part(1024, 1))));
    auto whole = files.take(7, 1, 2, false);
    REQUIRE(ok(whole));
    CHECK(whole->size() == 1124);
    CHECK(whole->front() == std::byte{1});
    CHECK(whole->back() == std::byte{2});
    CHECK(why(files.take(7, 1, 2, false)) == "FILE_PART_0_MISSING"); // taken once
    CHECK(why(files.take(8, 1, 2, false)) == "FILE_PART_0_MISSING"); // somebody else's
}

TEST_CASE("limits of uploads")
{
    sandbox::file_store files(1);
    CHECK(why(files.save_part(7, 1, -1, {}, part(1024, 0))) == "FILE_PART_INVALID");
    CHECK(why(files.save_part(7, 1, 0, {}, {})) == "FILE_PART_EMPTY");
    CHECK(why(files.save_part(7, 1, 0, {}, part(512 * 1024 + 1, 0))) == "FILE_PART_TOO_BIG");
    CHECK(why(files.save_part(7, 1, 0, 3, part(1000, 0))) == "FILE_PART_SIZE_INVALID");
    CHECK(why(files.save_part(7, 1, 3, 3, part(1024, 0))) == "FILE_PARTS_INVALID");
    CHECK(why(files.save_part(7, 1, 0, 0, part(1024, 0))) == "FILE_PARTS_INVALID");
    CHECK(ok(files.save_part(7, 2, 2, 3, part(1000, 0)))); // the last may have any size
    CHECK(ok(files.save_part(7, 2, 1, -1, part(1024, 0))));
    CHECK(why(files.take(7, 2, 3, true)) == "FILE_PART_0_MISSING");

    CHECK(ok(files.save_part(7, 3, 0, {}, part(1000, 0))));
    CHECK(ok(files.save_part(7, 3, 1, {}, part(10, 0))));
    CHECK(why(files.take(7, 3, 2, false)) == "FILE_PART_SIZE_INVALID");
}

TEST_CASE("limits of downloads")
{
    sandbox::stored_file file;
    file.data = part(10000, 9);
    using sandbox::file_store;
    CHECK(why(file_store::read(file, 0, 0, false)) == "LIMIT_INVALID");
    CHECK(why(file_store::read(file, 0, 5000, false)) == "LIMIT_INVALID");
    CHECK(why(file_store::read(file, 0, 3 * 4096, false)) == "LIMIT_INVALID"); // does not divide 1 MB
    CHECK(ok(file_store::read(file, 0, 3 * 1024, true)));
    CHECK(why(file_store::read(file, 100, 4096, false)) == "OFFSET_INVALID");
    CHECK(why(file_store::read(file, 1024 * 1024 - 4096, 8192, false)) == "OFFSET_INVALID");
    CHECK(file_store::read(file, 8192, 4096, false)->size() == 10000 - 8192);
    CHECK(file_store::read(file, 12288, 4096, false)->empty());
    CHECK(file_store::read(file, 0, 524288, false)->size() == 10000);
}

TEST_CASE("references expire")
{
    sandbox::file_store files(1);
    auto const& stored = files.add({.data = part(1, 1)});
    auto const before = stored.reference;
    files.expire(stored.id);
    CHECK(files.find(stored.id)->reference != before);
}

TEST_CASE("sizes of pictures")
{
    bytes png(24);
    int const head[] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 2, 1, 0, 0, 1, 2};
    for (std::size_t i = 0; i < 24; ++i)
        png[i] = static_cast<std::byte>(head[i]);
    CHECK(sandbox::image_size(png) == std::pair{513, 258});
    CHECK_FALSE(sandbox::image_size(bytes(5)));
    bytes jpeg;
    for (int const b : {0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 0, 100, 1, 44, 3, 0, 0})
        jpeg.push_back(static_cast<std::byte>(b));
    CHECK(sandbox::image_size(jpeg) == std::pair{300, 100});
}
