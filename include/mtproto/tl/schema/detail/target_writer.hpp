// Values that were taken apart, written as another layer has them.
#pragma once

#include "mtproto/tl/schema/detail/source_reader.hpp"
#include "mtproto/tl/schema/model.hpp"
#include "mtproto/tl/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtproto::tl::schema::detail {

/// Writes a value by another schema. Functions return false where the target cannot express it; what they
/// wrote until then is to be thrown away.
class target_writer
{
public:
    target_writer(const schema& to, std::vector<std::byte>& out) : schema_(to), out_(out) {}

    bool value(const type_expr& type, const source_value& from)
    {
        switch (type.kind) {
        case type_kind::nat:
        case type_kind::int32:
            return integer<std::int32_t>(from);
        case type_kind::int53:
        case type_kind::int64:
            return integer<std::int64_t>(from);
        case type_kind::float64:
            return real(from);
        case type_kind::string:
        case type_kind::bytes:
            if (from.kind != type_kind::string && from.kind != type_kind::bytes)
                return false;
            string(from.data);
            return true;
        case type_kind::int128:
        case type_kind::int256:
        case type_kind::fixed:
            if (from.kind != type.kind || (type.kind == type_kind::fixed && from.data.size() != type.index))
                return false;
            raw(from.data);
            return true;
        case type_kind::boolean:
            if (from.kind != type_kind::boolean && from.kind != type_kind::true_)
                return false;
            id(is_true(from) ? bool_true_id : bool_false_id);
            return true;
        case type_kind::true_:
            return (from.kind == type_kind::boolean || from.kind == type_kind::true_) && is_true(from);
        case type_kind::vector:
        case type_kind::bare_vector:
            return vector(type, from);
        case type_kind::boxed:
            return from.line && boxed(schema_.types()[type.index], from);
        case type_kind::bare:
            return from.line && fields(schema_.combinators()[type.index], &from);
        case type_kind::variable:
        case type_kind::object:
            return any(from);
        case type_kind::repeat:
        case type_kind::number:
        case type_kind::type:
            break;
        }
        return false;
    }

    /// A function, or a constructor of whatever type.
    bool any(const source_value& from)
    {
        if (!from.line) {
            if (from.kind != type_kind::variable && from.kind != type_kind::object)
                return false;
            raw(from.data);
            return true;
        }
        auto const before = out_.size();
        if (auto const* line = same(*from.line)) {
            id(line->id);
            if (fields(*line, &from))
                return true;
            out_.resize(before);
        }
        if (from.line->is_function)
            return false;
        auto const* type = schema_.find_type(from.line->result.name);
        return type && boxed(*type, from);
    }

private:
    template <class T>
    void number(T n)
    {
        out_.resize(out_.size() + sizeof n);
        store(out_.data() + out_.size() - sizeof n, n);
    }
    void id(std::uint32_t n) { number(n); }
    void raw(bytes_view data) { out_.insert(out_.end(), data.begin(), data.end()); }
    void string(bytes_view data)
    {
        auto const at = out_.size();
        out_.resize(at + string_size(data.size()));
        writer to{std::span(out_).subspan(at)};
        to.string(data);
    }

    static bool is_true(const source_value& from)
    {
        return from.present &&
               (from.kind == type_kind::true_ || load<std::uint32_t>(from.data.data()) == bool_true_id);
    }
    template <class T>
    bool integer(const source_value& from)
    {
        std::int64_t n{};
        switch (from.kind) {
        case type_kind::nat:
        case type_kind::int32:
            n = load<std::int32_t>(from.data.data());
            break;
        case type_kind::int53:
        case type_kind::int64:
            n = load<std::int64_t>(from.data.data());
            break;
        default:
            return false;
        }
        if (!std::in_range<T>(n))
            return false;
        number(static_cast<T>(n));
        return true;
    }
    bool real(const source_value& from)
    {
        switch (from.kind) {
        case type_kind::float64:
            raw(from.data);
            return true;
        case type_kind::int32:
            number(static_cast<double>(load<std::int32_t>(from.data.data())));
            return true;
        case type_kind::int53:
        case type_kind::int64:
            number(static_cast<double>(load<std::int64_t>(from.data.data())));
            return true;
        default:
            return false;
        }
    }
    bool vector(const type_expr& type, const source_value& from)
    {
        if (from.kind != type_kind::vector && from.kind != type_kind::bare_vector)
            return false;
        if (type.kind == type_kind::vector)
            id(vector_id);
        auto const count_at = out_.size();
        std::uint32_t count = 0;
        number(count);
        for (auto const& item : from.items) {
            auto const before = out_.size();
            if (value(type.args.front(), item))
                ++count;
            else
                out_.resize(before);
        }
        store(out_.data() + count_at, count);
        return true;
    }

