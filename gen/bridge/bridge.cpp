// The bodies of proxy/bridge.hpp: what does not depend on the method. The rest is written by slices.py.
#include "bridge_nodes.hpp"

#include "mtproto/proxy/bridge.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace mtproto::proxy {

namespace detail {
namespace {

constexpr std::size_t method_count = std::size(contract::methods);

// The methods in the order of their ids.
constexpr auto by_id = [] {
    std::array<std::uint16_t, method_count> order{};
    for (std::size_t i = 0; i < method_count; ++i)
        order[i] = static_cast<std::uint16_t>(i);
    std::ranges::sort(order, {}, [](std::uint16_t i) { return contract::methods[i].id; });
    return order;
}();

// AnyMethod's oneof.
struct any_method_arrays
{
    std::uint32_t ids[method_count]{};
    std::uint32_t numbers[method_count]{};
};
constexpr auto any_method_alternatives = [] {
    any_method_arrays made;
    for (std::size_t i = 0; i < method_count; ++i) {
        made.ids[i] = contract::methods[i].id;
        made.numbers[i] = contract::methods[i].any_method;
    }
    return made;
}();
constexpr tl::protobuf_choices any_method_choices{any_method_alternatives.ids, any_method_alternatives.numbers,
                                                  method_count, nullptr};

std::vector<std::byte> to_vector(bytes_view bytes)
{
    return {bytes.begin(), bytes.end()};
}

template <class T>
result<std::vector<std::byte>> boxed(bytes_view tl)
{
    tl::protobuf_writer to;
    if (auto const ok = tl::tl_to_protobuf<T>(tl, to); !ok)
        return ok.error();
    return to_vector(to.view());
}

} // namespace

bool any_query::from_protobuf(tl::protobuf_source& in, tl::bytes_view message, tl::writer& to)
{
    std::uint32_t chosen{};
    bytes_view content;
    if (!in.choose(message, any_method_choices, chosen, content))
        return false;
    if (chosen == any_method_choices.count)
        return in.fail(errc::bad_argument, "is not set: choose one of the methods of AnyMethod");
    to.id(any_method_choices.ids[chosen]);
    return request_from_protobuf(any_method_choices.ids[chosen], in, content, to);
}

} // namespace detail

using namespace detail;

const method_info* find_method(std::string_view rpc) noexcept
{
    auto const* const found = std::ranges::lower_bound(contract::methods, rpc, {}, &method_info::rpc);
    return found != std::end(contract::methods) && found->rpc == rpc ? found : nullptr;
}

const method_info* find_method(std::uint32_t id) noexcept
{
    auto const id_of = [](std::uint16_t i) { return contract::methods[i].id; };
    auto const* const found = std::ranges::lower_bound(by_id, id, {}, id_of);
    return found != by_id.end() && id_of(*found) == id ? &contract::methods[*found] : nullptr;
}

result<std::vector<std::byte>> request_to_tl(const method_info& method, bytes_view protobuf, tl::protobuf_limits limits)
{
    tl::protobuf_source in(protobuf, limits);
    tl::writer to(protobuf.size() + 64);
    to.id(method.id);
    if (!detail::request_from_protobuf(method.id, in, protobuf, to))
        return in.error(method.tl_name);
    if (!to.ok())
        return to.error();
    return to_vector(to.view());
}

result<std::vector<const method_info*>> inner_methods(const method_info& method, bytes_view request_tl)
{
    std::vector<const method_info*> all;
    tl::reader from(request_tl);
    tl::protobuf_writer scratch;
    for (auto const* outer = &method; outer->any_result == 0;) {
        if (!from.expect(outer->id) || !detail::find_query(outer->id, from, scratch))
            return from.error();
        auto const* const inner = find_method(from.peek_id());
        if (!inner) {
            from.fail(from.left() < 4 ? errc::truncated : errc::unknown_constructor, from.peek_id());
            return from.error();
        }
        all.push_back(inner);
        if (all.size() > static_cast<std::size_t>(tl::reader::default_max_depth))
            return error(errc::too_deep);
        outer = inner;
        scratch.clear();
    }
    return all;
}

result<std::vector<std::byte>> result_to_protobuf(const method_info& method, bytes_view tl, bytes_view request_tl)
{
    tl::reader from(tl);
    tl::protobuf_writer to(tl.size() + 64);
    bool ok = false;
    if (method.any_result != 0) {
        ok = detail::result_to_protobuf(method.any_result, from, to);
    } else {
        auto const inner = inner_methods(method, request_tl);
        if (!inner)
            return inner.error();
        auto const number = inner->back()->any_result;
        auto const start = to.begin(number);
        ok = detail::result_to_protobuf(number, from, to);
        to.end(start);
    }
    if (ok && from.left() != 0)
        ok = from.fail(errc::trailing_bytes);
    if (!ok)
        return from.error();
    return to_vector(to.view());
}

result<proto_update> update_to_protobuf(bytes_view tl)
{
    auto update = boxed<api::raw::Update<tl::shape>>(tl);
    if (!update)
        return update.error();
    proto_update made{.update = std::move(*update)};
    api::raw::Update<tl::shape>::tl_select(tl::load<std::uint32_t>(tl.data()), [&]<class A>(std::type_identity<A>) {
        made.kind = tl::name_of<A>();
        return true;
    });
    return made;
}

bool is_update_kind(std::string_view name) noexcept
{
    return tl::any_constructor<api::raw::Update<tl::shape>>(
        [&]<class A>(std::type_identity<A>) { return tl::name_of<A>() == name; });
}

result<std::vector<std::byte>> user_to_protobuf(bytes_view tl)
{
    return boxed<api::raw::User<tl::shape>>(tl);
}
result<std::vector<std::byte>> chat_to_protobuf(bytes_view tl)
{
    return boxed<api::raw::Chat<tl::shape>>(tl);
}

} // namespace mtproto::proxy
