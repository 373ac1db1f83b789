// The gRPC contract of a small schema, compared with what is committed, and what it refuses.
// After a change: tlc --schema tests/unit/gen/demo.tl --namespace demo --proto tests/unit/gen/golden_contract
#include "helpers.hpp"

#include "contract.hpp"
#include "failure.hpp"
#include "field_numbers.hpp"
#include "program.hpp"
#include "tree.hpp"

#include <algorithm>

namespace {

gen::program compiled(const schema::schema& from)
{
    return gen::program(from, {.root = "demo", .include_prefix = {}, .links = {}, .layer = from.layer()});
}

std::string refusal(const std::string& text)
{
    try {
        gen::make_contract(compiled(good(text)));
    } catch (const gen::failure& problem) {
        return problem.what();
    }
    return "made";
}

} // namespace

TEST_CASE("the contract of the small schema is the committed one")
{
    auto const from = compiled(*schema::parse_file(source_file("tests/unit/gen/demo.tl")));
    auto what = gen::make_contract(from);
    gen::field_numbers().assign(what);
    gen::files out;
    gen::emit_proto(from, what, out);
    for (auto const& complaint : gen::compare_tree(source_file("tests/unit/gen/golden_contract"), out))
        FAIL_CHECK(complaint);
}

TEST_CASE("names of the contract")
{
    CHECK(gen::camel_case("messages.sendMessage") == "MessagesSendMessage");
    CHECK(gen::camel_case("invokeAfterMsg") == "InvokeAfterMsg");
    CHECK(gen::camel_case("a.b_c.d") == "AB_cD");
    CHECK(gen::snake_case("messages.sendMessage") == "messages_send_message");
    CHECK(gen::snake_case("urlAuthResultRequest") == "url_auth_result_request");
    CHECK(gen::snake_case("inputMediaPhotoURLAuth") == "input_media_photo_url_auth");
    CHECK(gen::snake_case("p_q_inner_data_DH") == "p_q_inner_data_dh");
    CHECK(gen::snake_case("checkPassword2FA") == "check_password2_fa");
    CHECK(gen::json_name("access_hash_2") == "accessHash2");
}

TEST_CASE("two things never share a name in the contract")
{
    CHECK(
        refusal("a.bC = A.T; aBC = T;") ==
        "test.tl:1:13: the constructor aBC would be the message PredABC of the contract, as the constructor "
        "a.bC is");
    CHECK(refusal("a = A.B; b = AB;") ==
          "test.tl:1:14: the type AB would be the message TypeAB of the contract, as the type A.B is");
    CHECK(refusal("a = VectorInt; ---functions--- f = Vector<int>;") ==
          "test.tl:1:36: a value of type Vector<int> would be the message TypeVectorInt of the contract, as "
          "the "
          "type VectorInt is");
    CHECK(refusal("aB = T; a_b = T;") ==
          "test.tl:1:6: the fields a_b and a_b of the message TypeT have one name in JSON, aB");
    CHECK(refusal("a from_id:int fromId:int = T;") ==
          "test.tl:1:1: the fields from_id and fromId of the message PredA have one name in JSON, fromId");
    CHECK(refusal("a tl_raw_strings:string = T;") ==
          "test.tl:1:1: the fields tl_raw_strings and tl_raw_strings of the message PredA have one name in "
          "JSON, "
          "tlRawStrings");
    CHECK(refusal("value = T;") == "test.tl:1:9: the fields the oneof value and value of the message TypeT "
                                   "have one name in JSON, value");
    CHECK(refusal("a = A; ---functions--- m.getA = A; mGetA = A;") ==
          "test.tl:1:36: the method mGetA would be the message ReqMGetA of the contract, as the method "
          "m.getA is");
    CHECK(refusal("a = A; ---functions--- a = A; get = Vector<A>;") == "made");
}

TEST_CASE("the contract of the API is whole")
{
    auto const from = compiled(*schema::parse_file(source_file("schema/api.tl")));
    auto const what = gen::make_contract(from);
    REQUIRE(what.services.size() == 2);
    CHECK(what.services[0].rpcs.size() == from.schema().functions().size());
    CHECK(std::is_sorted(what.services[0].rpcs.begin(), what.services[0].rpcs.end(),
                         [](const auto& a, const auto& b) { return a.name < b.name; }));
    CHECK(what.find("AnyMethod")->fields.size() == from.schema().functions().size());
    for (auto const& message : what.messages) {
        CHECK(!message.file.empty());
        for (auto const& field : message.fields)
            if (field.type == gen::proto_type::message && what.find(field.message) == nullptr)
                FAIL_CHECK(message.name + '.' + field.name + " is of an unknown type " + field.message);
    }
    for (auto const& service : what.services)
        for (auto const& rpc : service.rpcs) {
            CHECK(what.find(rpc.request) != nullptr);
            CHECK(what.find(rpc.result) != nullptr);
        }
    for (auto const& result : what.find("AnyResult")->fields)
        CHECK(what.find(result.message) != nullptr);
}
