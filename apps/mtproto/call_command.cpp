// `mtproto call`: one method of the schema, JSON in, JSON out.

#include "api.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "json_text.hpp"
#include "suggest.hpp"

#include <mtproto/tl/json.hpp>

#include <boost/json/serialize.hpp>

#include <cstdio>

namespace mtproto::apps {

int run_call(const call_options& options)
{
    // What can be said without a server is said before one is asked.
    auto const& schema = api_schema();
    if (schema.find_function(options.method) == nullptr) {
        std::vector<std::string_view> names;
        for (auto const& line : schema.functions())
            names.push_back(line.name);
        complain("the API has no method '" + printable(options.method) + "'" +
                 did_you_mean(nearest(options.method, names)));
        return exit_usage;
    }
    std::string text = options.json;
    if (text == "-") {
        auto read = read_text("-");
        if (!read)
            return fail(read.error());
        text = std::move(*read);
    }
    auto params = tl::parse_json(text);
    if (!params)
        return fail(params.error(), "the parameters");
    if (!params->is_object()) {
        complain("the parameters must be a JSON object, such as {\"limit\": 3}");
        return exit_usage;
    }

    auto connection = open_remote(options.connection);
    if (!connection)
        return fail(connection.error());
    api remote(**connection);
    if (auto const& file = options.connection.access; !file.empty())
        if (auto const loaded = remote.load_access_file(file); !loaded)
            return fail(loaded.error());
    auto const answer = remote.call(options.method, std::move(*params));
    if (!answer)
        return fail(answer.error(), options.method);
    auto const out = (options.pretty ? pretty_json(*answer) : boost::json::serialize(*answer)) + '\n';
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0) {
        complain("the answer cannot be written to stdout");
        return exit_failed;
    }
    return exit_ok;
}

} // namespace mtproto::apps
