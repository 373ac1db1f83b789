// Looks up every name of a schema and checks what the grammar cannot.
#pragma once

#include "mtproto/tl/schema/canonical.hpp"
#include "mtproto/tl/schema/detail/declarations.hpp"
#include "mtproto/tl/schema/model.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mtproto::tl::schema::detail {

struct builtin_name
{
    std::string_view name;
    type_kind kind;
};

// Types that a declaration may use without a declaration of them.
inline constexpr builtin_name builtin_types[] = {
    {"int", type_kind::int32},
    {"int32", type_kind::int32},
    {"int53", type_kind::int53},
    {"long", type_kind::int64},
    {"int64", type_kind::int64},
    {"double", type_kind::float64},
    {"string", type_kind::string},
    {"bytes", type_kind::bytes},
    {"secureString", type_kind::string},
    {"secureBytes", type_kind::bytes},
    {"int128", type_kind::int128},
    {"int256", type_kind::int256},
    {"Bool", type_kind::boolean},
    {"true", type_kind::true_},
    {"Vector", type_kind::vector},
    {"vector", type_kind::bare_vector},
    {"Object", type_kind::object},
    {"Type", type_kind::type},
};

class resolver
{
public:
    resolver(storage& data, problem& problem) : data_(data), problem_(problem) {}

    bool resolve()
    {
        for (auto const& [name, kind] : builtin_types)
            names_.emplace(name, entry{kind, 0});
        data_.constructors_by_id.reserve(data_.constructor_count);
        data_.functions_by_id.reserve(data_.combinators.size() - data_.constructor_count);
        if (!enter_constructors() || !enter_functions())
            return false;
        for (auto& line : data_.combinators)
            if (!resolve(line))
                return false;
        return enter_ids();
    }

private:
    struct entry
    {
        type_kind kind;
        std::uint32_t index;
    };

    bool fail(std::size_t offset, std::string sentence)
    {
        problem_ = {offset, std::move(sentence)};
        return false;
    }
    std::string line_of(std::size_t offset) const
    {
        return "line " + std::to_string(position_of(data_.text, offset).line);
    }

    static bool is_builtin(const combinator& line)
    {
        if (line.builtin) // declared with `?`
            return true;
        if (line.name == "boolTrue" || line.name == "boolFalse")
            return line.result.name == "Bool";
        if (line.params.size() == 1 && line.params[0].name.empty() &&
            line.params[0].type.kind == type_kind::repeat)
            return true; // int128 4*[ int ] = Int128
        auto const found = std::find_if(std::begin(builtin_types), std::end(builtin_types),
                                        [&](auto const& b) { return b.name == line.name; });
        return found != std::end(builtin_types) && (line.params.empty() || line.name == "vector");
    }

    // 64 of `int512 16*[ int ] = Int512`, 0 of other lines.
    static std::uint32_t fixed_size(const combinator& line)
    {
        if (!line.builtin || line.params.size() != 1 || line.params.front().type.kind != type_kind::repeat)
            return 0;
        auto const& repeat = line.params.front().type;
        if (repeat.args.size() != 1)
            return 0;
        auto const& element = repeat.args.front().name;
        std::uint32_t const size = element == "int" || element == "int32"    ? 4
                                   : element == "long" || element == "int64" ? 8
                                                                             : 0;
        std::uint32_t count = 0;
        std::from_chars(repeat.name.data(), repeat.name.data() + repeat.name.size(), count);
        return count <= 1024 ? count * size : 0;
    }

    bool enter_constructors()
    {
        std::vector<std::vector<std::uint32_t>> members;
        data_.constructors.reserve(data_.constructor_count);
        for (std::uint32_t i = 0; i != data_.constructor_count; ++i) {
            auto& line = data_.combinators[i];
            line.builtin = is_builtin(line);
            if (auto const [first, fresh] = data_.constructors.emplace(line.name, i); !fresh)
                return fail(line.offset, "the constructor " + std::string(line.name) +
                                             " was already declared at " +
                                             line_of(data_.combinators[first->second].offset));
            auto const& result = line.result;
            if (!is_type_name(result.name) || result.percent || result.bang)
                return fail(result.offset,
                            "the result of a constructor is a type, whose name begins with a capital "
                            "letter, not '" +
                                std::string(result.name) + '\'');
            auto const arity = static_cast<std::uint32_t>(result.args.size());
            auto const [type, fresh] =
                data_.types_by_name.emplace(result.name, static_cast<std::uint32_t>(data_.types.size()));
            if (fresh) {
                data_.types.push_back({result.name, {}, arity});
                members.emplace_back();
            } else if (data_.types[type->second].arity != arity)
                return fail(result.offset, "another constructor of " + std::string(result.name) +
                                               " gives it " +
                                               std::to_string(data_.types[type->second].arity) +
                                               " arguments, not " + std::to_string(arity));
            line.type_index = type->second;
            members[type->second].push_back(i);
            if (auto const size = fixed_size(line); size != 0)
                names_.try_emplace(line.name, entry{type_kind::fixed, size}); // not int128 and int256
            else if (line.builtin)
                names_.try_emplace(line.name, entry{type_kind::bare, i});
            else
                names_.insert_or_assign(line.name, entry{type_kind::bare, i});
            own_bytes_ |= line.name == "bytes";
        }
        for (std::uint32_t i = 0; i != members.size(); ++i) {
            data_.types[i].constructors = keep(members[i]);
            names_.try_emplace(data_.types[i].name, entry{type_kind::boxed, i});
        }
        return true;
    }

