#include "catch.hpp"

#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/memory_storage.hpp>
#include <mtproto/crypto/random.hpp>

#include <fstream>
#include <sstream>

using namespace mtproto;
namespace fs = std::filesystem;

namespace {

struct temporary_folder
{
    temporary_folder()
    {
        std::string pattern = (fs::temp_directory_path() / "mtproto-storage-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~temporary_folder() { fs::remove_all(path); }
    fs::path path;
};

session_data sample()
{
    crypto::seeded_random random(7);
    session_data data;
    data.phone = "+15550001";
    data.api_id = 12345;
    data.api_hash = "0123456789abcdef0123456789abcdef";
    data.dc = 2;
    data.ip = "149.154.167.50";
    data.port = 443;
    data.salt = 0x0123456789abcdefu;
    data.auth_key.emplace(crypto::random_bytes<256>(random));
    data.user_id = 9'007'199'254;
    data.updates = update_position{10, 20, 30, 40};
    data.channels[5] = {-0x7edcba9876543210, 17};
    return data;
}

std::string slurp(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void put(const fs::path& path, std::string_view text)
{
    std::ofstream(path, std::ios::binary) << text;
}

unsigned mode(const fs::path& path)
{
    return static_cast<unsigned>(fs::status(path).permissions());
}

} // namespace

TEST_CASE("a session survives a file")
{
    temporary_folder folder;
    auto const path = folder.path / "a" / "b" / "credentials.json";
    {
        auto store = file_storage::open(path);
        REQUIRE(store.has_value());
        auto const nothing = store->load();
        REQUIRE(nothing.has_value());
        CHECK_FALSE(*nothing);
        REQUIRE((store->save(sample())).has_value());
        CHECK(mode(path) == 0600);
        CHECK(mode(path.parent_path()) == 0700);
        CHECK(mode(path.parent_path().parent_path()) == 0700);
    }
    auto store = file_storage::open(path);
    REQUIRE(store.has_value());
    auto const loaded = store->load();
    REQUIRE(loaded.has_value());
    REQUIRE(*loaded);
    CHECK(**loaded == sample());
    CHECK_FALSE(fs::exists(path.string() + ".new"));
}

TEST_CASE("a file of the original is read, and written so that the original reads it")
{
    // The shape that cjongseok/mtproto's credentials.go writes.
    auto const data = sample();
    std::string const text =
        R"({"phone":"+15550001","api_id":12345,"api_hash":"0123456789abcdef0123456789abcdef","ip":"149.154.167.50","port":443,"salt":")" +
        tl::base64_encode(crypto::store_le64(data.salt)) + R"(","auth_key":")" +
        tl::base64_encode(data.auth_key->view()) + R"("})";
    auto const read = session_from_json(text);
    REQUIRE(read.has_value());
    CHECK(read->phone == data.phone);
    CHECK(read->api_id == data.api_id);
    CHECK(read->api_hash == data.api_hash);
    CHECK(read->ip == data.ip);
    CHECK(read->port == data.port);
    CHECK(read->salt == data.salt);
    CHECK(read->auth_key == data.auth_key);
    CHECK(read->dc == 0);
    CHECK_FALSE(read->updates);

    auto const written = session_to_json(*read);
    CHECK(written.starts_with(text.substr(0, text.size() - 1)));
    CHECK(written.size() < 4096);
}

TEST_CASE("members of others stay in the file")
{
    temporary_folder folder;
    auto const path = folder.path / "credentials.json";
    put(path, R"({"note":"mine","phone":"1"})");
    auto store = file_storage::open(path);
    REQUIRE(store.has_value());
    auto const loaded = store->load();
    REQUIRE(loaded.has_value());
    REQUIRE(*loaded);
    CHECK((*loaded)->phone == "1");
    REQUIRE((store->save(sample())).has_value());
    CHECK(slurp(path).find(R"("note":"mine")") != std::string::npos);
}

TEST_CASE("a broken file is reported and kept")
{
    temporary_folder folder;
    auto const path = folder.path / "credentials.json";
    auto const key = tl::base64_encode(sample().auth_key->view());
    auto const broken = GENERATE(as<std::string>{}, "{", "[1]", R"({"phone":1})", R"({"salt":"AAAA"})", R"({"auth_key":"!"})",
                                 R"({"port":65536})", R"({"api_id":1.5})", R"({"channels":{}})", "{\"updates\":[]}",
                                 "{\"auth_key\":\"KEY\"}");
    auto text = broken;
    if (auto const at = text.find("KEY"); at != std::string::npos)
        text.replace(at, 3, key);
    put(path, text);
    auto store = file_storage::open(path);
    REQUIRE(store.has_value());
    auto const loaded = store->load();
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().is(errc::storage_failed));
    CHECK(loaded.error().text().find(path.string()) != std::string::npos);
    CHECK(loaded.error().text().find("sign in again") != std::string::npos);
    CHECK(loaded.error().text().find(key) == std::string::npos);
    CHECK(slurp(path) == text);
    put(path.string() + ".broken", "older");
    REQUIRE((store->save(sample())).has_value());
    CHECK(slurp(path.string() + ".broken") == "older");
    CHECK(slurp(path.string() + ".broken-2") == text);
    auto const again = store->load();
    REQUIRE(again.has_value());
    CHECK(**again == sample());
}

TEST_CASE("the second user of a session file is turned away")
{
    temporary_folder folder;
    auto const path = folder.path / "credentials.json";
    auto first = file_storage::open(path);
    REQUIRE(first.has_value());
    auto const second = file_storage::open(path);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().is(errc::storage_locked));
    CHECK(second.error().text().find("process " + std::to_string(::getpid())) != std::string::npos);
    {
        auto const gone = std::move(*first);
    }
    CHECK((file_storage::open(path)).has_value());
}

TEST_CASE("a save that cannot be finished leaves the old session")
{
    temporary_folder folder;
    auto const path = folder.path / "credentials.json";
    auto store = file_storage::open(path);
    REQUIRE(store.has_value());
    REQUIRE((store->save(sample())).has_value());
    auto const before = slurp(path);
    // A folder in the place of the new file: it cannot be created.
    fs::create_directories(path.string() + ".new/x");
    auto changed = sample();
    changed.phone = "other";
    auto const saved = store->save(changed);
    REQUIRE_FALSE(saved.has_value());
    CHECK(saved.error().is(errc::storage_failed));
    CHECK(slurp(path) == before);
    fs::remove_all(path.string() + ".new");
    CHECK((store->save(changed)).has_value());
}

TEST_CASE("a link to a session file stays a link")
{
    temporary_folder folder;
    put(folder.path / "real.json", "{}");
    fs::create_symlink("real.json", folder.path / "credentials.json");
    auto store = file_storage::open(folder.path / "credentials.json");
    REQUIRE(store.has_value());
    REQUIRE((store->load()).has_value());
    REQUIRE((store->save(sample())).has_value());
    CHECK(fs::is_symlink(folder.path / "credentials.json"));
    CHECK(slurp(folder.path / "real.json").size() > 100);
}

TEST_CASE("any storage")
{
    any_storage none;
    CHECK_FALSE(none);
    CHECK((none.save(sample())).has_value());
    CHECK_FALSE(*none.load());

    auto shared = std::make_shared<memory_storage>();
    any_storage one(shared);
    any_storage two(shared);
    CHECK((one.save(sample())).has_value());
    CHECK(**two.load() == sample());
    any_storage const copy{memory_storage(sample())};
    CHECK(copy);
}
