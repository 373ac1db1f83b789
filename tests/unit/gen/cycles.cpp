#include "cycles.hpp"

#include "catch.hpp"

#include <algorithm>

using gen::edge;

namespace {

// Whether no cycle is left without those edges.
bool broken(std::size_t nodes, std::vector<edge> edges, const std::vector<std::size_t>& removed)
{
    for (auto i = removed.rbegin(); i != removed.rend(); ++i)
        edges.erase(edges.begin() + static_cast<std::ptrdiff_t>(*i));
    auto const groups = gen::strong_components(nodes, edges);
    return std::all_of(groups.begin(), groups.end(), [](auto const& g) { return g.size() == 1; }) &&
           std::none_of(edges.begin(), edges.end(), [](auto const& e) { return e.from == e.to; });
}

} // namespace

TEST_CASE("groups of nodes that reach each other")
{
    auto const groups = gen::strong_components(5, {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}});
    CHECK(groups.size() == 3);
    CHECK(std::count(groups.begin(), groups.end(), std::vector<std::size_t>{0, 1, 2}) == 1);
}

TEST_CASE("the lightest edges are removed")
{
    CHECK(gen::feedback_edges(3, {{0, 1}, {1, 2}}).empty());
    CHECK(gen::feedback_edges(1, {{0, 0}}) == std::vector<std::size_t>{0});
    CHECK(gen::feedback_edges(2, {{0, 1, 5}, {1, 0, 2}}) == std::vector<std::size_t>{1});
    // Two cycles through one edge: that one goes.
    CHECK(gen::feedback_edges(4, {{0, 1}, {1, 2}, {2, 0}, {1, 3}, {3, 0}}) == std::vector<std::size_t>{0});
}

TEST_CASE("large groups are broken too")
{
    std::vector<edge> edges;
    constexpr std::size_t nodes = 40;
    unsigned seed = 1;
    for (int i = 0; i != 200; ++i) {
        seed = seed * 1103515245u + 12345u;
        auto const from = (seed >> 8) % nodes;
        seed = seed * 1103515245u + 12345u;
        edges.push_back({from, (seed >> 8) % nodes});
    }
    auto const removed = gen::feedback_edges(nodes, edges);
    CHECK(broken(nodes, edges, removed));
    CHECK(removed.size() < edges.size() / 2);
    CHECK(removed == gen::feedback_edges(nodes, edges));
}