    bool enter_functions()
    {
        data_.functions.reserve(data_.combinators.size() - data_.constructor_count);
        for (auto i = data_.constructor_count; i != data_.combinators.size(); ++i) {
            auto const& line = data_.combinators[i];
            if (line.builtin)
                return fail(line.offset,
                            "'?' declares a built-in type, " + std::string(line.name) + " is a function");
            if (auto const [first, fresh] = data_.functions.emplace(line.name, static_cast<std::uint32_t>(i));
                !fresh)
                return fail(line.offset, "the function " + std::string(line.name) +
                                             " was already declared at " +
                                             line_of(data_.combinators[first->second].offset));
        }
        return true;
    }

    bool enter_ids()
    {
        for (std::uint32_t i = 0; i != data_.combinators.size(); ++i) {
            auto& line = data_.combinators[i];
            if (!line.id_given) {
                line.own_bytes = own_bytes_;
                line.id = computed_id(line);
            }
            auto& ids = line.is_function ? data_.functions_by_id : data_.constructors_by_id;
            auto const [first, fresh] = ids.emplace(line.id, i);
            if (fresh)
                continue;
            // Programs name a function anew under the id of another; the id is that of the line it fits.
            auto const& other = data_.combinators[first->second];
            bool const alias =
                line.is_function && (computed_id(line) == line.id) != (computed_id(other) == line.id);
            if (!alias)
                return fail(line.offset, std::string(line.name) + " has the id of " +
                                             std::string(other.name) + " at " + line_of(other.offset));
            if (computed_id(line) == line.id)
                first->second = i;
        }
        return true;
    }

    bool resolve(combinator& line)
    {
        line_ = &line;
        for (auto& p : writable(line.params)) {
            if (!resolve(p.type))
                return false;
            if (p.type.kind == type_kind::nat && p.name.starts_with("flags"))
                p.flag_word = true;
            if (p.type.kind == type_kind::true_ && !p.when && !line.builtin)
                return fail(p.type.offset,
                            "'true' takes no bytes and must be conditional, as in flags.0?true");
        }
        return resolve(line.result);
    }

    bool resolve(type_expr& type)
    {
        for (auto& arg : writable(type.args))
            if (!resolve(arg))
                return false;
        if (type.kind == type_kind::nat || type.kind == type_kind::repeat || type.kind == type_kind::number)
            return true;
        auto const& variables = line_->variables;
        if (std::find(variables.begin(), variables.end(), type.name) != variables.end()) {
            type.kind = type_kind::variable;
            return true;
        }
        if (type.bang)
            return fail(type.offset, "'!' needs a type variable, " + std::string(type.name) +
                                         " is none: declare {" + std::string(type.name) + ":Type}");
        auto const found = names_.find(type.name);
        if (found == names_.end())
            return fail(type.offset, "unknown type " + std::string(type.name));
        type.kind = found->second.kind;
        type.index = found->second.index;
        std::size_t arity = 0;
        if (type.kind == type_kind::vector || type.kind == type_kind::bare_vector)
            arity = 1;
        else if (type.kind == type_kind::boxed)
            arity = data_.types[type.index].arity;
        else if (type.kind == type_kind::bare)
            arity = data_.combinators[type.index].result.args.size();
        if (type.args.size() != arity)
            return fail(type.offset, std::string(type.name) + " takes " + std::to_string(arity) +
                                         (arity == 1 ? " argument, not " : " arguments, not ") +
                                         std::to_string(type.args.size()));
        return !type.percent || make_bare(type);
    }

    // %Type is its only constructor without the id.
    bool make_bare(type_expr& type)
    {
        if (type.kind == type_kind::vector)
            type.kind = type_kind::bare_vector;
        if (type.kind != type_kind::boxed)
            return true;
        auto const& info = data_.types[type.index];
        if (info.constructors.size() != 1)
            return fail(type.offset, "%" + std::string(type.name) + " needs a type with one constructor, " +
                                         std::string(type.name) + " has " +
                                         std::to_string(info.constructors.size()));
        type.kind = type_kind::bare;
        type.index = info.constructors.front();
        return true;
    }

    static bool is_type_name(std::string_view name)
    {
        auto const local = name.substr(name.rfind('.') + 1);
        return !local.empty() && local.front() >= 'A' && local.front() <= 'Z';
    }

    template <class T>
    std::span<const T> keep(const std::vector<T>& items)
    {
        auto* const memory = static_cast<T*>(data_.memory.allocate(items.size() * sizeof(T), alignof(T)));
        std::copy(items.begin(), items.end(), memory);
        return {memory, items.size()};
    }

    // The lists lie in the storage's own memory, which is ours to fill until parse() returns.
    template <class T>
    static std::span<T> writable(std::span<const T> items)
    {
        return {const_cast<T*>(items.data()), items.size()};
    }

    storage& data_;
    problem& problem_;
    std::unordered_map<std::string_view, entry> names_;
    const combinator* line_ = nullptr;
    bool own_bytes_ = false;
};

} // namespace mtproto::tl::schema::detail
