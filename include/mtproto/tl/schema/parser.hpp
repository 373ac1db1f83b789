// From the text of a schema to its model.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/schema/detail/declarations.hpp"
#include "mtproto/tl/schema/detail/resolver.hpp"
#include "mtproto/tl/schema/model.hpp"

#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mtproto::tl::schema {

/// Parses and checks a schema: types and functions of any layer, the protocol's own schema, or another
/// program's (td_api.tl). https://core.telegram.org/mtproto/TL
///
/// `file` is what messages call it. Fails with errc::bad_schema and one sentence: "api.tl:12:7: unknown type
/// Foo". Loading the whole API takes a few milliseconds. Declarations without an id get the CRC32 of their
/// line.
inline result<schema> parse(std::string text, std::string file = "schema")
{
    auto data = std::make_shared<detail::storage>();
    data->text = std::move(text);
    data->file = std::move(file);
    if (data->text.size() > detail::max_text)
        return error(errc::bad_schema, data->file + ": a schema of more than 64 MiB is not one");
    detail::problem problem;
    if (!detail::declarations(*data, problem).read() || !detail::resolver(*data, problem).resolve()) {
        auto const [line, column] = position_of(data->text, problem.offset);
        return error(errc::bad_schema, data->file + ':' + std::to_string(line) + ':' +
                                           std::to_string(column) + ": " + problem.sentence);
    }
    return schema(std::shared_ptr<const detail::storage>(std::move(data)));
}

/// Parses a schema that a generated header carries in pieces: parse_pieces(api::schema_text, "api.tl").
inline result<schema> parse_pieces(std::span<const std::string_view> pieces, std::string file = "schema")
{
    std::string text;
    for (auto const piece : pieces)
        text += piece;
    return parse(std::move(text), std::move(file));
}

/// Reads a file and parses it. Fails with errc::bad_schema if it cannot be read.
inline result<schema> parse_file(const std::string& path)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "rb"), std::fclose);
    if (!file)
        return error(errc::bad_schema, path + ": cannot be opened");
    std::string text;
    char chunk[1 << 15];
    for (std::size_t n = 0; (n = std::fread(chunk, 1, sizeof chunk, file.get())) != 0;) {
        text.append(chunk, n);
        if (text.size() > detail::max_text)
            break;
    }
    if (std::ferror(file.get()) != 0)
        return error(errc::bad_schema, path + ": cannot be read");
    return parse(std::move(text), path);
}

} // namespace mtproto::tl::schema
