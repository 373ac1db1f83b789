// Plain structs to bytes and back, for a saved state: one list of members serves both directions.
#pragma once

#include "mtproto/sandbox/peer.hpp"
#include "mtproto/tl/reader.hpp"
#include "mtproto/tl/writer.hpp"

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mtproto::sandbox {

template <class T>
concept archived_number = std::integral<T> || std::is_enum_v<T>;

/// Writes values one after another; a struct by its overload of `members(archive, value)`.
class saving_archive
{
public:
    static constexpr bool loading = false;

    template <class... Ts>
    void operator()(Ts&... values)
    {
        (put(values), ...);
    }
    bytes take() const
    {
        auto const view = to_.view();
        return {view.begin(), view.end()};
    }

private:
    template <archived_number T>
    void put(T value)
    {
        to_.number(static_cast<std::int64_t>(value));
    }
    void put(std::string& text) { put_bytes(std::as_bytes(std::span(text.data(), text.size()))); }
    void put(bytes& data) { put_bytes(data); }
    // Files are longer than a TL string may be.
    void put_bytes(tl::bytes_view data)
    {
        to_.number(static_cast<std::int64_t>(data.size()));
        to_.raw(data);
    }
    template <class T>
    void put(std::optional<T>& value)
    {
        put(value.has_value());
        if (value)
            put(*value);
    }
    template <class T>
    void put(std::vector<T>& list)
    {
        put(list.size());
        for (auto& one : list)
            put(one);
    }
    template <class T>
    void put(std::set<T>& list)
    {
        put(list.size());
        for (auto one : list)
            put(one);
    }
    template <class K, class V>
    void put(std::map<K, V>& all)
    {
        put(all.size());
        for (auto& [key, value] : all) {
            auto copy = key;
            put(copy);
            put(value);
        }
    }
    template <class T>
        requires std::is_class_v<T>
    void put(T& value)
    {
        members(*this, value);
    }

    tl::writer to_;
};

/// Reads what saving_archive wrote. After a failure values are left as they are.
class loading_archive
{
public:
    static constexpr bool loading = true;

    explicit loading_archive(tl::bytes_view from) : from_(from) {}

    template <class... Ts>
    void operator()(Ts&... values)
    {
        (get(values), ...);
    }
    bool ok() const noexcept { return from_.ok(); }
    bool at_end() const noexcept { return from_.left() == 0; }

private:
    template <archived_number T>
    void get(T& value)
    {
        std::int64_t number = 0;
        if (from_.number(number))
            value = static_cast<T>(number);
    }
    std::size_t size()
    {
        std::int64_t count = 0;
        if (from_.number(count) && (count < 0 || static_cast<std::uint64_t>(count) > from_.left()))
            from_.fail(errc::bad_count);
        return from_.ok() ? static_cast<std::size_t>(count) : 0;
    }
    void get(std::string& text)
    {
        tl::bytes_view view;
        if (from_.raw(size(), view))
            text.assign(reinterpret_cast<const char*>(view.data()), view.size());
    }
    void get(bytes& data)
    {
        tl::bytes_view view;
        if (from_.raw(size(), view))
            data.assign(view.begin(), view.end());
    }
    template <class T>
    void get(std::optional<T>& value)
    {
        bool present = false;
        get(present);
        value.reset();
        if (present)
            get(value.emplace());
    }
    template <class T>
    void get(std::vector<T>& list)
    {
        list.clear();
        for (auto left = size(); left != 0 && ok(); --left)
            get(list.emplace_back());
    }
    template <class T>
    void get(std::set<T>& list)
    {
        list.clear();
        for (auto left = size(); left != 0 && ok(); --left) {
            T one{};
            get(one);
            list.insert(one);
        }
    }
    template <class K, class V>
    void get(std::map<K, V>& all)
    {
        all.clear();
        for (auto left = size(); left != 0 && ok(); --left) {
            K key{};
            get(key);
            get(all[key]);
        }
    }
    template <class T>
        requires std::is_class_v<T>
    void get(T& value)
    {
        members(*this, value);
    }

    tl::reader from_;
};

} // namespace mtproto::sandbox
