#include "commands.hpp"

#include <mtproto/api/layer.hpp>

namespace mtproto::apps {

std::string version_line()
{
    return "mtproto " MTPROTO_APPS_VERSION " (API layer " + std::to_string(api::layer) + ")";
}

} // namespace mtproto::apps
