// The layers that clients may speak, and the way between them and the native one.
#pragma once

#include "mtproto/api/layer.hpp"
#include "mtproto/api/schema_text.hpp"
#include "mtproto/sandbox/lenient.hpp"
#include "mtproto/sandbox/methods/stand_in.hpp"
#include "mtproto/tl/schema/parser.hpp"
#include "mtproto/tl/schema/transcode.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mtproto::sandbox {

/// Schemas by layer. https://core.telegram.org/api/layers
class layer_book
{
public:
    layer_book() : native_(*tl::schema::parse_pieces(api::schema_text, "api.tl")) {}

    /// Fails with errc::bad_schema.
    result<> add(int layer, std::string text)
    {
        auto parsed = tl::schema::parse(std::move(text), "layer " + std::to_string(layer));
        if (!parsed)
            return parsed.error();
        others_.insert_or_assign(layer, std::move(*parsed));
        return {};
    }
    const tl::schema::schema& native() const noexcept { return native_; }

    /// The layer that a client of `layer` is served in: that one, else the nearest one that is known.
    int nearest(int layer) const noexcept
    {
        auto best = api::layer;
        for (auto const& [known, schema] : others_)
            if (layer != 0 && (known == layer || std::abs(layer - known) < std::abs(layer - best)))
                best = known;
        return best;
    }
    /// The schema of that layer.
    const tl::schema::schema& of(int layer) const noexcept
    {
        auto const found = others_.find(nearest(layer));
        return found == others_.end() ? native_ : found->second;
    }

    /// A call in the native layer. One that the layer has and the native one has not is returned as it is.
    result<bytes> to_native(const tl::schema::schema& from, tl::bytes_view query) const
    {
        auto const* method = from.find_function(tl::reader(query).peek_id());
        bytes asked(query.begin(), query.end());
        if (!method || !native_.find_function(method->name))
            return asked;
        accept_input_peers(from, *method, asked);
        if (&from == &native_)
            return asked;
        return tl::schema::transcode(from, native_, asked);
    }

    /// What older layers say in a field that has no successor of the same name: the message that is replied to.
    static std::optional<std::int32_t> old_reply_to(const tl::schema::schema& from, tl::bytes_view query)
    {
        tl::reader in(query);
        tl::schema::type_expr any;
        any.kind = tl::schema::type_kind::object;
        tl::schema::detail::source_value read;
        if (!tl::schema::detail::source_reader(from, in).value(any, read) || !read.line)
            return std::nullopt;
        for (std::size_t i = 0; i < read.items.size(); ++i)
            if (read.line->params[i].name == "reply_to_msg_id" && read.items[i].present && read.items[i].data.size() == 4)
                return tl::load<std::int32_t>(read.items[i].data.data());
        return std::nullopt;
    }

    /// The answer to `method` (as the native layer names it) for a client that has the schema `to`.
    result<bytes> to_client(const tl::schema::schema& to, std::uint32_t method, bytes native_answer) const
    {
        if (&to == &native_)
            return native_answer;
        auto const* ours = native_.find_function(method);
        auto const* theirs = ours ? to.find_function(ours->name) : nullptr;
        if (!theirs)
            return native_answer;
        if (theirs->result.kind != ours->result.kind || theirs->result.name != ours->result.name)
            return other_result(to, *theirs, std::move(native_answer));
        return tl::schema::transcode(native_, to, ours->result, native_answer);
    }

    /// Any boxed value, an Updates for instance.
    result<bytes> to_client(const tl::schema::schema& to, bytes value) const
    {
        if (&to == &native_)
            return value;
        return tl::schema::transcode(native_, to, value);
    }

private:
    // A few methods answered with Updates before these were wrapped; what else has changed its type gets an empty answer.
    result<bytes> other_result(const tl::schema::schema& to, const tl::schema::combinator& theirs, bytes native_answer) const
    {
        auto const id = tl::reader(native_answer).peek_id();
        auto const* made = native_.find_constructor(id);
        if (made && theirs.result.name == "Updates" && !made->params.empty() && made->params.front().name == "updates") {
            auto const trailing = made->params.size() == 1 ? 0 : 8; // messages.invitedUsers ends with an empty vector
            return to_client(to, bytes(native_answer.begin() + 4, native_answer.end() - trailing));
        }
        tl::writer empty;
        methods::detail::write_empty(to, theirs.result, empty, 6);
        auto const view = empty.view();
        return bytes(view.begin(), view.end());
    }

    tl::schema::schema native_;
    std::map<int, tl::schema::schema> others_;
};

} // namespace mtproto::sandbox
