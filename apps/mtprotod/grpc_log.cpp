#include "grpc_log.hpp"

#include "log.hpp"

#include <grpc/support/log.h>
#include <grpcpp/version_info.h>

#include <string_view>

namespace mtproto::daemon {

#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65

namespace {

void take(gpr_log_func_args* line)
{
    if (line->severity != GPR_LOG_SEVERITY_ERROR)
        return;
    std::string_view file = line->file;
    file.remove_prefix(file.rfind('/') + 1);
    log_warning("grpc", {{"text", line->message}, {"file", file}, {"line", line->line}});
}

} // namespace

void take_grpc_log() { gpr_set_log_function(&take); }

#else

// From 1.65 on gRPC logs through absl, which has a threshold of its own and no function to be set here.
void take_grpc_log() {}

#endif

} // namespace mtproto::daemon
