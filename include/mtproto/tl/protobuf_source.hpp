// A protobuf message laid out by the plan of its type: where each field is, whatever their order.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/tl/names.hpp"
#include "mtproto/tl/protobuf_limits.hpp"
#include "mtproto/tl/protobuf_plan.hpp"
#include "mtproto/tl/protobuf_reader.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace mtproto::tl {

/// Where a field was found.
struct protobuf_slot
{
    union {
        std::uint64_t value;   ///< of a number: the last one
        const std::byte* data; ///< of a string or message: the last one
    };
    std::uint32_t size;  ///< in bytes, of a string or message
    std::uint32_t count; ///< how often it occurs; of repeated fields: elements
    std::uint32_t first; ///< where in the message the first occurrence begins
    std::uint32_t last;  ///< where the last one ends; not 0 for one that is present though it does not occur

    bool present() const noexcept { return count != 0 || last != 0; }
    bytes_view bytes() const noexcept { return count == 0 ? bytes_view{} : bytes_view{data, size}; }
};

/// A message with its fields found: one slot for each entry of the plan.
struct protobuf_layout
{
    const protobuf_plan& plan;
    bytes_view message;
    protobuf_slot* slots;
    bool raw_strings = false;   ///< there are strings that are not UTF-8
    bool empty_vectors = false; ///< there are conditional vectors that are present and empty
};

/// Reads messages, and remembers the first failure with the path to it.
class protobuf_source
{
public:
    explicit protobuf_source(bytes_view input, protobuf_limits limits = {}) noexcept
        : limits_(limits), merge_budget_(16 * input.size() + (std::size_t{1} << 20)), depth_left_(limits.depth)
    {
    }

    [[gnu::noinline, gnu::cold]] bool fail(errc why, std::string what)
    {
        if (failure_ == errc{}) {
            failure_ = why;
            what_ = std::move(what);
        }
        return false;
    }
    bool malformed() { return fail(errc::bad_argument, "is malformed protobuf"); }
    /// Puts the name of a field in front of the path to the failure.
    [[gnu::noinline, gnu::cold]] bool within(const protobuf_plan& plan, std::size_t entry)
    {
        if (plan.line)
            prepend(name_of_entry(plan.line, entry));
        else
            prepend(is_repeated(plan.entries[0].kind) ? "values" : "value");
        return false;
    }
    [[gnu::noinline, gnu::cold]] bool within_element(std::size_t index)
    {
        path_.insert(0, "[" + std::to_string(index) + "]");
        return false;
    }
    /// The failure: "messages.sendMessage: peer is not set: choose one of TypeInputPeer".
    mtproto::error error(std::string_view message) const
    {
        std::string text(message);
        text += ": ";
        text += path_;
        if (!path_.empty())
            text += ' ';
        return {failure_, text + what_};
    }

    /// One constructor deeper, `made` bytes of TL written.
    bool enter(std::size_t made)
    {
        if (depth_left_ == 0) [[unlikely]]
            return fail(errc::too_deep, "is nested too deeply");
        if (made > limits_.tl_bytes) [[unlikely]]
            return fail(errc::too_large, "is too large");
        --depth_left_;
        return true;
    }
    void leave() noexcept { ++depth_left_; }

    /// Finds the fields of `at.message`.
    [[gnu::noinline]] bool scan(protobuf_layout& at)
    {
        auto const& plan = at.plan;
        std::fill_n(at.slots, plan.count, protobuf_slot{});
        if (at.message.size() > (std::numeric_limits<std::uint32_t>::max)()) [[unlikely]]
            return fail(errc::too_large, "is too large");
        protobuf_reader in(at.message);
        protobuf_field field;
        std::uint32_t hint = 0;
        for (auto begin = in.offset(); in.next(field); begin = in.offset()) {
            auto const entry = find(plan, field.number, hint);
            if (entry == plan.count) {
                // Fields that are not known are those of a newer layer.
                at.raw_strings = at.raw_strings || (field.number == raw_strings_number && field.wire == protobuf_wire::length);
                at.empty_vectors = at.empty_vectors || field.number == empty_vectors_number;
                continue;
            }
            hint = entry;
            if (!note(at.slots[entry], plan.entries[entry].kind, field, begin, in.offset())) [[unlikely]] {
                malformed();
                return within(plan, entry);
            }
        }
        if (!in.ok()) [[unlikely]]
            return malformed();
        if (at.raw_strings || at.empty_vectors) [[unlikely]]
            return note_rare(at);
        return true;
    }

