// Graph algorithms on small numbered nodes.
#pragma once

#include <cstddef>
#include <vector>

namespace gen {

struct edge
{
    std::size_t from = 0;
    std::size_t to = 0;
    long weight = 1;
};

/// The groups of nodes that reach each other; a node alone is a group of one.
std::vector<std::vector<std::size_t>> strong_components(std::size_t nodes, const std::vector<edge>& edges);

/// Edges, by index, whose removal leaves no cycle, of the least weight: exact for groups of up to 18 nodes,
/// a good guess for larger ones. The same answer for the same input.
std::vector<std::size_t> feedback_edges(std::size_t nodes, const std::vector<edge>& edges);

} // namespace gen
