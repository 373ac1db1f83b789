// Protobuf bytes to TL bytes, without values in between: one algorithm over the field lists.
#pragma once

#include "mtproto/tl/protobuf_source.hpp"
#include "mtproto/tl/protobuf_text.hpp"
#include "mtproto/tl/variant.hpp"
#include "mtproto/tl/writer.hpp"

namespace mtproto::tl {

// Nodes, see tl_to_protobuf.hpp.
/// The content of a TypeX message as one boxed value.
template <class T>
bool boxed_from_protobuf(protobuf_source& in, bytes_view message, writer& to);
/// The content of a PredX or ReqX message as the fields of a constructor.
template <aggregate T>
bool fields_from_protobuf(protobuf_source& in, bytes_view message, writer& to);

namespace detail {

/// "TypeMessagesDialogs" of a declaration that ends in "= messages.Dialogs".
inline std::string message_name_of_type(std::string_view line)
{
    std::string name = "Type";
    bool upper = true;
    for (char const c : line.substr(line.rfind("= ") + 2)) {
        if (c == '.')
            upper = true;
        else
            name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        upper = c == '.';
    }
    return name;
}

[[gnu::noinline, gnu::cold]] inline bool not_set(protobuf_source& in, std::string_view line)
{
    return in.fail(errc::bad_argument, "is not set: choose one of " + message_name_of_type(line));
}

// Fields that share a flag are present together: a vector that is not is empty, anything else an error that names both.
[[gnu::noinline, gnu::cold]] inline bool not_together(protobuf_source& in, const protobuf_layout& at, std::uint32_t missing)
{
    std::string others;
    field_names names(at.plan.line);
    for (std::uint32_t i = 0; i < at.plan.count; ++i) {
        auto const name = names.next();
        auto const& entry = at.plan.entries[i];
        auto const& slot = at.slots[i];
        if (entry.kind != protobuf_kind::flags && entry.flag == at.plan.entries[missing].flag &&
            (entry.kind == protobuf_kind::flag ? slot.value != 0 : slot.present()))
            (others += others.empty() ? "" : ", ") += name;
    }
    in.fail(errc::bad_argument, "is not set, but " + others + " is: set all of them or none");
    return in.within(at.plan, missing);
}

inline bool flags_from_protobuf(protobuf_source& in, const protobuf_layout& at, int word, std::uint32_t& bits)
{
    bits = 0;
    for (std::uint32_t i = 0; i < at.plan.count; ++i) {
        auto const& entry = at.plan.entries[i];
        if (entry.kind == protobuf_kind::flags || !entry.conditional() || entry.flag / 32 != word)
            continue;
        auto const bit = 1u << entry.flag % 32;
        if (entry.kind == protobuf_kind::flag ? at.slots[i].value != 0 : at.slots[i].present()) {
            bits |= bit;
        }
    }
    for (std::uint32_t i = 0; i < at.plan.count; ++i) {
        auto const& entry = at.plan.entries[i];
        if (entry.kind == protobuf_kind::flags || !entry.conditional() || entry.flag / 32 != word)
            continue;
        if (entry.kind != protobuf_kind::flag && !is_repeated(entry.kind) && (bits >> entry.flag % 32 & 1u) != 0 &&
            !at.slots[i].present()) [[unlikely]]
            return not_together(in, at, i);
    }
    return true;
}

inline void put_vector_head(writer& to, const protobuf_entry& entry, std::uint32_t count)
{
    if (!entry.bare)
        to.id(vector_id);
    to.number(count);
}

inline void put_number(writer& to, protobuf_kind kind, std::uint64_t value)
{
    switch (kind) {
    case protobuf_kind::int32s:
        return to.number(static_cast<std::uint32_t>(value));
    case protobuf_kind::booleans:
        return to.id(value != 0 ? bool_true_id : bool_false_id);
    default:
        return to.number(value);
    }
}

inline bool numbers_from_protobuf(protobuf_source& in, const protobuf_layout& at, std::uint32_t index, writer& to)
{
    auto const& entry = at.plan.entries[index];
    auto const& slot = at.slots[index];
    put_vector_head(to, entry, slot.count);
    if (slot.count == 0)
        return true;
    // Packed and one by one, in any mixture.
    protobuf_reader from(at.message.subspan(slot.first, slot.last - slot.first));
    protobuf_field field;
    while (from.next(field)) {
        if (field.number != entry.number)
            continue;
        auto const single = entry.kind == protobuf_kind::reals ? protobuf_wire::fixed64 : protobuf_wire::varint;
        if (field.wire == single) {
            put_number(to, entry.kind, field.value);
        } else if (field.wire == protobuf_wire::length) {
            protobuf_reader packed(field.bytes);
            while (!packed.at_end()) {
                std::uint64_t value{};
                if (!(single == protobuf_wire::varint ? packed.varint(value) : packed.fixed64(value))) [[unlikely]]
                    return in.malformed();
                put_number(to, entry.kind, value);
            }
        }
    }
    return true;
}

inline bool text_from_protobuf(protobuf_source& in, bytes_view value, writer& to)
{
    if (!is_utf8(as_text(value))) [[unlikely]]
        return in.fail(errc::bad_argument, "is not UTF-8: its bytes belong into tl_raw_strings");
    to.string(value);
    return true;
}

struct raw_string
{
    std::uint64_t index;
    std::size_t place; // among the entries: the last one for an index counts
    bytes_view value;
};
[[gnu::cold]] inline std::vector<raw_string> raw_strings_of(const protobuf_layout& at, std::uint32_t number)
{
    std::vector<raw_string> all;
    protobuf_source::for_each_raw(at.message, [&](std::uint64_t field, std::uint64_t index, bytes_view value) {
        if (field == number)
            all.push_back({index, all.size(), value});
    });
    std::ranges::sort(all, [](const raw_string& a, const raw_string& b) {
        return a.index != b.index ? a.index < b.index : a.place < b.place;
    });
    return all;
}

inline bool strings_from_protobuf(protobuf_source& in, const protobuf_layout& at, std::uint32_t index, writer& to)
{
    auto const& entry = at.plan.entries[index];
    auto const count = at.slots[index].count;
    put_vector_head(to, entry, count);
    std::vector<raw_string> raw;
    if (at.raw_strings) [[unlikely]]
        raw = raw_strings_of(at, entry.number);
    auto next_raw = raw.begin();
    protobuf_elements elements(at, index);
    for (std::uint32_t i = 0; i < count; ++i) {
        auto value = elements.next();
        bool replaced = false;
        for (; next_raw != raw.end() && next_raw->index == i; ++next_raw) {
            value = next_raw->value;
            replaced = true;
        }
        if (entry.kind == protobuf_kind::blobs || replaced)
            to.string(value);
        else if (!text_from_protobuf(in, value, to)) [[unlikely]]
            return in.within_element(i);
    }
    return true;
}

inline bool opaque_from_protobuf(protobuf_source& in, const protobuf_entry& entry, bytes_view value, writer& to)
{
    static constexpr std::byte zeros[64]{};
    if (value.empty()) // the default of proto3
        value = {zeros, entry.size};
    if (value.size() != entry.size) [[unlikely]]
        return in.fail(errc::bad_argument, "must have " + std::to_string(entry.size) + " bytes");
    to.raw(value);
    return true;
}

/// One field that is no message and whose slot is filled.
inline bool plain_from_protobuf(protobuf_source& in, const protobuf_layout& at, std::uint32_t index, writer& to)
{
    auto const& entry = at.plan.entries[index];
    auto const& slot = at.slots[index];
    switch (entry.kind) {
    case protobuf_kind::int32:
    case protobuf_kind::uint32:
        to.number(static_cast<std::uint32_t>(slot.value));
        return true;
    case protobuf_kind::int64:
    case protobuf_kind::real:
        to.number(slot.value);
        return true;
    case protobuf_kind::boolean:
        to.id(slot.value != 0 ? bool_true_id : bool_false_id);
        return true;
    case protobuf_kind::text:
        if (at.raw_strings) [[unlikely]] {
            if (auto const raw = raw_strings_of(at, entry.number); !raw.empty()) {
                to.string(raw.back().value);
                return true;
            }
        }
        return text_from_protobuf(in, slot.bytes(), to);
    case protobuf_kind::blob:
        to.string(slot.bytes());
        return true;
    case protobuf_kind::opaque:
        return opaque_from_protobuf(in, entry, slot.bytes(), to);
    case protobuf_kind::rest:
        if (slot.bytes().size() % 4 != 0) [[unlikely]]
            return in.fail(errc::bad_argument, "is not serialized TL: its size is no multiple of 4");
        to.raw(slot.bytes());
        return true;
    case protobuf_kind::int32s:
    case protobuf_kind::int64s:
    case protobuf_kind::reals:
    case protobuf_kind::booleans:
        return numbers_from_protobuf(in, at, index, to);
    case protobuf_kind::texts:
    case protobuf_kind::blobs:
        return strings_from_protobuf(in, at, index, to);
    default:
        return true;
    }
}

inline bool is_wanted(const protobuf_entry& entry, const std::uint32_t* words) noexcept
{
    return !entry.conditional() || (words[entry.flag / 32] >> entry.flag % 32 & 1u) != 0;
}

/// A constructor on its way to TL: what is between its messages is written by code that all types share.
class fields_reader
{
public:
    /// `slots` has room for the plan's entries.
    fields_reader(protobuf_source& in, bytes_view message, const protobuf_plan& plan, protobuf_slot* slots, writer& to) noexcept
        : in_(in), at_{plan, message, slots}, to_(to)
    {
    }

