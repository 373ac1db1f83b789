// Telling systemd how the service is doing: sd_notify(3) without its library.
#pragma once

#include <string_view>

namespace mtproto::daemon {

/// Sends `state`, such as "READY=1", to the socket that $NOTIFY_SOCKET names; does nothing without one.
/// True if it was sent. https://www.freedesktop.org/software/systemd/man/sd_notify.html
bool notify_service_manager(std::string_view state) noexcept;

} // namespace mtproto::daemon
