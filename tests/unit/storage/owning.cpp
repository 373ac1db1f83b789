#include "types.hpp"

#include "mtproto/tl/encode.hpp"
#include "mtproto/tl/random.hpp"

namespace storage_test {

serialized random_bytes(int which, std::uint64_t seed)
{
    return with_type<tl::owning>(which, [&]<class T>(std::type_identity<T>) {
        tl::random_source from(seed, {.depth = 9, .constructors = 120});
        T value{};
        tl::fill_random(from, value);
        return tl::encode(value).value();
    });
}

} // namespace storage_test
