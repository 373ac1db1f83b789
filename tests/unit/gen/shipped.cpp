// The schemas of this project, line by line.
#include "helpers.hpp"

#include "mtproto/api/layer.hpp"
#include "mtproto/api/schema_text.hpp"
#include "mtproto/mt/schema_text.hpp"

#include <fstream>
#include <string>

TEST_CASE("every line of the shipped schemas reads back as itself, with its id")
{
    for (auto const path : {"schema/api.tl", "schema/mtproto.tl"}) {
        auto const parsed = schema::parse_file(source_file(path));
        INFO(path);
        REQUIRE(parsed.has_value());
        CHECK(parsed->combinators().size() > 50);
        for (auto const& line : parsed->combinators()) {
            auto const text = to_line(line);
            INFO(text);
            REQUIRE(std::string(line.source) + ';' == text);
            REQUIRE(line.id == computed_id(line));
        }
    }
}

TEST_CASE("the layer of the schema is the one that is generated")
{
    int layer = 0;
    std::ifstream(source_file("schema/LAYER")) >> layer;
    CHECK(layer == mtproto::api::layer);
    CHECK(schema::parse_file(source_file("schema/api.tl"))->layer() == layer);
}

TEST_CASE("the embedded schemas are the shipped ones")
{
    auto const same = [](const schema::schema& a, const schema::schema& b) {
        REQUIRE(a.combinators().size() == b.combinators().size());
        for (std::size_t i = 0; i != a.combinators().size(); ++i)
            REQUIRE(to_line(a.combinators()[i]) == to_line(b.combinators()[i]));
        CHECK(a.layer() == b.layer());
    };
    same(*schema::parse_pieces(mtproto::api::schema_text), *schema::parse_file(source_file("schema/api.tl")));
    same(*schema::parse_pieces(mtproto::mt::schema_text),
         *schema::parse_file(source_file("schema/mtproto.tl")));
}

TEST_CASE("what the protocol needs is there")
{
    auto const api = *schema::parse_file(source_file("schema/api.tl"));
    for (auto const name :
         {"invokeWithLayer", "initConnection", "invokeAfterMsg", "auth.sendCode", "auth.signIn",
          "auth.checkPassword", "auth.bindTempAuthKey", "help.getConfig", "messages.sendMessage",
          "messages.getDialogs", "updates.getDifference", "upload.saveBigFilePart"})
        CHECK(api.find_function(name));
    auto const mt = *schema::parse_file(source_file("schema/mtproto.tl"));
    for (auto const name :
         {"resPQ", "p_q_inner_data_temp_dc", "server_DH_inner_data", "rpc_result", "gzip_packed",
          "msg_container", "message", "future_salts", "bad_server_salt", "msgs_all_info", "http_wait"})
        CHECK(mt.find_constructor(name));
    CHECK(mt.find_constructor("message")->id == 0x5bb8e511);
    CHECK(mt.find_constructor("msg_container")->params[0].type.kind == schema::type_kind::bare_vector);
}
