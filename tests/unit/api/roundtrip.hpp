// Random values of a boxed type or method through every codec and back.
#pragma once

#include "run.hpp"

#include "mtproto/tl/decode.hpp"
#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/equal.hpp"
#include "mtproto/tl/from_json.hpp"
#include "mtproto/tl/random.hpp"
#include "mtproto/tl/to_json.hpp"

namespace roundtrip {

namespace tl = mtproto::tl;

inline constexpr int rounds = 5;

/// Ends in a value of unknown type: any bytes are one, so it cannot be cut short.
template <class T>
inline constexpr bool is_open = requires(T t) { requires std::same_as<decltype(t.query), tl::object>; } ||
                                requires(T t) { requires std::same_as<decltype(t.result), tl::object>; } ||
                                requires(T t) { requires std::same_as<decltype(t.body), tl::object>; } ||
                                requires(T t) { t.orig_message; };

/// The nodes of a type, behind pointers: what is written once here is not compiled for every type.
struct codec
{
    bool open;
    void (*write)(tl::writer&, const void*);
    std::size_t (*size)(const void*);
    bool (*read)(tl::reader&, void*);
    bool (*equal)(const void*, const void*);
    boost::json::value (*to_json)(const void*);
    bool (*from_json)(tl::json_reader&, const boost::json::value&, void*);
};

template <class V>
inline constexpr codec codec_of{
    .open = is_open<V>,
    .write = [](tl::writer& to, const void* value) { tl::write_boxed(to, *static_cast<const V*>(value)); },
    .size = [](const void* value) { return tl::size_of_boxed(*static_cast<const V*>(value)); },
    .read = [](tl::reader& from, void* value) { return tl::read_boxed(from, *static_cast<V*>(value)); },
    .equal =
        [](const void* a, const void* b) {
            return tl::equal_boxed(*static_cast<const V*>(a), *static_cast<const V*>(b));
        },
    .to_json = [](const void* value) { return tl::json_of_boxed(*static_cast<const V*>(value)); },
    .from_json = [](tl::json_reader& in, const boost::json::value& from,
                    void* value) { return tl::read_json_boxed(in, from, *static_cast<V*>(value)); },
};

/// `value` through every codec; `again` takes what comes back.
void check_value(run& r, const codec& with, const void* value, void* again);

template <class V>
void check_type(run& r)
{
    if constexpr (tl::variant_type<V>) {
        tl::any_constructor<V>([&]<class A>(std::type_identity<A>) {
            r.begin(tl::name_of<A>());
            for (int i = 0; i < rounds; ++i) {
                tl::random_source from(r.seed(), {.depth = 6, .constructors = 60});
                V value{}, again{};
                tl::fill_random_fields(from, tl::emplace<A>(value));
                check_value(r, codec_of<V>, &value, &again);
            }
            return false;
        });
    } else {
        r.begin(tl::name_of<V>());
        for (int i = 0; i < rounds; ++i) {
            tl::random_source from(r.seed(), {.depth = 6, .constructors = 60});
            V value{}, again{};
            tl::fill_random_boxed(from, value);
            check_value(r, codec_of<V>, &value, &again);
        }
    }
}

} // namespace roundtrip
