// expect: a provider of a code or a password is a callable that returns a std::string
#include <mtproto/client/detail/ask.hpp>

#include <string>

struct question
{
};

#ifdef WRONG
std::string code(int);
#else
std::string code(const question&);
#endif

auto f(question& asked) { return mtproto::detail::ask(code, asked); }
