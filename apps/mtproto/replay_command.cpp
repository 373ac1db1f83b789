// `mtproto replay`: what a recording says, as JSON.

#include "commands.hpp"
#include "console.hpp"
#include "exit_codes.hpp"
#include "json_text.hpp"
#include "redaction.hpp"
#include "schema_source.hpp"
#include "wire_decoder.hpp"

#include <mtproto/api/layer.hpp>

#include <boost/json/serialize.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace mtproto::apps {
namespace {

namespace json = boost::json;

// A file that the recorder wrote, or a session file.
result<> read_keys(const std::string& file, wire_decoder& to)
{
    auto text = read_text(file);
    if (!text)
        return text.error();
    crypto::wipe_on_exit const wiped(std::as_writable_bytes(std::span(*text)));
    auto const add = [&](std::string_view line, int number) -> result<> {
        auto key = parse_wire_key(line);
        if (!key)
            return error(errc::bad_argument,
                         file + (number != 0 ? ':' + std::to_string(number) : std::string()) +
                             " holds no keys: " + key.error().text());
        to.add(std::move(*key));
        return {};
    };
    std::string_view rest(*text);
    if (!rest.starts_with(wire_keys_header))
        return add(rest, 0);
    rest.remove_prefix(wire_keys_header.size());
    for (int number = 2; !rest.empty(); ++number) {
        auto const end = std::min(rest.find('\n'), rest.size());
        if (auto const added = add(rest.substr(0, end), number); !added)
            return added;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

class replay
{
public:
    replay(const replay_options& options, const tl::schema::schema& api) : options_(options), decoder_(api) {}

    wire_decoder& decoder() noexcept { return decoder_; }

    result<> run()
    {
        std::ifstream file(options_.file, std::ios::binary);
        if (!file)
            return error(errc::bad_argument, options_.file + " cannot be opened");
        std::string line;
        std::int64_t events = 0;
        for (number_ = 1; std::getline(file, line); ++number_) {
            if (number_ == 1) {
                auto const layer = parse_wire_header(line);
                if (!layer)
                    return at_line(layer.error());
                layer_ = *layer;
                continue;
            }
            auto const record = parse_wire_record(line);
            if (!record)
                return record.error().is(errc::truncated) ? cut_off() : at_line(record.error());
            if (record->event == wire_event::end) {
                if (record->number != events)
                    return error(errc::truncated, options_.file + " has lost events: it names " +
                                                      std::to_string(record->number) + ", and holds " +
                                                      std::to_string(events));
                return {};
            }
            ++events;
            auto messages = decoder_.decode(*record);
            if (!messages)
                return at_line(messages.error());
            for (auto& one : *messages)
                if (auto const shown = show(json::value(std::move(one))); !shown)
                    return shown;
        }
        return cut_off();
    }
    int layer() const noexcept { return layer_; }

private:
    error at_line(const error& why) const
    {
        return {why.is(errc::bad_argument) ? errc::bad_argument : errc::bad_message,
                options_.file + ':' + std::to_string(number_) + ": " +
                    (why.text().empty() ? why.message() : why.text())};
    }
    error cut_off() const
    {
        return {errc::truncated,
                options_.file + " is cut off at line " + std::to_string(number_) +
                    ": its recorder was stopped, or the file is not whole; all before that was shown"};
    }
    result<> show(json::value message)
    {
        if (!options_.no_redact)
            redact(message.get_object()["message"], options_.redact);
        if (auto& object = message.get_object(); object["message"].is_null())
            object.erase("message");
        auto const out = (options_.pretty ? pretty_json(message) : json::serialize(message)) + '\n';
        if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size())
            return error(errc::storage_failed, "stdout cannot be written to");
        return {};
    }

    const replay_options& options_;
    wire_decoder decoder_;
    std::size_t number_ = 0;
    int layer_ = 0;
};

} // namespace

int run_replay(const replay_options& options)
{
    std::optional<tl::schema::schema> other;
    if (!options.schema.empty()) {
        auto read = schema_from(options.schema);
        if (!read)
            return fail(read.error());
        other = std::move(*read);
    }
    replay one(options, other ? *other : api_schema());
    auto const beside = options.file + ".keys";
    std::error_code ignored;
    auto keys = options.keys;
    if (keys.empty() && std::filesystem::exists(beside, ignored))
        keys.push_back(beside);
    for (auto const& file : keys)
        if (auto const read = read_keys(file, one.decoder()); !read)
            return fail(read.error());
    auto const done = one.run();
    if (std::fflush(stdout) != 0) {
        complain("the messages cannot be written to stdout");
        return exit_failed;
    }
    if (!done)
        return fail(done.error());
    if (auto const strange = one.decoder().undecoded(); strange != 0) {
        complain(std::to_string(strange) + " values are not of " +
                 (options.schema.empty() ? "layer " + std::to_string(mtproto::api::layer) : options.schema) +
                 "; they were recorded by a client of layer " + std::to_string(one.layer()) +
                 ", whose schema --schema takes");
        return exit_failed;
    }
    return exit_ok;
}

} // namespace mtproto::apps
