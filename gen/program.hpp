// A schema with everything that the emitters need to know about it.
#pragma once

#include "layout.hpp"
#include "names.hpp"

#include "mtproto/tl/schema/model.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gen {

struct options
{
    std::string root;           ///< "mtproto::api"
    std::string include_prefix; ///< "mtproto/api" in #include lines; empty: relative to the file
    std::string links;          ///< "https://core.telegram.org": doc comments link to its pages
    int layer = 0;
    bool instantiations = false; ///< whether there is a library of ready instantiations
};

/// What is generated: files by their path below the output folder.
using files = std::map<std::string, std::string>;

class program
{
public:
    program(schema::schema from, options opts);

    const schema::schema& schema() const noexcept { return schema_; }
    const gen::names& names() const noexcept { return names_; }
    gen::layout& layout() noexcept { return layout_; }
    const gen::layout& layout() const noexcept { return layout_; }
    const options& opts() const noexcept { return opts_; }

    /// Whether a declaration becomes a struct: all but built-in ones that nobody refers to as boxed types.
    bool emitted(const schema::combinator& line) const;
    /// Whether a type becomes a class or an alias.
    bool emitted(const schema::type_info& type) const;
    /// A type with one constructor is an alias of it.
    static bool single(const schema::type_info& type) { return type.constructors.size() == 1; }

    /// The C++ type of a value: "::mtproto::tl::vector<S, std::int32_t>". Throws failure where there is none.
    std::string cpp_type(const schema::type_expr& type) const;
    /// Its tag where the C++ type does not say how it stands on the wire, else empty.
    std::string wire(const schema::type_expr& type) const;
    /// The type of a member, with its optional and its box.
    std::string member_type(const schema::combinator& line, const schema::param& param) const;
    /// "S" and the type variables: "S, X".
    static std::string arguments(const schema::combinator& line);
    /// "class S, class X"
    static std::string parameters(const schema::combinator& line);
    /// A boxed type's parameters are those of its first constructor.
    const schema::combinator& first_of(const schema::type_info& type) const
    {
        return schema_.combinators()[type.constructors.front()];
    }

    /// The file, without folder and extension, for what lies in a TL namespace: "messages", "core".
    static std::string file_stem(std::string_view name_space);
    /// `#include` of a generated file, written in another one.
    std::string include(const std::string& path, const std::string& in) const;

private:
    [[noreturn]] void unsupported(const schema::type_expr& type, const std::string& what) const;
    void check(const schema::combinator& line) const;

    schema::schema schema_;
    options opts_;
    gen::names names_;
    gen::layout layout_;
    std::set<std::uint32_t> boxed_builtins_; // types whose built-in constructors are used with their ids
};

// The emitters, one file each.
void emit_forward(const program& from, files& out);
void emit_types(const program& from, files& out);
void emit_methods(const program& from, files& out);
void emit_instantiations(const program& from, files& out);
void emit_umbrella(const program& from, files& out);
void emit_schema_text(const program& from, files& out);
/// The C++ names of all constructors and methods, one a line, templates given tl::object.
std::string emit_list(const program& from);

/// Everything for one output folder.
files emit_all(const program& from);

} // namespace gen
