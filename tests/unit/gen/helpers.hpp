// What the tests of the schema reader and the compiler share.
#pragma once

#include "mtproto/tl/schema/parser.hpp"

#include "catch.hpp"

#include <string>

namespace schema = mtproto::tl::schema;

/// A schema that must be good.
inline schema::schema good(const std::string& text)
{
    auto parsed = schema::parse(text, "test.tl");
    INFO(text);
    if (!parsed)
        FAIL(parsed.error().text());
    return *parsed;
}

/// The message of a schema that must be bad.
inline std::string complaint(const std::string& text)
{
    auto const parsed = schema::parse(text, "test.tl");
    if (parsed)
        return "parsed";
    CHECK(parsed.error().is(mtproto::errc::bad_schema));
    return parsed.error().text();
}

inline std::string source_file(const std::string& path)
{
    return std::string(MTPROTO_SOURCE_ROOT "/") + path;
}
