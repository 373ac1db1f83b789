// The subcommands: what each is told on the command line, and the function that runs it and gives the exit
// code.
#pragma once

#include <string>
#include <vector>

namespace mtproto::apps {

/// How to get a signed-in connection; shared by shell, call and keygen.
struct connection_options
{
    std::string session = "credentials.json"; ///< the session file
    bool session_given = false; ///< --session was written, so the environment does not replace it
    bool sandbox = false;       ///< start a data centre in this process and sign in to it
    std::string address;        ///< HOST:PORT, overrides the session's
    std::string public_key;     ///< file with the data centre's RSA key in PEM
    int dc = 0;                 ///< 0: the session's, or 2
    bool test = false;          ///< Telegram's test environment
    std::string transport;      ///< empty: the client's default
    std::string mtproxy;        ///< HOST:PORT:SECRET or a link; empty: none
    bool ipv6 = false;
    int timeout = 30;   ///< seconds for one call
    std::string access; ///< file of `mtproto access`; empty: none
};

struct schema_options
{
    std::string file; ///< empty: the built-in API schema
    bool protocol = false;
    bool json = false;
    std::vector<std::string> names;
    std::string pattern;
};
int run_schema_show(const schema_options& options);
int run_schema_list(const schema_options& options);
int run_schema_layer(const schema_options& options);

struct call_options
{
    connection_options connection;
    std::string method;
    std::string json = "{}"; ///< `-` for stdin
    bool pretty = false;
    std::string bot_token;
};
int run_call(const call_options& options);

struct keygen_options
{
    connection_options connection;
    std::string phone;
    int api_id = 0;
    std::string api_hash;
    std::string bot_token;
    std::string out = "credentials.json"; ///< `-` for stdout
    std::string code;
    std::string password_file;
    std::string first_name;
    std::string last_name;
    bool key_only = false;
    bool force = false;
};
int run_keygen(const keygen_options& options);

struct shell_options
{
    connection_options connection;
    std::string history; ///< file; empty: ~/.local/state/mtproto/history
    bool no_updates = false;
    std::vector<std::string> commands; ///< run these and leave
};
int run_shell(const shell_options& options);

struct record_options
{
    std::string file;
    std::string keys; ///< empty: FILE.keys
    std::vector<std::string> command;
};
/// Runs another command of this tool, as `run` does, and records its connections.
int run_record(const record_options& options, int (*run)(int, char**));

struct replay_options
{
    std::string file;
    std::vector<std::string> keys; ///< empty: FILE.keys if it is there
    std::string schema;            ///< empty: the built-in one
    bool no_redact = false;
    std::vector<std::string> redact; ///< further names of fields
    bool pretty = false;
};
int run_replay(const replay_options& options);

struct access_options
{
    connection_options connection;
    std::string file = "access.json";
    bool no_dialogs = false;
    bool no_contacts = false;
    int updates = 0; ///< seconds to listen
    bool json = false;
};
int run_access_export(const access_options& options);
int run_access_show(const access_options& options);

struct sandbox_options
{
    std::string host = "127.0.0.1";
    int port = 0;
    int dc = 2;
    std::vector<int> also_dcs;      ///< numbers under which it can be reached too, at ports of their own
    std::vector<std::string> users; ///< PHONE:NAME[:PASSWORD]
    std::vector<std::string> bots;  ///< TOKEN:NAME
    std::string key;                ///< RSA private key, made if absent
    std::string state;              ///< where accounts, keys and messages are kept; empty: nowhere
    std::string public_key_out;
    std::vector<std::string> schemas; ///< layers that clients may speak
    std::string mtproxy_secret;
    std::string ready_file;
    bool json = false;
    bool verbose = false;
};
int run_sandbox(const sandbox_options& options);

/// "mtproto 0.1.0 (API layer 229)"
std::string version_line();

} // namespace mtproto::apps
