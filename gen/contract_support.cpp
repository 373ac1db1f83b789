// The messages and the service that no schema has, and the order of everything.
#include "contract_builder.hpp"
#include "failure.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

namespace gen {

namespace {

proto_field field(std::string name, std::uint32_t number, proto_type type, std::string comment = {})
{
    proto_field out;
    out.name = std::move(name);
    out.number = number;
    out.type = type;
    out.comment = std::move(comment);
    return out;
}

proto_field repeated(proto_field one)
{
    one.repeated = true;
    return one;
}

proto_field of(std::string message, proto_field one)
{
    one.message = std::move(message);
    return one;
}

proto_message fixed(std::string name, std::string file, std::string comment, std::vector<proto_field> fields)
{
    proto_message out;
    out.name = std::move(name);
    out.file = std::move(file);
    out.comment = std::move(comment);
    out.fields = std::move(fields);
    out.fixed = true;
    return out;
}

} // namespace

void contract_builder::add_support()
{
    using enum proto_type;
    add(fixed("RawString", "mtproto/types.proto",
              "A string that is not UTF-8: its field shows U+FFFD where it is not, this has the bytes. In a "
              "request it replaces the field's value.",
              {field("field", 1, uint32, "the number of the field"),
               field("index", 2, uint32, "of the element, if the field is repeated"),
               field("value", 3, bytes)}),
        "the bytes of a string", 0);
}

void contract_builder::add_updates()
{
    using enum proto_type;
    constexpr auto file = "mtproto/updates.proto";
    for (auto const* type : {"TypeUpdate", "TypeUser", "TypeChat"})
        if (out_.find(type) == nullptr)
            return; // another kind of schema
    add(fixed(
            "ListenRequest", file, "What to listen to.",
            {field("cursor", 1, string, "of the last update that was handled; empty: from now on"),
             repeated(field("kinds", 2, string, "constructors of Update, as updateNewMessage; empty: all"))}),
        "what to listen to", 0);
    add(fixed("Update", file, "An update, with the users and chats that it speaks of.",
              {field("cursor", 1, string, "the place in the stream, for a ListenRequest after a disconnect"),
               of("TypeUpdate", field("update", 2, message)),
               repeated(of("TypeUser", field("users", 3, message))),
               repeated(of("TypeChat", field("chats", 4, message))),
               field("reset", 5, boolean, "what came between is lost: read the dialogs anew"),
               repeated(field("reset_channels", 6, int64, "the same, of these channels only"))}),
        "an update on its way", 0);
    proto_service service;
    service.name = "UpdateStreamer";
    service.file = file;
    service.comment = "What happens to the account, as it happens. https://core.telegram.org/api/updates";
    proto_rpc rpc;
    rpc.name = "ListenOnUpdates";
    rpc.request = "ListenRequest";
    rpc.result = "Update";
    rpc.streaming = true;
    service.rpcs.push_back(rpc);
    out_.services.push_back(std::move(service));
}

// By file; in it what is written by hand, then types with their constructors in the schema's order, then the
// rest by name.
void contract_builder::sort()
{
    auto const place = [&](const proto_message& message) {
        auto const& all = from_.schema();
        std::size_t group = message.fixed ? 0 : 3, type = 0;
        std::ptrdiff_t position = -1;
        if (message.type != nullptr) {
            group = 1;
            type = static_cast<std::size_t>(message.type - all.types().data());
        } else if (message.line != nullptr && !message.line->is_function) {
            group = 1;
            type = message.line->type_index;
            position = message.line - all.combinators().data();
        } else if (message.line != nullptr) {
            group = 2;
        }
        return std::tuple(std::string_view(message.file), group, type, position,
                          std::string_view(message.name));
    };
    std::sort(out_.messages.begin(), out_.messages.end(),
              [&](const auto& a, const auto& b) { return place(a) < place(b); });
    out_.by_name.clear();
    for (std::size_t i = 0; i != out_.messages.size(); ++i)
        out_.by_name.emplace(out_.messages[i].name, i);
}

std::string proto_field::meaning() const
{
    static constexpr std::string_view names[] = {"", "double", "", "int64", "", "int32", "", "",
                                                 "bool", "string", "", "message", "bytes", "uint32"};
    auto const text =
        type == proto_type::message ? message : std::string(names[static_cast<std::size_t>(type)]);
    return repeated ? "repeated " + text : text;
}

const proto_message* contract::find(std::string_view name) const
{
    auto const found = by_name.find(name);
    return found == by_name.end() ? nullptr : &messages[found->second];
}

proto_message* contract::find(std::string_view name)
{
    auto const found = by_name.find(name);
    return found == by_name.end() ? nullptr : &messages[found->second];
}

std::vector<std::pair<std::string, std::vector<std::string>>> contract::files_in_order() const
{
    std::map<std::string, std::set<std::string>> imports;
    auto const uses = [&](const std::string& file, const std::string& name) {
        if (auto const* used = find(name); used != nullptr && used->file != file)
            imports[file].insert(used->file);
    };
    for (auto const& message : messages) {
        imports[message.file];
        for (auto const& field : message.fields)
            if (field.type == proto_type::message)
                uses(message.file, field.message);
    }
    for (auto const& service : services) {
        imports[service.file];
        for (auto const& rpc : service.rpcs) {
            uses(service.file, rpc.request);
            uses(service.file, rpc.result);
        }
    }
    std::vector<std::pair<std::string, std::vector<std::string>>> order;
    std::map<std::string, int> state; // 1: being visited, 2: done
    std::function<void(const std::string&)> const visit = [&](const std::string& file) {
        if (state[file] == 2)
            return;
        if (state[file] == 1)
            throw failure("the contract's " + file + " would import itself");
        state[file] = 1;
        for (auto const& other : imports[file])
            visit(other);
        state[file] = 2;
        order.emplace_back(file, std::vector(imports[file].begin(), imports[file].end()));
    };
    for (auto const& [file, others] : imports)
        visit(file);
    return order;
}

} // namespace gen