    [[gnu::noinline]] bool start() { return in_.enter(to_.size()) && in_.scan(at_); }
    /// Writes what is before entry `index`, which is a message or several; whether that went well. `wanted` is whether
    /// it is there, `message` the bytes of a single one.
    [[gnu::noinline]] bool advance(std::uint32_t index, bool& wanted, bytes_view& message)
    {
        if (!run(index)) [[unlikely]]
            return false;
        next_ = index + 1;
        auto const& entry = at_.plan.entries[index];
        wanted = is_wanted(entry, words_);
        if (!wanted || entry.kind == protobuf_kind::messages)
            return true;
        return in_.merged(at_, index, message) || in_.within(at_.plan, index);
    }
    [[gnu::noinline]] bool finish()
    {
        if (!run(at_.plan.count)) [[unlikely]]
            return false;
        in_.leave();
        return true;
    }
    bool within(std::uint32_t index) { return in_.within(at_.plan, index); }
    const protobuf_layout& layout() const noexcept { return at_; }

private:
    bool run(std::uint32_t last)
    {
        for (; next_ != last; ++next_) {
            auto const& entry = at_.plan.entries[next_];
            if (entry.kind == protobuf_kind::flags) {
                if (!flags_from_protobuf(in_, at_, entry.flag, words_[entry.flag])) [[unlikely]]
                    return false;
                to_.number(words_[entry.flag]);
            } else if (entry.kind != protobuf_kind::flag && is_wanted(entry, words_)) {
                if (!plain_from_protobuf(in_, at_, next_, to_)) [[unlikely]]
                    return in_.within(at_.plan, next_);
            }
        }
        return true;
    }

