// gRPC's own lines, which it would print to stderr in a format of its own.
#pragma once

namespace mtproto::daemon {

/// From now on gRPC's errors are warnings of our log, redacted as all of it; where there is no log, they are left out.
///
/// Its other lines are left out as well: they are made only if GRPC_VERBOSITY asks for them, and with GRPC_TRACE they hold the
/// headers of calls, and so the tokens of clients, which nobody could redact: wrong ones are known to no one.
void take_grpc_log();

} // namespace mtproto::daemon
