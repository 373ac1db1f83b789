// Our side of the comparison with other clients, see plan.hpp.
#include "plan.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    try {
        peer::plan const with(argc, argv);
        static constexpr struct
        {
            const char* name;
            void (*run)(const peer::plan&);
        } tasks[] = {
            {"codec", peer::codec},
            {"crypto", peer::crypto},
            {"rpc", peer::rpc},
            {"connect", peer::connect},
            {"files", peer::files},
            {"memory", peer::memory},
        };
        for (auto const& one : tasks)
            if (with.task == one.name) {
                one.run(with);
                return 0;
            }
        std::fprintf(stderr, "no task %s\n", with.task.c_str());
        return 2;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}
