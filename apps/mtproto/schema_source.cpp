#include "schema_source.hpp"

#include <mtproto/api/schema_text.hpp>
#include <mtproto/mt/schema_text.hpp>

#include <string_view>

namespace mtproto::apps {
namespace {

template <std::size_t N>
tl::schema::schema built_in(const std::string_view (&pieces)[N], const char* name)
{
    std::string text;
    for (auto const piece : pieces)
        text += piece;
    return tl::schema::parse(std::move(text), name).value();
}

} // namespace

const tl::schema::schema& api_schema()
{
    static auto const schema = built_in(api::schema_text, "api.tl");
    return schema;
}

const tl::schema::schema& protocol_schema()
{
    static auto const schema = built_in(mt::schema_text, "mtproto.tl");
    return schema;
}

result<tl::schema::schema> schema_from(const std::string& file) { return tl::schema::parse_file(file); }

} // namespace mtproto::apps
