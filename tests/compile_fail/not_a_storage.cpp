// A forgotten save(); any_storage is what client_options::storage holds.
// expect-gcc: storage<typename std::remove_cvref<_Tp>::type>
// expect-clang: because 'place.save(data)' would be invalid: no member named 'save' in 'database'
#include <mtproto/client/storage.hpp>

struct database
{
    mtproto::result<std::optional<mtproto::session_data>> load();
#ifndef WRONG
    mtproto::result<> save(const mtproto::session_data&);
#endif
};

mtproto::any_storage f() { return mtproto::any_storage(database()); }
