#include "text.hpp"

namespace gen {

std::string literal(std::string_view text, std::string_view indent, std::size_t width)
{
    std::string out;
    auto const room = width - indent.size() - 3;
    do {
        auto piece = text.substr(0, room);
        if (piece.size() < text.size())
            if (auto const space = piece.rfind(' '); space != std::string_view::npos)
                piece = piece.substr(0, space + 1);
        out += out.empty() ? "\"" : "\n" + std::string(indent) + '"';
        for (char const c : piece) {
            if (c == '"' || c == '\\')
                out += '\\';
            out += c;
        }
        out += '"';
        text.remove_prefix(piece.size());
    } while (!text.empty());
    return out;
}

std::string list(std::string_view head, const std::vector<std::string>& items, std::string_view tail,
                 std::string_view indent, std::size_t width)
{
    std::string one_line(head);
    for (std::size_t i = 0; i != items.size(); ++i)
        one_line += (i != 0 ? ", " : "") + items[i];
    one_line += tail;
    if (one_line.size() <= width)
        return one_line + '\n';
    std::string out(head);
    for (std::size_t i = 0; i != items.size(); ++i)
        out += '\n' + std::string(indent) + items[i] + (i + 1 != items.size() ? "," : "");
    return out + std::string(tail) + '\n';
}

} // namespace gen
