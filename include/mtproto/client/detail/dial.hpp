// Which address of a data centre to connect to.
#pragma once

#include <mtproto/client/detail/any_transport.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mtproto::detail {

/// The addresses of one data centre, in the order to try them: the one that worked last comes first.
class address_cycle
{
public:
    explicit address_cycle(std::vector<transport::endpoint> all) : all_(std::move(all)) {}

    std::size_t size() const noexcept { return all_.size(); }
    const transport::endpoint& at(std::size_t tries) const noexcept { return all_[(first_ + tries) % all_.size()]; }
    /// That one worked.
    void choose(std::size_t tries)
    {
        first_ = (first_ + tries) % all_.size();
        current_ = all_[first_];
    }
    /// The one that worked last; of no host before the first success.
    const transport::endpoint& current() const noexcept { return current_; }

private:
    std::vector<transport::endpoint> all_;
    std::size_t first_ = 0;
    transport::endpoint current_{};
};

/// Connects to the first address of `dc` that answers, or to the proxy. If none does, the failure of the first one is told.
/// All references must outlive the task; `stopped` ends it early.
inline task<result<>> dial(any_transport& link, int dc, address_cycle& addresses,
                           const std::optional<transport::endpoint>& proxy, const bool& stopped)
{
    if (addresses.size() == 0)
        co_return error(errc::bad_argument, "no address is known for data centre " + std::to_string(dc));
    error first{};
    for (std::size_t tries = 0; tries != addresses.size(); ++tries) {
        auto const connected = co_await link.connect(proxy.value_or(addresses.at(tries)));
        if (stopped)
            co_return errc::not_connected;
        if (connected) {
            addresses.choose(tries);
            co_return result<>{};
        }
        if (tries == 0)
            first = connected.error();
        if (!connected.error().is(errc::connect_failed) && !connected.error().is(errc::resolve_failed))
            break;
        if (proxy)
            break;
    }
    co_return first;
}

} // namespace mtproto::detail
