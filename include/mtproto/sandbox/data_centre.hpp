// A Telegram data centre on loopback, for tests and demonstrations.
//
//     sandbox::data_centre dc(io.get_executor());
//     auto ada = dc.add_user({.phone = "+1 555 0100", .first_name = "Ada"});
//     auto where = dc.listen();
//     // connect a client to *where, with dc.public_key_pem() as its only key; the login code is 12345
//
// One translation unit of the program has to `#include "mtproto/sandbox/src.hpp"`, which takes its time to compile; this
// header does not.
#pragma once

#include "mtproto/error.hpp"
#include "mtproto/sandbox/accounts.hpp"
#include "mtproto/sandbox/files.hpp"
#include "mtproto/sandbox/ledger.hpp"
#include "mtproto/sandbox/mailbox.hpp"
#include "mtproto/sandbox/options.hpp"
#include "mtproto/transport/endpoint.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::sandbox {

namespace detail {
class server;
}

/// Keys, accounts, messages, files and updates of a data centre, in memory, and the ports on which it is spoken to.
///
/// Works on the executor that it is given, and only there; its functions may be called from any thread. What it hands out
/// are copies. Destroying it, or stop(), closes its ports and connections as soon as the executor runs.
class data_centre
{
public:
    /// Throws mtproto::exception if `settings.private_key` is given and is no RSA key of 2048 bits, or if one of
    /// `settings.secrets` is none.
    explicit data_centre(boost::asio::any_io_executor executor, options settings = {});
    data_centre(const data_centre&) = delete;
    data_centre& operator=(const data_centre&) = delete;
    ~data_centre();

    /// Listens on another port (0: any free one), for the data centre `dc` (0: the main one). All share their accounts.
    /// After load() 0 is the port that `ip` and `dc` had before, if nobody else has it now.
    /// Fails with errc::bad_argument, or as the system says.
    result<transport::endpoint> listen(const std::string& ip = "127.0.0.1", std::uint16_t port = 0, int dc = 0);
    /// The first address of a data centre (0: of any); empty if none listens.
    transport::endpoint address(int dc = 0) const;
    /// Closes all ports and connections as soon as the executor runs.
    void stop();

    /// The id of the main data centre.
    int dc() const;
    /// The key that clients have to be given: PKCS#1 PEM.
    std::string public_key_pem() const;
    /// A secret, to be given to another data_centre by options::private_key.
    std::string private_key_pem() const;
    /// The top four bits are never all zero: some clients print and compare it without leading zeros.
    std::uint64_t key_fingerprint() const;

    /// The new account's id. Fails with PHONE_NUMBER_INVALID or PHONE_NUMBER_OCCUPIED. A password costs 0.1 s.
    result<std::int64_t> add_user(user_options who);
    /// The bot's id, which is what its token begins with if that is a number. Fails with ACCESS_TOKEN_INVALID.
    result<std::int64_t> add_bot(bot_options bot);
    /// The new group, or channel; its members are told. Members who are no accounts of this data centre are left out.
    peer add_group(group_options group);
    peer add_channel(channel_options channel);
    /// Puts one account into another's contacts; nothing if either is unknown.
    void add_contact(std::int64_t whose, std::int64_t whom);
    /// Users and bots, by their ids. Passwords are not kept, only what verifies them.
    std::vector<account> accounts() const;

    /// The last login code sent to a phone.
    std::optional<std::string> code_for(std::string_view phone) const;
    /// Sends as that user or bot; the id of the message in its box. Fails as the API does.
    result<std::int32_t> send_message(std::int64_t from, peer to, std::string text);
    /// A conversation as `viewer` has it, oldest first.
    std::vector<message> history(std::int64_t viewer, peer chat) const;

    /// What was asked for and what was applied.
    sandbox::ledger ledger() const;
    /// Everything that changed in a user's box, and in a channel's, oldest first.
    std::vector<event> update_log(std::int64_t user) const;
    std::vector<event> channel_log(std::int64_t channel) const;
    /// All files that were sent, with their bytes.
    std::vector<stored_file> files() const;

    /// Serves clients of another layer by that layer's schema. Fails with errc::bad_schema.
    /// Without it they are served as if they were of the nearest layer that is known.
    result<> add_layer(int layer, std::string schema);

    /// Writes accounts, auth keys, messages and files to a file, mode 0600, at once or not at all. Fails with
    /// errc::storage_failed. The RSA key is not in it: keep private_key_pem() too.
    result<> save(const std::string& path) const;
    /// Reads them back, before anything is added and with the seed that they were saved with. Fails with
    /// errc::storage_failed.
    result<> load(const std::string& path);
    /// Grows with every key, call and account: what was saved at the same number needs no saving.
    std::uint64_t changes() const;

    // Trouble, for tests of clients.
    void expire_file(std::int64_t id); ///< its file_reference becomes worthless
    void rotate_salts();               ///< every salt in use becomes invalid
    void cut_connections();            ///< closes all connections, sessions live on
    void misbehave(fault_plan plan);   ///< from now on; a default plan ends it
    fault_counts faults() const;       ///< what came of all plans so far

private:
    std::shared_ptr<detail::server> server_;
};

} // namespace mtproto::sandbox