    /// The declaration that a source's one becomes.
    const combinator* same(const combinator& line) const
    {
        auto const* found =
            line.is_function ? schema_.find_function(line.name) : schema_.find_constructor(line.name);
        if (!found) {
            found = schema_.find(line.id);
            if (found && found->is_function != line.is_function)
                return nullptr;
        }
        return found && !found->builtin ? found : nullptr;
    }
    /// ...Unsupported or ...Empty of a type; the other way round where there is nothing to stand in for.
    const combinator* stand_in(const type_info& type, bool absent = false) const
    {
        for (std::string_view const ending :
             {absent ? "Empty" : "Unsupported", absent ? "Unsupported" : "Empty"})
            for (auto const index : type.constructors)
                if (schema_.combinators()[index].name.ends_with(ending))
                    return &schema_.combinators()[index];
        return nullptr;
    }
    bool boxed(const type_info& type, const source_value& from)
    {
        auto const before = out_.size();
        if (auto const* line = same(*from.line);
            line && !line->is_function && &schema_.type_of(*line) == &type) {
            id(line->id);
            if (fields(*line, &from))
                return true;
            out_.resize(before);
        }
        auto const* line = stand_in(type);
        if (!line)
            return false;
        id(line->id);
        return fields(*line, &from);
    }

    /// What a required field holds that the source does not have.
    bool fallback(const type_expr& type)
    {
        switch (type.kind) {
        case type_kind::nat:
        case type_kind::int32:
            number(std::int32_t{0});
            return true;
        case type_kind::int53:
        case type_kind::int64:
            number(std::int64_t{0});
            return true;
        case type_kind::float64:
            number(0.0);
            return true;
        case type_kind::string:
        case type_kind::bytes:
            string({});
            return true;
        case type_kind::int128:
            out_.resize(out_.size() + 16);
            return true;
        case type_kind::int256:
            out_.resize(out_.size() + 32);
            return true;
        case type_kind::boolean:
            id(bool_false_id);
            return true;
        case type_kind::true_:
            return true;
        case type_kind::vector:
            id(vector_id);
            [[fallthrough]];
        case type_kind::bare_vector:
            id(0);
            return true;
        case type_kind::bare:
            return fields(schema_.combinators()[type.index], nullptr);
        case type_kind::boxed: {
            auto const& info = schema_.types()[type.index];
            auto const* line = stand_in(info, true);
            if (!line)
                line = &schema_.combinators()[info.constructors.front()];
            id(line->id);
            return fields(*line, nullptr);
        }
        default:
            return false;
        }
    }

    static const source_value* field(const source_value* from, std::string_view name)
    {
        if (from)
            for (std::size_t i = 0; i < from->items.size(); ++i)
                if (from->line->params[i].name == name)
                    return from->items[i].present ? &from->items[i] : nullptr;
        return nullptr;
    }

    bool fields(const combinator& line, const source_value* from)
    {
        if (depth_ == reader::default_max_depth)
            return false;
        ++depth_;
        bool const ok = write_fields(line, from);
        --depth_;
        return ok;
    }
    bool write_fields(const combinator& line, const source_value* from)
    {
        // First the fields that may be absent, aside, since whether they can be expressed decides about their
        // flag.
        std::vector<std::uint32_t> words(line.params.size());
        std::vector<std::vector<std::byte>> written(line.params.size());
        std::vector<bool> has(line.params.size());
        for (std::size_t i = 0; i < line.params.size(); ++i) {
            auto const& p = line.params[i];
            auto const* given = p.when && !p.flag_word ? field(from, p.name) : nullptr;
            if (!given)
                continue;
            std::vector<std::byte> aside;
            target_writer to(schema_, aside);
            to.depth_ = depth_;
            if (!to.value(p.type, *given))
                continue;
            words[p.when->field] |= 1u << p.when->bit;
            written[i] = std::move(aside);
            has[i] = true;
        }
        for (std::size_t i = 0; i < line.params.size(); ++i) {
            auto const& p = line.params[i];
            if (p.flag_word) {
                id(words[i]);
            } else if (!p.when) {
                auto const* given = field(from, p.name);
                auto const before = out_.size();
                if (given && value(p.type, *given))
                    continue;
                out_.resize(before);
                // What is there but cannot be said makes the whole wrong; what is not there has a default.
                // Numbers that do not fit (an id of 64 bits for a program that knows 32) become 0.
                bool const said = given && (given->line || given->kind == type_kind::object);
                if (said || !fallback(p.type))
                    return false;
            } else if (has[i]) {
                raw(written[i]);
            } else if ((words[p.when->field] >> p.when->bit & 1u) != 0 && p.type.kind != type_kind::true_) {
                // Another field with the same flag is present.
                if (!fallback(p.type))
                    return false;
            }
        }
        return true;
    }

    const schema& schema_;
    std::vector<std::byte>& out_;
    int depth_ = 0;
};

} // namespace mtproto::tl::schema::detail
