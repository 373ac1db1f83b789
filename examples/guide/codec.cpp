// Values of the API without a network: bytes, JSON, text for people, and a schema that is read at run time.
#include <mtproto/api/methods/users.hpp>
#include <mtproto/api/schema_text.hpp>
#include <mtproto/api/types/core_i.hpp>
#include <mtproto/tl/decode.hpp>
#include <mtproto/tl/dump.hpp>
#include <mtproto/tl/encode.hpp>
#include <mtproto/tl/equal.hpp>
#include <mtproto/tl/json.hpp>
#include <mtproto/tl/schema/dynamic_json.hpp>
#include <mtproto/tl/schema/parser.hpp>

#include <iostream>
#include <string_view>

namespace api = mtproto::api;
namespace tl = mtproto::tl;

mtproto::result<> bytes_and_back()
{
    // [bytes]
    api::inputPeerUser someone;
    someone.user_id = 777000;
    someone.access_hash = -1;
    api::InputPeer const peer = someone; // a boxed type takes any of its constructors

    auto const bytes = tl::encode(peer); // result<std::vector<std::byte>>
    if (!bytes)
        return bytes.error();
    auto const again = tl::decode<api::InputPeer>(*bytes);
    if (!again)
        return again.error(); // never an exception: hostile bytes are an ordinary case
    std::cout << bytes->size() << " bytes, equal: " << std::boolalpha << (peer == *again) << '\n';
    // [/bytes]
    return {};
}

mtproto::result<> json_and_back()
{
    // [json]
    auto const json = tl::parse_json(R"({"_": "users.getUsers", "id": [{"_": "inputUserSelf"}]})");
    if (!json)
        return json.error();
    auto const request = tl::from_json<api::users::getUsers>(*json);
    if (!request)
        return request.error(); // "id[0].user_id: missing": the path of what is wrong
    std::cout << tl::to_json(*request) << '\n';
    // [/json]
    return {};
}

void for_people(const api::users::getUsers& request)
{
    // [dump]
    tl::dump_options shown;
    shown.max_elements = 5; // passwords, codes and keys appear as <redacted>
    std::cout << tl::dump(request, shown) << '\n';
    // [/dump]
}

mtproto::result<> any_layer(std::string_view text)
{
    // [schema]
    // The schema that the library was generated from is at hand as text; parse_file() reads another layer's.
    auto const schema = tl::schema::parse_pieces(api::schema_text, "api.tl");
    if (!schema)
        return schema.error(); // with the line and what was expected there
    auto const json = tl::parse_json(text);
    if (!json)
        return json.error();
    auto const request = tl::schema::json_to_tl(*schema, *json); // bytes for client::invoke_raw()
    if (!request)
        return request.error();
    auto const* const method = schema->find_function("help.getNearestDc");
    std::cout << request->size() << " bytes; " << method->name << " returns " << method->result.name << '\n';
    // [/schema]
    return {};
}

int main()
{
    api::users::getUsers request;
    request.id.emplace_back(api::inputUserSelf());
    for_people(request);
    for (auto const& done : {bytes_and_back(), json_and_back(), any_layer(R"({"_": "help.getNearestDc"})")})
        if (!done) {
            std::cerr << done.error().message() << '\n';
            return 1;
        }
}
