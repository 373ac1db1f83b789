#include "cycles.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace gen {

namespace {

using matrix = std::vector<std::vector<long>>; // weight of all edges from a node to another

// Tarjan's algorithm, without recursion.
struct tarjan
{
    const std::vector<std::vector<std::size_t>>& next;
    std::vector<std::size_t> order, low, stack;
    std::vector<bool> on_stack;
    std::vector<std::vector<std::size_t>> groups;
    std::size_t counter = 0;

    void visit(std::size_t root)
    {
        struct frame
        {
            std::size_t node, edge;
        };
        std::vector<frame> frames{{root, 0}};
        while (!frames.empty()) {
            auto& [node, edge] = frames.back();
            if (edge == 0) {
                order[node] = low[node] = ++counter;
                stack.push_back(node);
                on_stack[node] = true;
            }
            if (edge < next[node].size()) {
                auto const to = next[node][edge++];
                if (order[to] == 0)
                    frames.push_back({to, 0});
                else if (on_stack[to])
                    low[node] = std::min(low[node], order[to]);
                continue;
            }
            auto const done = node;
            if (low[done] == order[done]) {
                auto& group = groups.emplace_back();
                do {
                    group.push_back(stack.back());
                    on_stack[stack.back()] = false;
                    stack.pop_back();
                } while (group.back() != done);
                std::sort(group.begin(), group.end());
            }
            frames.pop_back();
            if (!frames.empty())
                low[frames.back().node] = std::min(low[frames.back().node], low[done]);
        }
    }
};

// The order of nodes in which the edges that point backward weigh least, by dynamic programming over
// prefixes.
std::vector<std::size_t> exact_order(const matrix& weight)
{
    auto const n = weight.size();
    auto const full = std::size_t(1) << n;
    std::vector<long> cost(full, std::numeric_limits<long>::max());
    std::vector<std::uint8_t> last(full, 0);
    cost[0] = 0;
    for (std::size_t prefix = 0; prefix != full; ++prefix) {
        for (std::size_t node = 0; node != n; ++node) {
            if ((prefix >> node & 1) != 0)
                continue;
            long sum = cost[prefix];
            for (std::size_t before = 0; before != n; ++before)
                if ((prefix >> before & 1) != 0)
                    sum += weight[node][before];
            auto const grown = prefix | std::size_t(1) << node;
            if (sum < cost[grown]) {
                cost[grown] = sum;
                last[grown] = static_cast<std::uint8_t>(node);
            }
        }
    }
    std::vector<std::size_t> order;
    for (auto prefix = full - 1; prefix != 0; prefix ^= std::size_t(1) << last[prefix])
        order.push_back(last[prefix]);
    std::reverse(order.begin(), order.end());
    return order;
}

// Nodes by outgoing minus incoming weight, then each moved to its best place until nothing improves.
std::vector<std::size_t> good_order(const matrix& weight)
{
    auto const n = weight.size();
    std::vector<std::size_t> order, left(n);
    for (std::size_t i = 0; i != n; ++i)
        left[i] = i;
    while (!left.empty()) {
        auto best = left.begin();
        long best_score = std::numeric_limits<long>::min();
        for (auto node = left.begin(); node != left.end(); ++node) {
            long score = 0;
            for (auto const other : left)
                score += weight[*node][other] - weight[other][*node];
            if (score > best_score) {
                best = node;
                best_score = score;
            }
        }
        order.push_back(*best);
        left.erase(best);
    }
    for (bool improved = true; improved;) {
        improved = false;
        for (std::size_t from = 0; from != n; ++from) {
            auto const node = order[from];
            long gain = 0, best_gain = 0;
            auto best = from;
            for (auto to = from; to-- != 0;) { // to the front
                gain += weight[node][order[to]] - weight[order[to]][node];
                if (gain > best_gain) {
                    best_gain = gain;
                    best = to;
                }
            }
            gain = 0;
            for (auto to = from + 1; to != n; ++to) { // to the back
                gain += weight[order[to]][node] - weight[node][order[to]];
                if (gain > best_gain) {
                    best_gain = gain;
                    best = to;
                }
            }
            if (best == from)
                continue;
            order.erase(order.begin() + static_cast<std::ptrdiff_t>(from));
            order.insert(order.begin() + static_cast<std::ptrdiff_t>(best), node);
            improved = true;
        }
    }
    return order;
}

} // namespace

std::vector<std::vector<std::size_t>> strong_components(std::size_t nodes, const std::vector<edge>& edges)
{
    std::vector<std::vector<std::size_t>> next(nodes);
    for (auto const& e : edges)
        next[e.from].push_back(e.to);
    tarjan walk{next, std::vector<std::size_t>(nodes), std::vector<std::size_t>(nodes), {}, std::vector<bool>(nodes), {}};
    for (std::size_t node = 0; node != nodes; ++node)
        if (walk.order[node] == 0)
            walk.visit(node);
    return walk.groups;
}

std::vector<std::size_t> feedback_edges(std::size_t nodes, const std::vector<edge>& edges)
{
    constexpr std::size_t outside = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> result;
    for (auto const& group : strong_components(nodes, edges)) {
        std::vector<std::size_t> local(nodes, outside);
        for (std::size_t i = 0; i != group.size(); ++i)
            local[group[i]] = i;
        matrix weight(group.size(), std::vector<long>(group.size()));
        for (auto const& e : edges)
            if (local[e.from] != outside && local[e.to] != outside && e.from != e.to)
                weight[local[e.from]][local[e.to]] += e.weight;
        auto const order = group.size() <= 18 ? exact_order(weight) : good_order(weight);
        std::vector<std::size_t> place(group.size());
        for (std::size_t i = 0; i != order.size(); ++i)
            place[order[i]] = i;
        for (std::size_t i = 0; i != edges.size(); ++i) {
            auto const from = local[edges[i].from], to = local[edges[i].to];
            if (from != outside && to != outside && place[from] >= place[to])
                result.push_back(i);
        }
    }
    std::sort(result.begin(), result.end());
    return result;
}

} // namespace gen
