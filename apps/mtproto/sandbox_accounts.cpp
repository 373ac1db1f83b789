// Accounts as they are written on the command line.

#include "console.hpp"
#include "local_sandbox.hpp"

namespace mtproto::apps {

result<sandbox_user> parse_user(std::string_view text)
{
    auto const first = text.find(':');
    auto const second = first == text.npos ? text.npos : text.find(':', first + 1);
    sandbox_user user;
    user.phone = text.substr(0, first);
    if (first != text.npos)
        user.first_name = text.substr(first + 1, second == text.npos ? text.npos : second - first - 1);
    if (second != text.npos)
        user.password = text.substr(second + 1);
    if (!user.phone.starts_with('+'))
        user.phone.insert(0, "+");
    bool const digits =
        user.phone.size() >= 6 && user.phone.find_first_not_of("0123456789", 1) == std::string::npos;
    if (!digits || user.first_name.empty())
        return error(errc::bad_argument, "'" + printable(text.substr(0, second)) +
                                             "' is not PHONE:NAME[:PASSWORD], such as +15550001:Ada");
    return user;
}

result<sandbox_bot> parse_bot(std::string_view text)
{
    // The token itself has a colon.
    auto const colon = text.rfind(':');
    sandbox_bot bot;
    if (colon != text.npos) {
        bot.token = text.substr(0, colon);
        bot.name = text.substr(colon + 1);
    }
    if (bot.token.find(':') == std::string::npos || bot.name.empty())
        return error(errc::bad_argument,
                     "'" + printable(text) + "' is not TOKEN:NAME, such as 110201543:AAHdqTcv:echo");
    return bot;
}

} // namespace mtproto::apps
