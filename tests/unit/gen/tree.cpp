#include "tree.hpp"

#include "text.hpp"

#include "catch.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace fs = std::filesystem;

namespace {

struct folder
{
    fs::path path =
        fs::temp_directory_path() / ("mtproto-gen-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
    folder() { fs::remove_all(path); }
    ~folder() { fs::remove_all(path); }
};

} // namespace

TEST_CASE("a tree is written, compared and cleaned")
{
    folder const out;
    std::string const mark(gen::marker);
    gen::files const first{{"a.hpp", mark + "1\n"}, {"sub/b.hpp", mark + "2\n"}};
    CHECK(gen::compare_tree(out.path, first).size() == 2);
    gen::write_tree(out.path, first);
    CHECK(gen::compare_tree(out.path, first).empty());

    std::ofstream(out.path / "mine.txt") << "not generated";
    gen::files const second{{"a.hpp", mark + "1\nmore\n"}};
    auto const complaints = gen::compare_tree(out.path, second);
    REQUIRE(complaints.size() == 3);
    CHECK(complaints[0].ends_with("mine.txt: does not come from the schema, remove it"));
    CHECK(complaints[1].ends_with("sub/b.hpp: does not come from the schema, remove it"));
    CHECK(complaints[2].ends_with("a.hpp:3: have '', want 'more'"));

    gen::write_tree(out.path, second);
    CHECK_FALSE(fs::exists(out.path / "sub/b.hpp")); // generated once, gone now
    CHECK(fs::exists(out.path / "mine.txt"));        // somebody's
}

TEST_CASE("literals break at blanks")
{
    CHECK(gen::literal("a b", "") == "\"a b\"");
    CHECK(gen::literal("aaaa bbbb", "  ", 12) == "\"aaaa \"\n  \"bbbb\"");
    CHECK(gen::literal("\"\\", "") == "\"\\\"\\\\\"");
    CHECK(gen::literal("", "") == "\"\"");
}