    protobuf_source& in_;
    protobuf_layout at_;
    writer& to_;
    std::uint32_t next_ = 0;
    std::uint32_t words_[max_flag_words] = {};
};

/// A message that stands for one value.
template <class M, class Wire>
[[gnu::always_inline]] inline bool value_from_protobuf(protobuf_source& in, bytes_view message, writer& to);

template <class M, class Wire>
bool messages_from_protobuf(protobuf_source& in, const protobuf_layout& at, std::uint32_t index, writer& to)
{
    using element = typename content<typename M::element>::type;
    auto const count = at.slots[index].count;
    put_vector_head(to, at.plan.entries[index], count);
    protobuf_elements elements(at, index);
    for (std::uint32_t i = 0; i < count; ++i)
        if (!value_from_protobuf<element, element_wire_t<Wire>>(in, elements.next(), to)) [[unlikely]]
            return in.within_element(i);
    return true;
}

/// A vector or a plain value by itself: the field 1 of a message of its own.
template <class M, class Wire>
bool only_from_protobuf(protobuf_source& in, bytes_view message, writer& to)
{
    protobuf_slot slot;
    protobuf_layout at{value_plan<M, Wire>, message, &slot};
    if (!in.scan(at)) [[unlikely]]
        return false;
    bool ok = false;
    if constexpr (kind<M> == protobuf_kind::messages)
        ok = messages_from_protobuf<M, Wire>(in, at, 0, to);
    else
        ok = plain_from_protobuf(in, at, 0, to);
    return ok || in.within(at.plan, 0);
}

template <class M, class Wire>
[[gnu::always_inline]] inline bool value_from_protobuf(protobuf_source& in, bytes_view message, writer& to)
{
    if constexpr (protobuf_custom<M>)
        return M::from_protobuf(in, message, to);
    else if constexpr (kind<M> != protobuf_kind::message)
        return only_from_protobuf<M, Wire>(in, message, to);
    else if constexpr (std::same_as<Wire, wire::bare>)
        return fields_from_protobuf<M>(in, message, to);
    else
        return boxed_from_protobuf<M>(in, message, to);
}

/// A field that is a message or several, with what lies before it; others are left to the next one.
template <class Traits>
[[gnu::always_inline]] inline bool message_from_protobuf(protobuf_source& in, fields_reader& fields, std::uint32_t index, writer& to)
{
    if constexpr (!Traits::plain) {
        using member = typename Traits::member;
        using wire = typename Traits::wire;
        bool wanted = false;
        bytes_view message;
        if (!fields.advance(index, wanted, message)) [[unlikely]]
            return false;
        bool ok = true;
        if (wanted) {
            if constexpr (Traits::entry.kind == protobuf_kind::messages)
                ok = messages_from_protobuf<member, wire>(in, fields.layout(), index, to);
            else
                ok = value_from_protobuf<member, wire>(in, message, to);
        }
        return ok || fields.within(index);
    } else {
        return true;
    }
}

template <class... Entries>
[[gnu::always_inline]] inline bool list_from_protobuf(protobuf_source& in, fields_reader& fields, writer& to, field_list<Entries...>)
{
    std::uint32_t index = 0;
    return fields.start() && (message_from_protobuf<entry_traits<Entries>>(in, fields, index++, to) && ...) && fields.finish();
}

/// A constructor all of whose fields are plain: nothing of it is compiled for its type.
template <std::size_t MostEntries>
[[gnu::noinline]] bool plain_fields_from_protobuf(protobuf_source& in, bytes_view message, writer& to, const protobuf_plan& plan)
{
    protobuf_slot slots[MostEntries];
    fields_reader fields(in, message, plan, slots, to);
    return fields.start() && fields.finish();
}

} // namespace detail

template <aggregate T>
bool fields_from_protobuf(protobuf_source& in, bytes_view message, writer& to)
{
    constexpr auto count = T::tl_fields::size;
    if constexpr (detail::all_plain<typename T::tl_fields>) {
        static_assert(count <= 64);
        return detail::plain_fields_from_protobuf<count <= 8 ? 8 : 64>(in, message, to, protobuf_plan_of<T>);
    } else {
        protobuf_slot slots[count];
        detail::fields_reader fields(in, message, protobuf_plan_of<T>, slots, to);
        return detail::list_from_protobuf(in, fields, to, typename T::tl_fields{});
    }
}

template <class T>
bool boxed_from_protobuf(protobuf_source& in, bytes_view message, writer& to)
{
    auto const& choices = protobuf_choices_of<T>;
    std::uint32_t chosen{};
    bytes_view content;
    if (!in.choose(message, choices, chosen, content)) [[unlikely]]
        return false;
    if constexpr (variant_type<T>) {
        if (chosen == choices.count) [[unlikely]]
            return detail::not_set(in, choices.line);
        auto const id = choices.ids[chosen];
        to.id(id);
        return T::tl_select(id, [&]<class A>(std::type_identity<A>) { return fields_from_protobuf<A>(in, content, to); });
    } else {
        // Not set is as good as empty: there is but one.
        to.id(T::tl_id);
        return fields_from_protobuf<T>(in, content, to);
    }
}

} // namespace mtproto::tl
