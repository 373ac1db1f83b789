// expect-gcc: the required expression 'tg.invoke(request)' is invalid
// expect-clang: does not satisfy 'invoker'
// expect-clang: no member named 'invoke' in
#include <mtproto/client/invoker.hpp>

template <mtproto::invoker Tg>
void greet(Tg&)
{
}

struct recorder
{
#ifndef WRONG
    template <class Q>
    mtproto::task<mtproto::result<typename Q::result>> invoke(const Q&);
#endif
};

void f(recorder& tg) { greet(tg); }
