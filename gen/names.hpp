// C++ names of what a schema declares: TL's spelling, a trailing underscore where C++ minds.
#pragma once

#include "mtproto/tl/schema/model.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gen {

namespace schema = mtproto::tl::schema;

/// A name and the namespace, below the schema's own, that it lies in.
struct cpp_name
{
    std::string scope; ///< "messages", "a::b", or empty
    std::string local; ///< "sendMessage"

    /// "messages::sendMessage"
    std::string path() const { return scope.empty() ? local : scope + "::" + local; }
};

/// All names of one schema. Throws failure if two declarations would share one.
class names
{
public:
    names(const schema::schema& from, std::string root);

    /// The namespace that everything is generated into: "mtproto::api".
    const std::string& root() const noexcept { return root_; }
    const cpp_name& of(const schema::combinator& line) const { return combinators_[index(line)]; }
    const cpp_name& of(const schema::type_info& type) const { return types_[type_index(type)]; }
    /// The member for a parameter of a declaration.
    std::string field(const schema::combinator& line, const schema::param& param) const;
    /// The template parameter for a type variable.
    static std::string variable(std::string_view name);
    /// "::mtproto::api::raw::messages::sendMessage"
    std::string raw(const cpp_name& name) const { return "::" + root_ + "::raw::" + name.path(); }

private:
    std::size_t index(const schema::combinator& line) const
    {
        return static_cast<std::size_t>(&line - schema_.combinators().data());
    }
    std::size_t type_index(const schema::type_info& type) const
    {
        return static_cast<std::size_t>(&type - schema_.types().data());
    }
    void collect_scopes();
    void check_fields(const schema::combinator& line) const;
    cpp_name mangled(std::string_view tl_name) const;
    bool take(const cpp_name& name, std::string_view tl_name, std::uint32_t offset, bool must);

    schema::schema schema_;
    std::string root_;
    std::set<std::string> scopes_; // namespaces that exist: "messages", "a", "a::b"
    std::vector<cpp_name> combinators_;
    std::vector<cpp_name> types_;
    struct taken
    {
        std::string tl_name;
        std::uint32_t offset;
    };
    std::map<std::string, taken> taken_;
};

} // namespace gen
