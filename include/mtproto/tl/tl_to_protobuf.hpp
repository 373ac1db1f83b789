// TL bytes to protobuf bytes, without values in between: one algorithm over the field lists.
#pragma once

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/protobuf_plan.hpp"
#include "mtproto/tl/protobuf_text.hpp"
#include "mtproto/tl/protobuf_writer.hpp"

namespace mtproto::tl {

// Nodes are ordinary function templates over shapes, so that a program can declare them `extern`, see decode.hpp.
/// One boxed value as the content of its TypeX message.
template <class T>
bool boxed_to_protobuf(reader& from, protobuf_writer& to);
/// The fields of a constructor as the content of its PredX or ReqX message.
template <aggregate T>
bool fields_to_protobuf(reader& from, protobuf_writer& to);

namespace detail {

inline bool read_vector_count(reader& from, bool bare, std::size_t smallest, std::uint32_t& count)
{
    return from.vector(count, smallest, bare);
}

// Numbers one after another, packed.
template <class Number, class Put>
bool packed_to_protobuf(reader& from, protobuf_writer& to, const protobuf_entry& entry, std::uint32_t count, Put put)
{
    if (count == 0)
        return true;
    auto const start = to.begin(entry.number);
    for (std::uint32_t i = 0; i < count; ++i) {
        Number value{};
        if constexpr (std::same_as<Number, bool>) {
            if (!read_bool(from, value)) [[unlikely]]
                return false;
        } else {
            from.number(value); // the count was checked
        }
        put(value);
    }
    to.end(start);
    return true;
}

inline void empty_vector_to_protobuf(protobuf_writer& to, const protobuf_entry& entry, std::uint32_t count)
{
    if (count == 0 && entry.conditional()) [[unlikely]]
        to.number_field(empty_vectors_number, entry.number);
}

inline bool numbers_to_protobuf(reader& from, protobuf_writer& to, const protobuf_entry& entry)
{
    std::size_t const smallest = entry.kind == protobuf_kind::int64s || entry.kind == protobuf_kind::reals ? 8 : 4;
    std::uint32_t count{};
    if (!read_vector_count(from, entry.bare, smallest, count)) [[unlikely]]
        return false;
    empty_vector_to_protobuf(to, entry, count);
    switch (entry.kind) {
    case protobuf_kind::int32s:
        return packed_to_protobuf<std::int32_t>(from, to, entry, count, [&](std::int32_t value) {
            to.varint(static_cast<std::uint64_t>(std::int64_t{value}));
        });
    case protobuf_kind::int64s:
        return packed_to_protobuf<std::int64_t>(from, to, entry, count, [&](std::int64_t value) {
            to.varint(static_cast<std::uint64_t>(value));
        });
    case protobuf_kind::reals:
        return packed_to_protobuf<std::uint64_t>(from, to, entry, count, [&](std::uint64_t value) { to.fixed64(value); });
    default:
        return packed_to_protobuf<bool>(from, to, entry, count, [&](bool value) { to.varint(value); });
    }
}

inline bool strings_to_protobuf(reader& from, protobuf_writer& to, const protobuf_entry& entry)
{
    std::uint32_t count{};
    if (!read_vector_count(from, entry.bare, 4, count)) [[unlikely]]
        return false;
    empty_vector_to_protobuf(to, entry, count);
    for (std::uint32_t i = 0; i < count; ++i) {
        bytes_view value;
        if (!from.string(value)) [[unlikely]]
            return false;
        if (entry.kind == protobuf_kind::texts)
            text_to_protobuf(to, entry.number, i, value);
        else
            to.bytes_field(entry.number, value);
    }
    return true;
}

/// One field that is no message.
inline bool plain_to_protobuf(reader& from, protobuf_writer& to, const protobuf_entry& entry)
{
    bool const keep = entry.conditional();
    switch (entry.kind) {
    case protobuf_kind::int32: {
        std::int32_t value{};
        if (!from.number(value)) [[unlikely]]
            return false;
        if (value != 0 || keep)
            to.number_field(entry.number, static_cast<std::uint64_t>(std::int64_t{value}));
        return true;
    }
    case protobuf_kind::uint32: {
        std::uint32_t value{};
        if (!from.number(value)) [[unlikely]]
            return false;
        if (value != 0 || keep)
            to.number_field(entry.number, value);
        return true;
    }
    case protobuf_kind::int64: {
        std::int64_t value{};
        if (!from.number(value)) [[unlikely]]
            return false;
        if (value != 0 || keep)
            to.number_field(entry.number, static_cast<std::uint64_t>(value));
        return true;
    }
    case protobuf_kind::real: {
        std::uint64_t bits{};
        if (!from.number(bits)) [[unlikely]]
            return false;
        if (bits != 0 || keep) // by bits: -0 is not the default
            to.fixed64_field(entry.number, bits);
        return true;
    }
    case protobuf_kind::boolean: {
        bool value{};
        if (!read_bool(from, value)) [[unlikely]]
            return false;
        if (value || keep)
            to.number_field(entry.number, value);
        return true;
    }
    case protobuf_kind::text:
    case protobuf_kind::blob: {
        bytes_view value;
        if (!from.string(value)) [[unlikely]]
            return false;
        if (value.empty() && !keep)
            return true;
        if (entry.kind == protobuf_kind::text)
            text_to_protobuf(to, entry.number, 0, value);
        else
            to.bytes_field(entry.number, value);
        return true;
    }
    case protobuf_kind::opaque:
    case protobuf_kind::rest: {
        bytes_view value;
        if (!from.raw(entry.kind == protobuf_kind::opaque ? entry.size : from.left(), value)) [[unlikely]]
            return false;
        to.bytes_field(entry.number, value);
        return true;
    }
    case protobuf_kind::int32s:
    case protobuf_kind::int64s:
    case protobuf_kind::reals:
    case protobuf_kind::booleans:
        return numbers_to_protobuf(from, to, entry);
    case protobuf_kind::texts:
    case protobuf_kind::blobs:
        return strings_to_protobuf(from, to, entry);
    default:
        return true;
    }
}

inline bool is_present(const protobuf_entry& entry, const std::uint32_t* words) noexcept
{
    return !entry.conditional() || (words[entry.flag / 32] >> entry.flag % 32 & 1u) != 0;
}

/// A constructor on its way: what is between its messages is written by code that all types share.
class fields_writer
{
public:
    fields_writer(reader& from, protobuf_writer& to, const protobuf_plan& plan) noexcept
        : from_(from), to_(to), next_(plan.entries), end_(plan.entries + plan.count)
    {
    }

