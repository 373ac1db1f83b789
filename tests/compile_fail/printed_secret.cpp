// expect-gcc: use of deleted function
// expect-clang: overload resolution selected deleted operator '<<'
#include <mtproto/crypto/secret.hpp>

#include <ostream>

void f(std::ostream& out, const mtproto::crypto::secret<16>& key)
{
#ifdef WRONG
    out << key;
#else
    (void)key, (void)out;
#endif
}
