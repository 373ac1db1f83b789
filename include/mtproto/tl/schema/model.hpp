// A parsed TL schema: constructors, functions, types and how to find them.
#pragma once

#include "mtproto/tl/schema/lexer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mtproto::tl::schema {

/// What a type expression stands for. What a value of it looks like in bytes:
/// https://core.telegram.org/mtproto/serialize
enum class type_kind : std::uint8_t
{
    nat,         ///< `#`: 32 unsigned bits, flags or a count
    int32,       ///< `int`, `int32`
    int53,       ///< `int53`: TDLib's, a long that fits a double
    int64,       ///< `long`, `int64`
    float64,     ///< `double`
    string,      ///< `string`: any bytes, text by convention
    bytes,       ///< `bytes`: the same on the wire
    int128,      ///< 16 bytes
    int256,      ///< 32 bytes
    boolean,     ///< `Bool`: 4 bytes, boolTrue or boolFalse
    true_,       ///< `true`: no bytes, only ever conditional
    vector,      ///< `Vector<t>`: vector's id, count, elements; one argument
    bare_vector, ///< `vector<t>`, `%Vector<t>`: count, elements; one argument
    variable,    ///< a type variable of the declaration, `X` of {X:Type}
    object,      ///< `Object`: any boxed value
    boxed,       ///< a declared type; `index` is that of schema::types()
    bare,        ///< a constructor without its id; `index` is that of schema::combinators()
    fixed,       ///< any other number of the form `int512 16*[ int ]`; `index` is its size in bytes
    repeat,      ///< `4*[ int ]`, `[ t ]`: the arguments, repeated
    number,      ///< a number given to a type, `Tuple int 3`
    type,        ///< the word `Type`, the type of a type variable
};

/// A type as a declaration uses it.
struct type_expr
{
    std::string_view name; ///< as written, without `%`, `!` and arguments; of a repeat: how often, or empty
    std::span<const type_expr> args;
    std::uint32_t offset = 0; ///< where it begins in schema::text()
    std::uint32_t index = 0;  ///< of a boxed, bare or fixed kind, see there
    type_kind kind = type_kind::boxed;
    bool percent = false; ///< written with `%`
    bool bang = false;    ///< `!X`: the parameter is a function whose result is X
    bool angled = false;  ///< arguments were written in angle brackets
};

/// `flags.3?`: the parameter is there if bit 3 of the parameter `flags` is set.
struct condition
{
    std::uint32_t field = 0; ///< index of the `#` parameter in combinator::params
    std::uint32_t bit = 0;   ///< 0..31
};

/// A parameter of a declaration, in the order of the schema.
struct param
{
    std::string_view name; ///< empty in the rare declarations that leave it out
    type_expr type;
    std::optional<condition> when;
    std::uint32_t offset = 0;
    bool flag_word = false; ///< a `#` that conditions refer to, or whose name begins with `flags`
};

/// A constructor or a function: one declaration.
struct combinator
{
    std::string_view name;                       ///< with its namespace: `messages.sendMessage`
    std::span<const std::string_view> variables; ///< X of {X:Type}
    std::span<const param> params;
    type_expr result;
    std::string_view source; ///< the declaration as written, without the semicolon
    std::uint32_t offset = 0;
    std::uint32_t id = 0;
    std::uint32_t type_index = 0; ///< of a constructor: its type in schema::types()
    bool id_given = false;        ///< false: the id was computed from the line
    bool own_bytes =
        false; ///< its computed id keeps the word `bytes`, as TDLib has it where `bytes` is declared
    bool is_function = false;
    bool builtin =
        false; ///< `int ? = Int`, `vector`, `boolTrue`, `true`: known to every program, nothing to generate

    /// `messages` of `messages.sendMessage`, empty where there is none.
    constexpr std::string_view name_space() const noexcept
    {
        auto const dot = name.rfind('.');
        return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
    }
    /// `sendMessage` of `messages.sendMessage`.
    constexpr std::string_view local_name() const noexcept { return name.substr(name.rfind('.') + 1); }
};