    /// The message in a slot; if it occurs several times, all of them merged, which is what their bytes one after
    /// another mean.
    bool merged(const protobuf_layout& at, std::size_t entry, bytes_view& message)
    {
        auto const& slot = at.slots[entry];
        message = slot.bytes();
        return slot.count < 2 || merge(at.message.subspan(slot.first, slot.last - slot.first), at.plan.entries[entry].number, message);
    }

    /// The alternative that a oneof holds: the last one that is set. Index `choices.count` if there is none.
    [[gnu::noinline]] bool choose(bytes_view message, const protobuf_choices& choices, std::uint32_t& chosen, bytes_view& content)
    {
        chosen = choices.count;
        content = {};
        std::size_t first = 0;
        bool several = false;
        protobuf_reader in(message);
        protobuf_field field;
        for (auto begin = in.offset(); in.next(field); begin = in.offset()) {
            auto const index = index_of(choices, field.number);
            if (index == choices.count || field.wire != protobuf_wire::length)
                continue;
            several = index == chosen;
            if (!several)
                first = begin;
            chosen = index;
            content = field.bytes;
        }
        if (!in.ok()) [[unlikely]]
            return malformed();
        return !several || merge(message.subspan(first), choices.numbers[chosen], content);
    }

    /// Calls `f(field, index, bytes)` for each string of the message that is not UTF-8.
    template <class F>
    static void for_each_raw(bytes_view message, F f)
    {
        protobuf_reader in(message);
        protobuf_field field;
        while (in.next(field)) {
            if (field.number != raw_strings_number || field.wire != protobuf_wire::length)
                continue;
            std::uint64_t number = 0;
            std::uint64_t index = 0;
            bytes_view value;
            protobuf_reader inner(field.bytes);
            protobuf_field part;
            while (inner.next(part)) {
                if (part.number == 1 && part.wire == protobuf_wire::varint)
                    number = part.value;
                else if (part.number == 2 && part.wire == protobuf_wire::varint)
                    index = part.value;
                else if (part.number == 3 && part.wire == protobuf_wire::length)
                    value = part.bytes;
            }
            f(number, index, value);
        }
    }

private:
    static std::string_view name_of_entry(std::string_view line, std::size_t entry)
    {
        field_names names(line);
        std::string_view name;
        for (std::size_t i = 0; i <= entry; ++i)
            name = names.next();
        return name;
    }
    void prepend(std::string_view name)
    {
        if (!path_.empty() && path_.front() != '[')
            path_.insert(0, ".");
        path_.insert(0, name);
    }
    static std::uint32_t find(const protobuf_plan& plan, std::uint32_t number, std::uint32_t hint) noexcept
    {
        // Writers mostly keep the order of the declaration.
        for (auto i = hint; i < plan.count; ++i)
            if (plan.entries[i].number == number)
                return i;
        for (std::uint32_t i = 0; i < hint; ++i)
            if (plan.entries[i].number == number)
                return i;
        return plan.count;
    }
    static std::uint32_t index_of(const protobuf_choices& choices, std::uint32_t number) noexcept
    {
        if (number - 1 < choices.count && choices.numbers[number - 1] == number) [[likely]]
            return number - 1;
        auto const* const end = choices.numbers + choices.count;
        return static_cast<std::uint32_t>(std::find(choices.numbers, end, number) - choices.numbers);
    }

