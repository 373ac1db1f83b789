// Which fields must live on the heap: those that close a cycle of types, and those that are large.
#pragma once

#include "mtproto/tl/schema/model.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gen {

namespace schema = mtproto::tl::schema;

/// Sizes of the generated types on a 64-bit machine with libstdc++, and what is boxed to keep them finite and
/// small.
///
/// Vectors break cycles, optionals do not. Of each group of types that contain each other, the fewest fields
/// are boxed. Then an optional of more than 64 bytes is boxed, and any other field of more than 256.
class layout
{
public:
    explicit layout(const schema::schema& from);

    bool boxed(const schema::combinator& line, const schema::param& param) const
    {
        return boxed_[index(line)][static_cast<std::size_t>(&param - line.params.data())];
    }
    /// Whether it is a vector of values that may hold the constructor itself. The member must have no initializer: clang asks
    /// whether the constructor has a default while its type is still incomplete, and `{}` would need all of it.
    bool holds_itself(const schema::combinator& line, const schema::param& param) const;
    /// Bytes that a value of the constructor or boxed type takes.
    std::size_t size(const schema::combinator& line) { return of(line).size; }
    std::size_t size(const schema::type_info& type) { return of(type).size; }
    /// How many fields are boxed to break cycles, by the name of their type.
    const std::map<std::string, int>& cycles() const noexcept { return cycles_; }

private:
    struct extent
    {
        std::size_t size = 0;
        std::size_t align = 1;
    };
    std::size_t index(const schema::combinator& line) const
    {
        return static_cast<std::size_t>(&line - schema_.combinators().data());
    }
    void break_cycles();
    bool reaches(const schema::type_expr& type, std::size_t combinator, std::set<std::size_t>& seen) const;
    bool reaches(std::size_t from, std::size_t combinator, std::set<std::size_t>& seen) const;
    extent of(const schema::combinator& line);
    extent of(const schema::type_info& type);
    extent of(const schema::type_expr& type);

    schema::schema schema_;
    std::vector<std::vector<bool>> boxed_; // by combinator and parameter
    std::vector<extent> combinators_;      // size 0: not known yet
    std::vector<extent> types_;
    std::map<std::string, int> cycles_;
};

} // namespace gen
