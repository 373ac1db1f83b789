// From JSON to TL bytes by a schema read at run time.
#pragma once

#include "mtproto/tl/from_json.hpp"
#include "mtproto/tl/json_scalar.hpp"
#include "mtproto/tl/schema/model.hpp"
#include "mtproto/tl/writer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtproto::tl::schema::detail {

/// Writes what JSON describes.
class json_encoder
{
public:
    json_encoder(const schema& with, json_reader& in, writer& out) : schema_(with), in_(in), out_(out) {}

    /// A call or a boxed value of any type, by its name.
    bool any(const boost::json::value& from)
    {
        auto const* given = json_object(in_, from);
        if (!given)
            return false;
        if (given->contains(json_base64_key)) {
            std::vector<std::byte> raw;
            if (!read_json_opaque(in_, from, raw))
                return false;
            if (raw.empty() || raw.size() % 4 != 0)
                return in_.fail(json_base64_key, "serialized values fill whole words of 4 bytes");
            out_.raw(raw);
            return true;
        }
        auto const name = tl::detail::json_name(in_, *given);
        if (name.empty())
            return false;
        auto const* line = schema_.find_function(name);
        if (!line)
            line = schema_.find_constructor(name);
        if (!line || line->builtin)
            return in_.fail(json_name_key, "unknown constructor or method: " + std::string(name));
        out_.id(line->id);
        return fields(*line, *given);
    }

private:
    bool value(const type_expr& type, const boost::json::value& from)
    {
        switch (type.kind) {
        case type_kind::nat:
            return number<std::uint32_t>(from);
        case type_kind::int32:
            return number<std::int32_t>(from);
        case type_kind::int53:
        case type_kind::int64:
            return number<std::int64_t>(from);
        case type_kind::float64:
            return number<double>(from);
        case type_kind::string: {
            std::string text;
            if (!read_json_string(in_, from, text))
                return false;
            out_.string(std::as_bytes(std::span(text.data(), text.size())));
            return true;
        }
        case type_kind::bytes: {
            std::vector<std::byte> data;
            if (!read_json_bytes(in_, from, data))
                return false;
            out_.string(data);
            return true;
        }
        case type_kind::int128:
            return exact<16>(from);
        case type_kind::int256:
            return exact<32>(from);
        case type_kind::fixed: {
            std::vector<std::byte> data;
            if (!read_json_bytes(in_, from, data))
                return false;
            if (data.size() != type.index)
                return in_.fail("expected " + std::to_string(type.index) + " bytes");
            out_.raw(data);
            return true;
        }
        case type_kind::boolean: {
            bool flag{};
            if (!read_json(in_, from, flag))
                return false;
            out_.id(flag ? bool_true_id : bool_false_id);
            return true;
        }
        case type_kind::vector:
        case type_kind::bare_vector:
            return vector(type, from);
        case type_kind::variable:
        case type_kind::object:
            return any(from);
        case type_kind::boxed:
            return boxed(type, from);
        case type_kind::bare: {
            auto const* given = json_object(in_, from);
            return given && fields(schema_.combinators()[type.index], *given);
        }
        case type_kind::true_:
        case type_kind::repeat:
        case type_kind::number:
        case type_kind::type:
            break;
        }
        return in_.fail("values of this type cannot be described in JSON");
    }

    template <class T>
    bool number(const boost::json::value& from)
    {
        T n{};
        if (!read_json(in_, from, n))
            return false;
        out_.number(n);
        return true;
    }
    template <std::size_t N>
    bool exact(const boost::json::value& from)
    {
        std::array<std::byte, N> data{};
        if (!read_json_exact(in_, from, data))
            return false;
        out_.raw(data);
        return true;
    }
    bool vector(const type_expr& type, const boost::json::value& from)
    {
        auto const* array = json_array(in_, from);
        if (!array)
            return false;
        if (type.kind == type_kind::vector)
            out_.id(vector_id);
        out_.number(static_cast<std::uint32_t>(array->size()));
        for (std::size_t i = 0; i < array->size(); ++i)
            if (!value(type.args.front(), (*array)[i]))
                return in_.within(i);
        return true;
    }
    bool boxed(const type_expr& type, const boost::json::value& from)
    {
        auto const* given = json_object(in_, from);
        if (!given)
            return false;
        auto const members = schema_.types()[type.index].constructors;
        if (members.size() == 1) {
            auto const& line = schema_.combinators()[members.front()];
            out_.id(line.id);
            return fields(line, *given);
        }
        auto const name = tl::detail::json_name(in_, *given);
        if (name.empty())
            return false;
        for (auto const index : members) {
            auto const& line = schema_.combinators()[index];
            if (line.name != name)
                continue;
            out_.id(line.id);
            return fields(line, *given);
        }
        return in_.fail(json_name_key, "not a constructor of this type: " + std::string(name));
    }

    static bool is_set(const boost::json::value* given, const param& p)
    {
        return given && !given->is_null() &&
               (p.type.kind != type_kind::true_ || (given->is_bool() && given->get_bool()));
    }

    bool fields(const combinator& line, const boost::json::object& from)
    {
        std::size_t found = 0;
        if (!in_.enter() || !tl::detail::json_is_named(in_, from, line.name, found))
            return false;
        std::vector<std::uint32_t> words(line.params.size());
        for (auto const& p : line.params)
            if (p.when && is_set(from.if_contains(p.name), p))
                words[p.when->field] |= 1u << p.when->bit;
        for (std::size_t i = 0; i < line.params.size(); ++i) {
            auto const& p = line.params[i];
            if (p.flag_word) {
                out_.number(words[i]);
                continue;
            }
            if (!p.when) {
                auto const* given = tl::detail::json_field(in_, from, p.name, found);
                if (!given || !(value(p.type, *given) || in_.within(p.name)))
                    return false;
                continue;
            }
            auto const* given = tl::detail::json_optional(from, p.name, found);
            if (p.type.kind == type_kind::true_) {
                if (given && !given->is_bool())
                    return in_.fail(p.name, "expected true or false");
            } else if (given) {
                if (!value(p.type, *given))
                    return in_.within(p.name);
            } else if ((words[p.when->field] >> p.when->bit & 1u) != 0) {
                return in_.fail(p.name, "missing, though another field with the same flag is present");
            }
        }
        in_.leave();
        return found == from.size() || unknown(line, from);
    }

    bool unknown(const combinator& line, const boost::json::object& from)
    {
        for (auto const& entry : from) {
            std::string_view const key = entry.key();
            bool known = key == json_name_key;
            for (auto const& p : line.params)
                known = known || (p.name == key && !p.flag_word);
            if (!known)
                return in_.fail(key, "unknown field of " + std::string(line.name));
        }
        return in_.fail("unknown field");
    }

    const schema& schema_;
    json_reader& in_;
    writer& out_;
};

} // namespace mtproto::tl::schema::detail
