#include "commands.hpp"

#include "../mtproto/console.hpp"

#include <mtproto/api/layer.hpp>

#include <cstdio>

namespace mtproto::daemon {

std::string version() { return MTPROTO_APPS_VERSION; }

std::string version_line() { return "mtprotod " + version() + " (API layer " + std::to_string(api::layer) + ")"; }

void complain(std::string_view sentence)
{
    std::fflush(stdout);
    std::fprintf(stderr, "%s %.*s\n", apps::paint(stderr, apps::colour::red, "mtprotod:").c_str(),
                 static_cast<int>(sentence.size()), sentence.data());
}

} // namespace mtproto::daemon
