// Values of a layer as its schema describes them, taken apart: what transcode() carries over.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/schema/model.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mtproto::tl::schema::detail {

/// A value of the source; strings and numbers are views into the input.
struct source_value
{
    type_kind kind = type_kind::true_;
    bool present = false;
    const combinator* line = nullptr; ///< of a boxed or bare value
    bytes_view data;                  ///< of a number, a string, or an object of unknown type
    std::vector<source_value> items;  ///< elements, or one for each parameter of `line`
};

/// Reads a value by its schema.
class source_reader
{
public:
    source_reader(const schema& from, reader& in) : schema_(from), in_(in) {}

    bool value(const type_expr& type, source_value& to)
    {
        to.kind = type.kind;
        to.present = true;
        switch (type.kind) {
        case type_kind::nat:
        case type_kind::int32:
            return in_.raw(4, to.data);
        case type_kind::int53:
        case type_kind::int64:
        case type_kind::float64:
            return in_.raw(8, to.data);
        case type_kind::int128:
            return in_.raw(16, to.data);
        case type_kind::int256:
            return in_.raw(32, to.data);
        case type_kind::fixed:
            return in_.raw(type.index, to.data);
        case type_kind::string:
        case type_kind::bytes:
            return in_.string(to.data);
        case type_kind::boolean: {
            auto const id = in_.peek_id();
            if (id != bool_true_id && id != bool_false_id)
                return in_.fail(in_.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
            return in_.raw(4, to.data);
        }
        case type_kind::true_:
            return true;
        case type_kind::vector:
        case type_kind::bare_vector: {
            std::uint32_t count{};
            if ((type.kind == type_kind::vector && !in_.expect(vector_id)) || !in_.count(count, 4))
                return false;
            for (std::uint32_t i = 0; i < count; ++i)
                if (!value(type.args.front(), to.items.emplace_back()))
                    return false;
            return true;
        }
        case type_kind::boxed: {
            auto const id = in_.peek_id();
            auto const* line = in_.left() < 4 ? nullptr : schema_.find(id);
            if (!line || line->is_function || line->type_index != type.index)
                return in_.fail(in_.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
            (void)in_.id();
            return fields(*line, to);
        }
        case type_kind::bare:
            return fields(schema_.combinators()[type.index], to);
        case type_kind::variable:
        case type_kind::object: {
            auto const* line = schema_.find(in_.peek_id());
            if (line && !line->builtin) {
                (void)in_.id();
                return fields(*line, to);
            }
            if (in_.left() < 4 || in_.left() % 4 != 0)
                return in_.fail(errc::truncated);
            return in_.raw(in_.left(), to.data);
        }
        case type_kind::repeat:
        case type_kind::number:
        case type_kind::type:
            break;
        }
        return in_.fail(errc::bad_schema);
    }

private:
    bool fields(const combinator& line, source_value& to)
    {
        if (!in_.enter())
            return false;
        to.line = &line;
        to.items.resize(line.params.size());
        for (std::size_t i = 0; i < line.params.size(); ++i) {
            auto const& p = line.params[i];
            if (p.when) {
                auto const& word = to.items[p.when->field].data;
                if (word.size() < 4 || (load<std::uint32_t>(word.data()) >> p.when->bit & 1u) == 0)
                    continue;
            }
            if (!value(p.type, to.items[i]))
                return false;
        }
        in_.leave();
        return true;
    }

    const schema& schema_;
    reader& in_;
};

} // namespace mtproto::tl::schema::detail