    // Takes note of an occurrence. A field of another wire type than its own is as good as unknown; false if packed
    // numbers end inside of one.
    static bool note(protobuf_slot& slot, protobuf_kind kind, const protobuf_field& field, std::size_t begin, std::size_t end)
    {
        std::size_t elements = 1;
        switch (kind) {
        case protobuf_kind::flag:
        case protobuf_kind::int32:
        case protobuf_kind::uint32:
        case protobuf_kind::int64:
        case protobuf_kind::boolean:
            if (field.wire == protobuf_wire::varint) {
                slot.value = field.value;
                slot.count = 1;
            }
            return true;
        case protobuf_kind::real:
            if (field.wire == protobuf_wire::fixed64) {
                slot.value = field.value;
                slot.count = 1;
            }
            return true;
        case protobuf_kind::int32s:
        case protobuf_kind::int64s:
        case protobuf_kind::booleans:
            if (field.wire == protobuf_wire::length) {
                elements = static_cast<std::size_t>(std::ranges::count_if(field.bytes, [](std::byte b) { return b < std::byte{0x80}; }));
                if (!field.bytes.empty() && field.bytes.back() >= std::byte{0x80})
                    return false;
            } else if (field.wire != protobuf_wire::varint) {
                return true;
            }
            break;
        case protobuf_kind::reals:
            if (field.wire == protobuf_wire::length) {
                elements = field.bytes.size() / 8;
                if (field.bytes.size() % 8 != 0)
                    return false;
            } else if (field.wire != protobuf_wire::fixed64) {
                return true;
            }
            break;
        default:
            if (field.wire != protobuf_wire::length)
                return true;
            slot.data = field.bytes.data();
            slot.size = static_cast<std::uint32_t>(field.bytes.size());
            break;
        }
        if (elements == 0) // packed numbers, none
            return true;
        if (slot.count == 0)
            slot.first = static_cast<std::uint32_t>(begin);
        slot.last = static_cast<std::uint32_t>(end);
        slot.count += static_cast<std::uint32_t>(elements);
        return true;
    }

    // Vectors and strings that are present though no field of theirs is.
    [[gnu::cold]] bool note_rare(protobuf_layout& at)
    {
        auto const mark = [&](std::uint64_t number, auto&& wanted) {
            for (std::uint32_t i = 0; i < at.plan.count; ++i)
                if (at.plan.entries[i].number == number && wanted(at.plan.entries[i].kind) && at.slots[i].count == 0)
                    at.slots[i].last = 1;
        };
        auto const mark_vector = [&](std::uint64_t number) { mark(number, is_repeated); };
        if (at.empty_vectors) {
            protobuf_reader in(at.message);
            protobuf_field field;
            while (in.next(field)) {
                if (field.number != empty_vectors_number)
                    continue;
                if (field.wire == protobuf_wire::varint)
                    mark_vector(field.value);
                if (field.wire != protobuf_wire::length)
                    continue;
                protobuf_reader packed(field.bytes);
                std::uint64_t number{};
                while (packed.varint(number))
                    mark_vector(number);
                if (!packed.at_end())
                    return malformed();
            }
        }
        if (at.raw_strings)
            for_each_raw(at.message, [&](std::uint64_t number, std::uint64_t, bytes_view) {
                mark(number, [](protobuf_kind kind) { return kind == protobuf_kind::text; });
            });
        return true;
    }

    [[gnu::cold]] bool merge(bytes_view message, std::uint32_t number, bytes_view& all)
    {
        std::vector<std::byte> bytes;
        protobuf_reader in(message);
        protobuf_field field;
        while (in.next(field))
            if (field.number == number && field.wire == protobuf_wire::length)
                bytes.insert(bytes.end(), field.bytes.begin(), field.bytes.end());
        if (bytes.size() > merge_budget_)
            return fail(errc::too_large, "is too large");
        merge_budget_ -= bytes.size();
        merged_.push_back(std::move(bytes));
        all = merged_.back();
        return true;
    }

    protobuf_limits limits_;
    std::size_t merge_budget_;
    int depth_left_;
    errc failure_{};
    std::string what_;
    std::string path_;
    std::vector<std::vector<std::byte>> merged_;
};

/// The occurrences of a repeated field of strings or messages, in their order.
class protobuf_elements
{
public:
    protobuf_elements(const protobuf_layout& at, std::size_t entry) noexcept
        : in_(at.message.subspan(at.slots[entry].first, at.slots[entry].last - at.slots[entry].first)),
          number_(at.plan.entries[entry].number)
    {
    }
    /// The next one; there are as many as the slot counts.
    bytes_view next() noexcept
    {
        protobuf_field field;
        while (in_.next(field))
            if (field.number == number_ && field.wire == protobuf_wire::length)
                return field.bytes;
        return {};
    }

private:
    protobuf_reader in_;
    std::uint32_t number_;
};

} // namespace mtproto::tl
