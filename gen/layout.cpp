#include "layout.hpp"

#include "cycles.hpp"

#include <algorithm>
#include <utility>

namespace gen {

namespace {

using schema::type_kind;

constexpr std::size_t most_in_optional = 64;
constexpr std::size_t most_in_field = 256;

constexpr std::size_t round_up(std::size_t size, std::size_t align)
{
    return (size + align - 1) / align * align;
}

} // namespace

layout::layout(const schema::schema& from) : schema_(from)
{
    for (auto const& line : schema_.combinators())
        boxed_.emplace_back(line.params.size());
    combinators_.resize(schema_.combinators().size());
    types_.resize(schema_.types().size());
    break_cycles();
    for (auto const& line : schema_.combinators())
        of(line);
}

void layout::break_cycles()
{
    // A node for each boxed type; one more for a constructor of several that is used bare.
    auto nodes = schema_.types().size();
    std::map<std::uint32_t, std::size_t> bare_nodes;
    auto const node_of = [&](std::uint32_t constructor) {
        auto const found = bare_nodes.find(constructor);
        return found != bare_nodes.end() ? found->second : schema_.combinators()[constructor].type_index;
    };
    auto const each_by_value = [](const schema::type_expr& type, auto& self, auto&& f) -> void {
        if (type.kind == type_kind::vector || type.kind == type_kind::bare_vector)
            return;
        f(type);
        for (auto const& arg : type.args)
            self(arg, self, f);
    };
    for (auto const& line : schema_.combinators())
        for (auto const& param : line.params)
            each_by_value(param.type, each_by_value, [&](const schema::type_expr& type) {
                if (type.kind != type_kind::bare)
                    return;
                auto const& target = schema_.combinators()[type.index];
                if (schema_.type_of(target).constructors.size() > 1 &&
                    bare_nodes.emplace(type.index, nodes).second)
                    ++nodes;
            });

    std::vector<edge> edges;
    std::vector<std::pair<std::size_t, std::size_t>> fields; // of an edge: combinator, parameter
    for (std::size_t i = 0; i != schema_.constructors().size(); ++i) {
        auto const& line = schema_.combinators()[i];
        auto const from = node_of(static_cast<std::uint32_t>(i));
        if (from != line.type_index) { // a type always holds its constructors
            edges.push_back({line.type_index, from, 1'000'000});
            fields.emplace_back(0, 0);
        }
        if (line.builtin)
            continue;
        for (std::size_t p = 0; p != line.params.size(); ++p)
            each_by_value(line.params[p].type, each_by_value, [&](const schema::type_expr& type) {
                if (type.kind != type_kind::boxed && type.kind != type_kind::bare)
                    return;
                edges.push_back({from, type.kind == type_kind::boxed ? type.index : node_of(type.index)});
                fields.emplace_back(i, p);
            });
    }
    for (auto const i : feedback_edges(nodes, edges)) {
        auto const [combinator, param] = fields[i];
        auto const& type = schema_.combinators()[combinator].params[param].type;
        boxed_[combinator][param] = true;
        ++cycles_[std::string(type.name)];
    }
}

bool layout::holds_itself(const schema::combinator& line, const schema::param& param) const
{
    bool const vector = param.type.kind == type_kind::vector || param.type.kind == type_kind::bare_vector;
    if (!vector || param.when)
        return false;
    std::set<std::size_t> seen;
    return reaches(param.type.args.front(), index(line), seen);
}

// Whether a value of the type can have one of the constructor in it, not on the heap.
bool layout::reaches(const schema::type_expr& type, std::size_t combinator, std::set<std::size_t>& seen) const
{
    if (type.kind == type_kind::bare)
        return reaches(type.index, combinator, seen);
    if (type.kind != type_kind::boxed)
        return false;
    auto const& constructors = schema_.types()[type.index].constructors;
    return std::any_of(constructors.begin(), constructors.end(), [&](std::size_t i) { return reaches(i, combinator, seen); });
}

bool layout::reaches(std::size_t from, std::size_t combinator, std::set<std::size_t>& seen) const
{
    if (from == combinator)
        return true;
    if (!seen.insert(from).second)
        return false;
    auto const& params = schema_.combinators()[from].params;
    for (std::size_t p = 0; p != params.size(); ++p)
        if (!boxed_[from][p] && reaches(params[p].type, combinator, seen))
            return true;
    return false;
}

layout::extent layout::of(const schema::type_expr& type)
{
    switch (type.kind) {
    case type_kind::nat:
    case type_kind::int32:
        return {4, 4};
    case type_kind::int53:
    case type_kind::int64:
    case type_kind::float64:
        return {8, 8};
    case type_kind::string:
        return {32, 8};
    case type_kind::bytes:
        return {24, 8};
    case type_kind::int128:
        return {16, 1};
    case type_kind::int256:
        return {32, 1};
    case type_kind::boolean:
    case type_kind::true_:
        return {1, 1};
    case type_kind::vector:
    case type_kind::bare_vector:
        return type.args.front().kind == type_kind::boolean ? extent{40, 8} : extent{24, 8};
    case type_kind::object:
        return {24, 8};
    case type_kind::boxed:
        return of(schema_.types()[type.index]);
    case type_kind::bare:
        return of(schema_.combinators()[type.index]);
    case type_kind::fixed:
        return {type.index, 1};
    case type_kind::variable: // not known: as a pointer
    case type_kind::repeat:
    case type_kind::number:
    case type_kind::type:
        break;
    }
    return {8, 8};
}

layout::extent layout::of(const schema::type_info& type)
{
    auto& known = types_[static_cast<std::size_t>(&type - schema_.types().data())];
    if (known.size != 0)
        return known;
    extent largest;
    for (auto const i : type.constructors) {
        auto const one = of(schema_.combinators()[i]);
        largest.size = std::max(largest.size, one.size);
        largest.align = std::max(largest.align, one.align);
    }
    // Groups of at most 11, each level with an index behind the largest alternative.
    for (auto count = type.constructors.size(); count > 1; count = (count + 10) / 11)
        largest.size = round_up(largest.size + 1, largest.align);
    return known = largest;
}

layout::extent layout::of(const schema::combinator& line)
{
    auto const at = index(line);
    if (combinators_[at].size != 0)
        return combinators_[at];
    extent whole;
    for (std::size_t p = 0; p != line.params.size(); ++p) {
        auto const& param = line.params[p];
        if (param.flag_word || line.builtin)
            continue;
        extent one{8, 8};
        if (!boxed_[at][p]) {
            one = of(param.type);
            bool const optional = param.when && param.type.kind != type_kind::true_;
            if (optional)
                one.size = round_up(one.size + 1, one.align);
            bool const composite = param.type.kind == type_kind::boxed || param.type.kind == type_kind::bare;
            if (composite && one.size > (optional ? most_in_optional : most_in_field)) {
                boxed_[at][p] = true;
                one = {8, 8};
            }
        }
        whole.size = round_up(whole.size, one.align) + one.size;
        whole.align = std::max(whole.align, one.align);
    }
    whole.size = std::max<std::size_t>(1, round_up(whole.size, whole.align));
    return combinators_[at] = whole;
}

} // namespace gen
