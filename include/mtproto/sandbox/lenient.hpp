// What Telegram's servers forgive in a request.
#pragma once

#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/schema/model.hpp"
#include "mtproto/tl/schema/transcode.hpp"
#include "mtproto/tl/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::sandbox {

namespace detail {

/// The InputUser or InputChannel that says the same as an InputPeer: same fields, another number.
inline const tl::schema::combinator* without_peer(const tl::schema::schema& layer, std::string_view wanted,
                                                  const tl::schema::combinator& given)
{
    static constexpr std::string_view peer = "inputPeer";
    if (!given.name.starts_with(peer))
        return nullptr;
    auto const rest = std::string(given.name.substr(peer.size()));
    auto const kind = wanted == "InputUser" ? std::string("inputUser") : std::string("inputChannel");
    // inputPeerUser is inputUser, inputPeerSelf is inputUserSelf.
    for (auto const& name : {"input" + rest, kind + rest})
        if (auto const* found = layer.find_constructor(name); found && found->result.name == wanted)
            return found;
    return nullptr;
}

/// Walks the fields of a request.
class peer_corrector
{
public:
    peer_corrector(const tl::schema::schema& layer, std::span<std::byte> query) : layer_(layer), query_(query), in_(query) {}

    void run(const tl::schema::combinator& method)
    {
        (void)in_.id();
        std::vector<std::uint32_t> words(method.params.size());
        for (std::size_t i = 0; i < method.params.size() && in_.ok(); ++i) {
            auto const& p = method.params[i];
            if (p.flag_word)
                words[i] = in_.peek_id();
            if (!p.when || (words[p.when->field] >> p.when->bit & 1u) != 0)
                value(p.type);
        }
    }

private:
    void value(const tl::schema::type_expr& type)
    {
        if (type.kind == tl::schema::type_kind::vector) {
            std::uint32_t count{};
            if (in_.expect(tl::vector_id) && in_.count(count, 4))
                for (std::uint32_t i = 0; i < count && in_.ok(); ++i)
                    value(type.args.front());
            return;
        }
        if (type.kind == tl::schema::type_kind::boxed && (type.name == "InputUser" || type.name == "InputChannel"))
            if (auto const* given = layer_.find(in_.peek_id()))
                if (auto const* meant = without_peer(layer_, type.name, *given))
                    tl::store(query_.data() + (query_.size() - in_.left()), meant->id);
        tl::schema::detail::source_value skipped;
        (void)tl::schema::detail::source_reader(layer_, in_).value(type, skipped);
    }

    const tl::schema::schema& layer_;
    std::span<std::byte> query_;
    tl::reader in_;
};

} // namespace detail

/// Puts an InputUser or InputChannel where a request has an InputPeer in its place: servers take one for the other, and clients
/// (Pyrogram and its descendants) rely on it. A query that cannot be read is left as it is, for others to refuse.
inline void accept_input_peers(const tl::schema::schema& layer, const tl::schema::combinator& method, std::span<std::byte> query)
{
    for (auto const& p : method.params) {
        auto const* type = &p.type;
        while (type->kind == tl::schema::type_kind::vector)
            type = &type->args.front();
        if (type->name == "InputUser" || type->name == "InputChannel")
            return detail::peer_corrector(layer, query).run(method);
    }
}

} // namespace mtproto::sandbox
