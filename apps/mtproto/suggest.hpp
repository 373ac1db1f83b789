// "Did you mean ...?" for names typed by people.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtproto::apps {

/// How many letters to insert, remove, change or swap to get from one word to the other; case counts nothing.
inline std::size_t edit_distance(std::string_view a, std::string_view b)
{
    auto const lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::vector<std::size_t> two(b.size() + 1);
    std::vector<std::size_t> one(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        one[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            bool const same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({one[j] + 1, row[j - 1] + 1, one[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = std::min(row[j], two[j - 2] + 1);
        }
        std::swap(two, one);
        std::swap(one, row);
    }
    return one[b.size()];
}

/// The names nearest to `wanted`, best first, at most `count`; none that is far off. A name is as near as its
/// part behind the dot, so that `sendMesage` finds `messages.sendMessage`.
template <class Names>
std::vector<std::string_view> nearest(std::string_view wanted, const Names& names, std::size_t count = 4)
{
    std::vector<std::pair<std::size_t, std::string_view>> found;
    for (std::string_view const name : names) {
        auto distance = 2 * edit_distance(wanted, name);
        auto const dot = name.rfind('.');
        if (dot != name.npos && wanted.find('.') == wanted.npos)
            distance = std::min(distance, 2 * edit_distance(wanted, name.substr(dot + 1)) + 1);
        if (distance <= 2 * std::max<std::size_t>(1, wanted.size() / 3))
            found.emplace_back(distance, name);
    }
    // By distance, then by name. (std::stable_sort of libstdc++ 12 does not compile without a warning under
    // clang 19.)
    std::sort(found.begin(), found.end());
    std::vector<std::string_view> best;
    for (auto const& [distance, name] : found)
        if (distance <= found.front().first + 3 && best.size() < count &&
            std::find(best.begin(), best.end(), name) == best.end())
            best.push_back(name);
    return best;
}

/// "; did you mean a, b or c?", or nothing.
inline std::string did_you_mean(const std::vector<std::string_view>& names)
{
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += i == 0 ? "; did you mean " : i + 1 == names.size() ? " or "
                                                                   : ", ";
        text += names[i];
    }
    return text.empty() ? text : text + '?';
}

} // namespace mtproto::apps
