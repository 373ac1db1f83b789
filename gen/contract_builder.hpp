// Builds the contract, a message at a time.
#pragma once

#include "contract.hpp"

#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace gen {

class contract_builder
{
public:
    explicit contract_builder(const program& from) : from_(from) {}

    contract build();

private:
    [[noreturn]] void fail(std::uint32_t offset, const std::string& sentence) const;
    /// Adds a message, or returns nullptr if the same thing added it before. `origin` says in words what it
    /// is made of.
    proto_message* add(proto_message message, const std::string& origin, std::uint32_t offset);
    void check_fields(const proto_message& message, std::uint32_t offset) const;

    /// The part of a message's name that stands for a type: "VectorInt", "MessagesMessages".
    static std::string type_name(const schema::type_expr& type);
    static std::string arguments_text(std::span<const schema::type_expr> args);
    /// A type as a field: its kind, its message, whether it repeats.
    proto_field value_of(const schema::type_expr& type);
    /// The message that holds nothing but a value: TypeInt, TypeVectorUser. Returns its name, as the next
    /// ones.
    std::string wrapper(const schema::type_expr& type);
    std::string boxed(const schema::type_expr& type);
    std::string boxed(const schema::type_info& info, std::span<const schema::type_expr> args);
    std::string bare(const schema::type_expr& type);
    std::string constructor(const schema::combinator& line, std::span<const schema::type_expr> args);
    std::string result_of(const schema::combinator& line);

    /// The message of a constructor or a method, without file and link.
    proto_message members(const schema::combinator& line, std::string name);
    static void add_extras(proto_message& message);
    /// The type with the variables of the constructor at hand replaced.
    schema::type_expr substituted(const schema::type_expr& type);

    void add_methods();
    void add_support(); ///< RawString
    void add_updates(); ///< UpdateStreamer and its messages, if the schema has updates
    void sort();

    const program& from_;
    contract out_;
    std::map<std::string, std::string> origins_; // message, what it was made from
    std::map<std::string_view, const schema::type_expr*> variables_;
    std::deque<std::vector<schema::type_expr>> arguments_; // what substituted types point to
};

} // namespace gen
