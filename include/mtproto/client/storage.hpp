// Where sessions are kept: the concept storage, and a holder for any of its models.
#pragma once

#include <mtproto/client/session_data.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace mtproto {

/// A place that keeps one session.
///
/// `load` gives nothing where no session was saved yet, and fails if there is one that cannot be used.
/// `save` replaces the whole session; after it returned, either the old or the new one is there, whatever happens.
/// The client calls both from its strand, never two at once.
template <class T>
concept storage = requires(T& place, const session_data& data) {
    { place.load() } -> std::same_as<result<std::optional<session_data>>>;
    { place.save(data) } -> std::same_as<result<>>;
};

/// Any storage, owned; copies share it. Empty by default: a session that lives as long as its client.
class any_storage
{
public:
    any_storage() noexcept = default;

    template <class T>
        requires(!std::same_as<std::remove_cvref_t<T>, any_storage> && storage<std::remove_cvref_t<T>>)
    any_storage(T&& place) : held_(std::make_shared<model<std::remove_cvref_t<T>>>(std::forward<T>(place)))
    {
    }
    /// Shares `place` with its other owners.
    template <storage T>
    any_storage(std::shared_ptr<T> place) : held_(std::make_shared<shared_model<T>>(std::move(place)))
    {
    }

    explicit operator bool() const noexcept { return held_ != nullptr; }
    result<std::optional<session_data>> load()
    {
        return held_ ? held_->load() : result<std::optional<session_data>>(std::nullopt);
    }
    result<> save(const session_data& data) { return held_ ? held_->save(data) : result<>(); }

private:
    struct any_place
    {
        virtual ~any_place() = default;
        virtual result<std::optional<session_data>> load() = 0;
        virtual result<> save(const session_data& data) = 0;
    };
    template <class T>
    struct model final : any_place
    {
        explicit model(T value) : place(std::move(value)) {}
        result<std::optional<session_data>> load() override { return place.load(); }
        result<> save(const session_data& data) override { return place.save(data); }
        T place;
    };
    template <class T>
    struct shared_model final : any_place
    {
        explicit shared_model(std::shared_ptr<T> value) : place(std::move(value)) {}
        result<std::optional<session_data>> load() override { return place->load(); }
        result<> save(const session_data& data) override { return place->save(data); }
        std::shared_ptr<T> place;
    };

    std::shared_ptr<any_place> held_{};
};

} // namespace mtproto