    enum class step
    {
        absent,
        present,
        failed,
    };
    /// Writes what is before `entry`, which is a message or several, and says whether it is there; a message is begun.
    [[gnu::noinline]] step advance(const protobuf_entry* entry)
    {
        if (!run(entry)) [[unlikely]]
            return step::failed;
        next_ = entry + 1;
        if (!is_present(*entry, words_))
            return step::absent;
        if (entry->kind == protobuf_kind::message)
            start_ = to_.begin(entry->number);
        return step::present;
    }
    /// Ends the message that advance() began.
    void end() { to_.end(start_); }
    bool finish() { return run(end_); }

private:
    [[gnu::noinline]] bool run(const protobuf_entry* last)
    {
        for (; next_ != last; ++next_) {
            if (next_->kind == protobuf_kind::flags) {
                if (!from_.number(words_[next_->flag])) [[unlikely]]
                    return false;
            } else if (next_->kind == protobuf_kind::flag) {
                if (is_present(*next_, words_))
                    to_.number_field(next_->number, 1);
            } else if (is_present(*next_, words_)) {
                if (!plain_to_protobuf(from_, to_, *next_)) [[unlikely]]
                    return false;
            }
        }
        return true;
    }

    reader& from_;
    protobuf_writer& to_;
    const protobuf_entry* next_;
    const protobuf_entry* end_;
    std::uint32_t words_[max_flag_words] = {};
    std::size_t start_ = 0;
};

/// The content of a message that stands for one value.
template <class M, class Wire>
[[gnu::always_inline]] inline bool value_to_protobuf(reader& from, protobuf_writer& to);

template <class M, class Wire>
bool messages_to_protobuf(reader& from, protobuf_writer& to, const protobuf_entry& entry)
{
    using element = typename content<typename M::element>::type;
    std::uint32_t count{};
    if (!read_vector_count(from, entry.bare, 4, count)) [[unlikely]]
        return false;
    empty_vector_to_protobuf(to, entry, count);
    for (std::uint32_t i = 0; i < count; ++i) {
        auto const start = to.begin(entry.number);
        if (!value_to_protobuf<element, element_wire_t<Wire>>(from, to)) [[unlikely]]
            return false;
        to.end(start);
    }
    return true;
}

template <class M, class Wire>
[[gnu::always_inline]] inline bool value_to_protobuf(reader& from, protobuf_writer& to)
{
    if constexpr (protobuf_custom<M>)
        return M::to_protobuf(from, to);
    else if constexpr (kind<M> == protobuf_kind::messages)
        return messages_to_protobuf<M, Wire>(from, to, value_entry<M, Wire>);
    else if constexpr (is_plain(kind<M>))
        return plain_to_protobuf(from, to, value_entry<M, Wire>);
    else if constexpr (std::same_as<Wire, wire::bare>)
        return fields_to_protobuf<M>(from, to);
    else
        return boxed_to_protobuf<M>(from, to);
}

/// A field that is a message or several, with what lies before it; others are left to the next one.
template <class Traits>
[[gnu::always_inline]] inline bool message_to_protobuf(reader& from, protobuf_writer& to, fields_writer& fields,
                                                       const protobuf_entry* entry)
{
    if constexpr (!Traits::plain) {
        using member = typename Traits::member;
        using wire = typename Traits::wire;
        auto const step = fields.advance(entry);
        if (step != fields_writer::step::present)
            return step == fields_writer::step::absent;
        if constexpr (Traits::entry.kind == protobuf_kind::messages) {
            return messages_to_protobuf<member, wire>(from, to, *entry);
        } else {
            if (!value_to_protobuf<member, wire>(from, to)) [[unlikely]]
                return false;
            fields.end();
        }
    }
    return true;
}

template <class... Entries>
[[gnu::always_inline]] inline bool list_to_protobuf(reader& from, protobuf_writer& to, const protobuf_plan& plan,
                                                    field_list<Entries...>)
{
    fields_writer fields(from, to, plan);
    auto const* entry = plan.entries;
    return (message_to_protobuf<entry_traits<Entries>>(from, to, fields, entry++) && ...) && fields.finish();
}

/// A constructor all of whose fields are plain: nothing of it is compiled for its type.
[[gnu::noinline]] inline bool plain_fields_to_protobuf(reader& from, protobuf_writer& to, const protobuf_plan& plan)
{
    return fields_writer(from, to, plan).finish();
}
[[gnu::noinline]] inline bool plain_choice_to_protobuf(reader& from, protobuf_writer& to, std::uint32_t number,
                                                       const protobuf_plan& plan)
{
    from.id();
    auto const start = to.begin(number);
    bool const ok = plain_fields_to_protobuf(from, to, plan);
    to.end(start);
    return ok;
}

/// The constructor A of a boxed type, its id still to be read, as number `number` of the oneof.
template <class A>
[[gnu::always_inline]] inline bool choice_to_protobuf(reader& from, protobuf_writer& to, std::uint32_t number)
{
    if constexpr (all_plain<typename A::tl_fields>) {
        return plain_choice_to_protobuf(from, to, number, protobuf_plan_of<A>);
    } else {
        from.id();
        auto const start = to.begin(number);
        bool const ok = fields_to_protobuf<A>(from, to);
        to.end(start);
        return ok;
    }
}

} // namespace detail

template <aggregate T>
bool fields_to_protobuf(reader& from, protobuf_writer& to)
{
    if constexpr (detail::all_plain<typename T::tl_fields>) {
        return detail::plain_fields_to_protobuf(from, to, protobuf_plan_of<T>);
    } else {
        if (!from.enter()) [[unlikely]]
            return false;
        bool const ok = detail::list_to_protobuf(from, to, protobuf_plan_of<T>, typename T::tl_fields{});
        from.leave();
        return ok;
    }
}

template <class T>
bool boxed_to_protobuf(reader& from, protobuf_writer& to)
{
    auto const id = from.peek_id();
    bool ok = false;
    if constexpr (variant_type<T>)
        ok = T::tl_select(id, [&]<class A>(std::type_identity<A>) {
            return detail::choice_to_protobuf<A>(from, to, detail::choices<T>.number_of(A::tl_id));
        });
    else if (id == T::tl_id)
        ok = detail::choice_to_protobuf<T>(from, to, detail::choices<T>.numbers[0]);
    if (!ok && from.ok()) [[unlikely]] // no constructor took it
        return from.fail(from.left() < 4 ? errc::truncated : errc::unknown_constructor, id);
    return ok;
}

} // namespace mtproto::tl
