// What the program's exit code tells a script. Listed by `mtproto --help` and in the README.
#pragma once

#include <mtproto/error.hpp>

namespace mtproto::apps {

enum exit_code : int
{
    exit_ok = 0,
    exit_failed = 1,     ///< the call was answered with an error, or a command of the shell failed
    exit_usage = 2,      ///< arguments, JSON or a schema that cannot be understood
    exit_network = 3,    ///< the server cannot be reached, does not answer, or is not the one it should be
    exit_session = 4,    ///< the session file is absent, broken, locked or cannot be written
    exit_signed_out = 5, ///< the code or password was refused, or the session is no longer valid
    exit_interrupted = 130,
};

/// The exit code for a failure of the library.
inline exit_code exit_code_of(const error& why) noexcept
{
    if (why.is(errc::rpc)) {
        if (why.number() == 401 || why.name().starts_with("PHONE_CODE_") ||
            why.name() == "PASSWORD_HASH_INVALID" || why.name() == "ACCESS_TOKEN_INVALID")
            return exit_signed_out;
        return exit_failed;
    }
    if (why.is(errc::storage_failed) || why.is(errc::storage_locked))
        return exit_session;
    if (why.is(errc::bad_argument) || why.is(errc::bad_json) || why.is(errc::bad_schema))
        return exit_usage;
    if (why.is(errc::auth_key_unknown))
        return exit_signed_out;
    for (auto const kind : {errc::closed, errc::frame_too_large, errc::bad_frame, errc::transport_error,
                            errc::resolve_failed, errc::connect_failed, errc::handshake_failed,
                            errc::timed_out, errc::not_connected, errc::session_lost})
        if (why.is(kind))
            return exit_network;
    // Sockets fail with the system's own codes.
    return why.code().category() == error_category ? exit_failed : exit_network;
}

} // namespace mtproto::apps