/// A boxed type: the constructors that have it as their result.
struct type_info
{
    std::string_view name;
    std::span<const std::uint32_t>
        constructors;        ///< indices into schema::combinators(), in the schema's order
    std::uint32_t arity = 0; ///< how many arguments it takes, 1 for Vector

    constexpr std::string_view name_space() const noexcept
    {
        auto const dot = name.rfind('.');
        return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
    }
    constexpr std::string_view local_name() const noexcept { return name.substr(name.rfind('.') + 1); }
};

namespace detail {

// Everything that views point into; immutable once the parser is done.
struct storage
{
    std::string text;
    std::string file;
    std::pmr::monotonic_buffer_resource memory{1 << 16};
    std::vector<combinator> combinators;
    std::vector<type_info> types;
    std::unordered_map<std::uint32_t, std::uint32_t> constructors_by_id;
    std::unordered_map<std::uint32_t, std::uint32_t> functions_by_id;
    std::unordered_map<std::string_view, std::uint32_t> constructors;
    std::unordered_map<std::string_view, std::uint32_t> functions;
    std::unordered_map<std::string_view, std::uint32_t> types_by_name;
    std::size_t constructor_count = 0;
    int layer = 0;
};

} // namespace detail

/// A whole schema, checked. Made by parse().
///
/// A handle: copies are cheap and share the same immutable data, which lives as long as any of them; views
/// and pointers handed out live as long. Safe to read from many threads.
class schema
{
public:
    /// An empty schema.
    schema() : data_(std::make_shared<detail::storage>()) {}
    explicit schema(std::shared_ptr<const detail::storage> data) noexcept : data_(std::move(data)) {}

    /// All declarations, constructors first, each part in the order of the text.
    std::span<const combinator> combinators() const noexcept { return data_->combinators; }
    std::span<const combinator> constructors() const noexcept
    {
        return combinators().first(data_->constructor_count);
    }
    std::span<const combinator> functions() const noexcept
    {
        return combinators().subspan(data_->constructor_count);
    }
    /// All boxed types, in the order of their first constructors.
    std::span<const type_info> types() const noexcept { return data_->types; }

    /// The constructor or else the function with that id, or nullptr.
    const combinator* find(std::uint32_t id) const noexcept
    {
        auto const* const constructor = find_constructor(id);
        return constructor != nullptr ? constructor : find_function(id);
    }
    const combinator* find_constructor(std::uint32_t id) const noexcept
    {
        return at(data_->constructors_by_id, id);
    }
    const combinator* find_function(std::uint32_t id) const noexcept
    {
        return at(data_->functions_by_id, id);
    }
    const combinator* find_constructor(std::string_view name) const noexcept
    {
        return at(data_->constructors, name);
    }
    const combinator* find_function(std::string_view name) const noexcept
    {
        return at(data_->functions, name);
    }
    const type_info* find_type(std::string_view name) const noexcept
    {
        auto const found = data_->types_by_name.find(name);
        return found == data_->types_by_name.end() ? nullptr : &data_->types[found->second];
    }
    const type_info& type_of(const combinator& constructor) const noexcept
    {
        return data_->types[constructor.type_index];
    }

    /// The number of its `// LAYER n` line, 0 if it has none.
    int layer() const noexcept { return data_->layer; }
    /// The text it was made from.
    std::string_view text() const noexcept { return data_->text; }
    /// The name that messages call it by.
    const std::string& file() const noexcept { return data_->file; }
    position where(std::size_t offset) const noexcept { return position_of(text(), offset); }
    /// "api.tl:12:3", as messages begin.
    std::string location(std::size_t offset) const
    {
        auto const [line, column] = where(offset);
        return file() + ':' + std::to_string(line) + ':' + std::to_string(column);
    }

private:
    template <class Map, class Key>
    const combinator* at(const Map& map, Key key) const noexcept
    {
        auto const found = map.find(key);
        return found == map.end() ? nullptr : &data_->combinators[found->second];
    }

    std::shared_ptr<const detail::storage> data_;
};

} // namespace mtproto::tl::schema
