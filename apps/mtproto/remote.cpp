#include "remote.hpp"

#include "client_thread.hpp"
#include "console.hpp"
#include "local_sandbox.hpp"

#include <mtproto/client/file_storage.hpp>
#include <mtproto/client/memory_storage.hpp>

#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace mtproto::apps {
namespace {

class connected final : public remote
{
public:
    connected(std::unique_ptr<local_sandbox> sandbox, std::unique_ptr<client_thread> client,
              std::string greeting)
        : sandbox_(std::move(sandbox)), client_(std::move(client)), greeting_(std::move(greeting))
    {
    }
    result<std::vector<std::byte>> invoke(std::vector<std::byte> request) override
    {
        return client_->invoke(std::move(request));
    }
    void on_update(std::function<void(const std::vector<std::byte>&)> handler) override
    {
        client_->on_update(std::move(handler));
    }
    std::string greeting() const override { return greeting_; }

private:
    std::unique_ptr<local_sandbox> sandbox_; // outlives the client
    std::unique_ptr<client_thread> client_;
    std::string greeting_;
};

bool is_set(const char* name)
{
    auto const* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

result<std::unique_ptr<remote>> open_in_process(const connection_options& options)
{
    auto sandbox = local_sandbox::open({});
    if (!sandbox)
        return sandbox.error();
    client_setup setup;
    setup.connection = options;
    setup.storage = any_storage(memory_storage());
    use(**sandbox, setup);
    auto client = client_thread::open(std::move(setup));
    if (!client)
        return client.error();
    if (auto const done = (*client)->connect(); !done)
        return done.error();
    auto const& user = (*sandbox)->users().front();
    sign_in_answers answers;
    answers.code = [&](const std::string&, int) { return std::optional(user.code); };
    answers.password = [&](const std::string&, int) { return std::optional(user.password); };
    if (auto const done = (*client)->sign_in(user.phone, answers); !done)
        return done.error();
    std::string greeting = "A data centre in this process; signed in as " +
                           paint(stdout, colour::bold, user.first_name) + ". Nothing is kept.\nWrite to ";
    for (std::size_t i = 1; i < (*sandbox)->users().size(); ++i)
        greeting += '@' + (*sandbox)->users()[i].username + ", ";
    for (auto const& bot : (*sandbox)->bots())
        greeting += '@' + bot.username + " (answers), ";
    greeting.erase(greeting.size() - 2);
    return std::unique_ptr<remote>(
        std::make_unique<connected>(std::move(*sandbox), std::move(*client), greeting + ".\n"));
}

} // namespace

result<std::unique_ptr<remote>> open_remote(const connection_options& options)
{
    if (options.sandbox)
        return open_in_process(options);
    client_setup setup;
    setup.connection = options;
    setup.use_environment = true; // a session of ours comes before one of the environment
    std::string where;
    if (!options.session_given && is_set("MTPROTO_AUTHKEY")) {
        setup.storage = any_storage(memory_storage());
        where = "the environment";
    } else {
        // Opening would make the lock's file, even in a folder where nobody ever signed in.
        std::error_code ignored;
        if (!std::filesystem::exists(options.session, ignored))
            return error(errc::storage_failed, "there is no session file " + options.session +
                                                   "; make one with 'mtproto keygen', or try --sandbox");
        auto file = file_storage::open(options.session);
        if (!file)
            return file.error();
        auto const session = file->load();
        if (!session)
            return session.error();
        if (!*session || !(*session)->auth_key)
            return error(errc::storage_failed,
                         options.session + " holds no session; make one with 'mtproto keygen'");
        setup.connection.test = setup.connection.test || (*session)->test_mode;
        where = options.session;
        setup.storage = any_storage(std::move(*file));
    }
    if (where == "the environment" && !is_set("MTPROTO_API_ID"))
        return error(errc::bad_argument,
                     "MTPROTO_AUTHKEY is set, so MTPROTO_API_ID must say whose application this is");
    if (auto const* const id = std::getenv("MTPROTO_API_ID"))
        std::from_chars(id, id + std::char_traits<char>::length(id), setup.api_id);
    if (auto const* const hash = std::getenv("MTPROTO_API_HASH"))
        setup.api_hash = hash;
    auto client = client_thread::open(std::move(setup));
    if (!client)
        return client.error();
    if (auto const done = (*client)->connect(); !done)
        return done.error();
    auto const session = (*client)->session();
    auto greeting = "Connected to data centre " + std::to_string(session.dc) + " at " + session.ip + ':' +
                    std::to_string(session.port) + " with the session of " + where + ".\n";
    return std::unique_ptr<remote>(
        std::make_unique<connected>(nullptr, std::move(*client), std::move(greeting)));
}

} // namespace mtproto::apps
