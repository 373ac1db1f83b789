// From TL bytes to JSON by a schema read at run time.
#pragma once

#include "mtproto/tl/json_scalar.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/schema/model.hpp"

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

/// Describes what bytes hold.
class json_decoder
{
public:
    json_decoder(const schema& with, reader& in) : schema_(with), in_(in) {}

    bool value(const type_expr& type, boost::json::value& to)
    {
        switch (type.kind) {
        case type_kind::nat:
            return number<std::uint32_t>(to);
        case type_kind::int32:
            return number<std::int32_t>(to);
        case type_kind::int53:
        case type_kind::int64:
            return number<std::int64_t>(to);
        case type_kind::float64:
            return number<double>(to);
        case type_kind::string:
        case type_kind::bytes: {
            bytes_view data;
            if (!in_.string(data))
                return false;
            to = type.kind == type_kind::bytes
                     ? json_of_bytes(data)
                     : json_of_string({reinterpret_cast<const char*>(data.data()), data.size()});
            return true;
        }
        case type_kind::int128:
        case type_kind::int256:
        case type_kind::fixed: {
            bytes_view data;
            auto const size = type.kind == type_kind::int128 ? 16 : type.kind == type_kind::int256 ? 32
                                                                                                   : type.index;
            if (!in_.raw(size, data))
                return false;
            to = json_of_bytes(data);
            return true;
        }
        case type_kind::boolean: {
            auto const id = in_.peek_id();
            if (id != bool_true_id && id != bool_false_id)
                return in_.fail(in_.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
            to = json_of(in_.id() == bool_true_id);
            return true;
        }
        case type_kind::vector:
        case type_kind::bare_vector:
            return vector(type, to);
        case type_kind::variable:
        case type_kind::object:
            return any(to);
        case type_kind::boxed:
            return boxed(schema_.types()[type.index], to);
        case type_kind::bare:
            return fields(schema_.combinators()[type.index], to);
        case type_kind::true_:
        case type_kind::repeat:
        case type_kind::number:
        case type_kind::type:
            break;
        }
        return in_.fail(errc::bad_schema);
    }

    /// A boxed value by its id, or all that is left as base64.
    bool any(boost::json::value& to)
    {
        auto const* line = schema_.find(in_.peek_id());
        if (line && !line->builtin) {
            (void)in_.id();
            return fields(*line, to);
        }
        auto const rest = in_.rest();
        if (rest.size() < 4 || rest.size() % 4 != 0)
            return in_.fail(errc::truncated);
        to = json_of_opaque(rest);
        bytes_view all;
        return in_.raw(rest.size(), all);
    }

private:
    template <class T>
    bool number(boost::json::value& to)
    {
        T n{};
        if (!in_.number(n))
            return false;
        to = json_of(n);
        return true;
    }
    bool vector(const type_expr& type, boost::json::value& to)
    {
        if (type.kind == type_kind::vector && !in_.expect(vector_id))
            return false;
        std::uint32_t count{};
        if (!in_.count(count, 4))
            return false;
        auto& array = to.emplace_array();
        for (std::uint32_t i = 0; i < count; ++i)
            if (!value(type.args.front(), array.emplace_back(nullptr)))
                return false;
        return true;
    }
    bool boxed(const type_info& type, boost::json::value& to)
    {
        auto const id = in_.peek_id();
        for (auto const index : type.constructors) {
            auto const& line = schema_.combinators()[index];
            if (line.id != id || in_.left() < 4)
                continue;
            (void)in_.id();
            return fields(line, to);
        }
        return in_.fail(in_.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
    }
    bool fields(const combinator& line, boost::json::value& to)
    {
        if (!in_.enter())
            return false;
        auto& object = to.emplace_object();
        object.reserve(line.params.size() + 1);
        json_put(object, json_name_key, json_of_string(line.name));
        std::vector<std::uint32_t> words(line.params.size());
        for (std::size_t i = 0; i < line.params.size(); ++i) {
            auto const& p = line.params[i];
            if (p.flag_word) {
                if (!in_.number(words[i]))
                    return false;
                continue;
            }
            if (p.when && (words[p.when->field] >> p.when->bit & 1u) == 0)
                continue;
            boost::json::value field(true);
            if (p.type.kind != type_kind::true_ && !value(p.type, field))
                return false;
            json_put(object, p.name, std::move(field));
        }
        in_.leave();
        return true;
    }

    const schema& schema_;
    reader& in_;
};

} // namespace mtproto::tl::schema::detail
