// Any method by name with JSON parameters, over the schema read at run time: no type of the API is compiled.
#pragma once

#include "peers.hpp"
#include "remote.hpp"
#include "schema_source.hpp"

#include <boost/json/value.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mtproto::apps {

/// JSON in, JSON out. For one thread, but learn() and describe() may be called by another one meanwhile.
class api
{
public:
    explicit api(remote& connection) : connection_(connection), schema_(api_schema()) {}

    /// Calls a method. `params` is an object; random_id and hash may be left out, and where a peer, user or
    /// channel is expected a text may stand: "me", "@name", "+phone", an id or a title. Fails with
    /// bad_argument for an unknown method, bad_json for parameters that do not fit.
    result<boost::json::value> call(std::string_view method, boost::json::value params);

    /// Takes a file of `mtproto access`. Asks the server who this account is, since nobody else's hashes are
    /// of use.
    result<> load_access_file(const std::string& file);
    /// Reads all dialogs, page by page, and all contacts, so that their peers are known.
    result<> read_dialogs();
    result<> read_contacts();
    const access_book& access() const noexcept { return book_.access(); }

    /// The peer that a person means, asking the server where it is not known yet.
    result<peer> resolve(std::string_view typed);
    /// The JSON of the Updates that came in; learns whom they name.
    result<boost::json::value> read_updates(const std::vector<std::byte>& body);
    /// One line for each thing that happened, for a person; nothing for what is of no interest.
    std::vector<std::string> describe(const boost::json::value& updates);
    /// The account's own user; asked for once.
    result<peer> me();

    /// The line that shows a message: "Bob: hi", with the chat where it is another.
    std::string describe_message(const boost::json::value& message);
    /// What a message says, media and service messages in a word.
    std::string text_of_message(const boost::json::value& message) const;
    std::string name(const boost::json::value& peer);
    /// The peer of {"_": "peerUser", ...}, if it was heard of.
    std::optional<peer> known(const boost::json::value& of);
    std::vector<std::string> peer_names();
    std::vector<std::string> method_names() const;
    const tl::schema::schema& schema() const noexcept { return schema_; }

private:
    result<boost::json::value> call_as_is(std::string_view method, const boost::json::value& params);
    result<> complete(const tl::schema::combinator& line, boost::json::object& params, int depth);
    result<> complete(const tl::schema::type_expr& type, boost::json::value& value, int depth);
    result<boost::json::value> input(std::string_view typed, std::string_view type);

    remote& connection_;
    const tl::schema::schema& schema_;
    std::mutex mutex_; // of book_
    peer_book book_;
    bool dialogs_read_ = false;
};

} // namespace mtproto::apps
