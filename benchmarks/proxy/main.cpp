// Calls and updates through the proxy against a bare gRPC echo of the same sizes, by the same client, in turns.

#include "load.hpp"
#include "process.hpp"
#include "report.hpp"
#include "servers.hpp"

#include <mtproto/proxy/detail/wire.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <sys/resource.h>

namespace {

using namespace proxy_benchmark;
using mtproto::proxy::detail::put_number;
using mtproto::proxy::detail::put_text;

struct settings
{
    bool quick = false;
    std::size_t rounds = 5;
    double time = 0.5; ///< seconds of each measurement
    std::size_t updates = 200'000;
    std::size_t connections = 200;
    std::size_t listeners = 1000;
    std::string json;
    std::string daemon;
    std::string only;
};

constexpr const char* usage = R"(usage: proxy-benchmark [--quick] [--rounds N] [--seconds S] [--only TEXT] [--mtprotod FILE] [--json FILE]

  --quick           every measurement once and short: that it runs, not how fast
  --rounds N        how often each is repeated, the servers in turns; the best counts [5]
  --seconds S       how long each round of calls takes [0.5]
  --only TEXT       only work with this in its name: getUsers, getHistory, updates, memory, listeners, mtprotod
  --mtprotod FILE   measure this daemon too, with --sandbox
  --json FILE       write all figures there
)";

// ---- the servers' side

/// "serve KIND ADDRESS...": prints the addresses, then does what stdin says until it ends.
int serve(const std::string& kind, const std::vector<std::string>& listen)
{
    auto const server = kind == "echo" ? serve_echo(listen) : serve_proxy(listen, kind == "proxy+hop");
    for (auto const& one : server->addresses())
        std::cout << one << ' ';
    std::cout << std::endl;
    std::string word;
    for (std::size_t count{}, size{}, pause{}; std::cin >> word >> count >> size >> pause;)
        server->publish(count, size, pause);
    // Clients may still be there: nothing that would have to wait for them.
    std::_Exit(0);
}

/// A server to be measured: where it is, and its process.
struct rival
{
    rival(std::string what, const std::vector<std::string>& command, int output) : name(std::move(what)), program(command, output) {}

    const std::string& at(const std::string& over) const { return over == "unix" ? unix_address : tcp_address; }
    bool echoes() const { return name == "echo"; }
    std::string listen_path() const { return echoes() ? "/bench.Echo/listen" : "/mtproto.UpdateStreamer/ListenOnUpdates"; }
    void publish(std::size_t count, std::size_t size, std::size_t pause)
    {
        program.write_line("publish " + std::to_string(count) + ' ' + std::to_string(size) + ' ' + std::to_string(pause));
    }

    std::string name;
    process program;
    std::string unix_address{};
    std::string tcp_address{};
};

std::unique_ptr<rival> start(const std::string& kind, const std::string& folder)
{
    auto out = std::make_unique<rival>(
        kind, std::vector<std::string>{this_program(), "serve", kind, "unix:" + folder + '/' + kind, "127.0.0.1:0"}, 1);
    std::istringstream line(out->program.read_line());
    line >> out->unix_address >> out->tcp_address;
    return out;
}
std::unique_ptr<rival> start_daemon(const std::string& program, const std::string& folder)
{
    auto out = std::make_unique<rival>("mtprotod",
                                       std::vector<std::string>{program, "start", "--sandbox", "--listen", "unix:" + folder + "/mtprotod",
                                                                "--listen", "127.0.0.1:0", "--drain", "0"},
                                       2);
    while (out->tcp_address.empty()) {
        auto const line = out->program.read_line();
        auto const at = line.find(" ready address=");
        if (at == std::string::npos)
            continue;
        auto const address = line.substr(at + 15, line.find(' ', at + 15) - at - 15);
        (address.find("unix:") != std::string::npos ? out->unix_address : out->tcp_address) = address;
    }
    out->unix_address = "unix:" + folder + "/mtprotod";
    return out;
}

// ---- what is asked; numbers as in proto/mtproto

std::string in(std::uint32_t field, std::string_view message)
{
    std::string out;
    put_text(out, field, message);
    return out;
}
std::string person(std::uint64_t id)
{
    std::string out;
    put_number(out, 1, id);
    put_number(out, 2, 0x5eedf00d12345678 + id);
    return out;
}
std::string get_users() { return in(1, in(3, person(5'000'000'001))) + in(1, in(3, person(5'000'000'002))); }
std::string get_self(std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += in(1, in(2, ""));
    return out;
}
std::string get_history(std::string_view peer)
{
    std::string out = in(1, peer);
    put_number(out, 5, 100);
    return out;
}
std::string send_message(std::string_view peer, std::string_view text, std::uint64_t random)
{
    std::string out;
    put_text(out, 9, peer);
    put_text(out, 11, text);
    put_number(out, 12, random);
    return out;
}
const std::string self_peer = in(2, "");

struct work
{
    std::string name;
    std::string rpc;
    std::string request;
};

class benchmark
{
public:
    explicit benchmark(settings with) : with_(std::move(with)) {}

    int run()
    {
        std::vector<rival*> ours;
        for (auto const* const kind : {"echo", "proxy", "proxy+hop"}) {
            rivals_.push_back(start(kind, folder_.path()));
            ours.push_back(rivals_.back().get());
        }
        if (wanted("getUsers"))
            calls(ours, {"users.getUsers", "UsersGetUsers", get_users()});
        if (wanted("getHistory"))
            calls(ours, {"messages.getHistory", "MessagesGetHistory", get_history(in(4, person(5'000'000'001)))});
        if (!with_.daemon.empty() && wanted("mtprotod"))
            calls_of_daemon(*ours[0]);
        ours.pop_back();
        if (wanted("updates"))
            for (auto const* const over : {"unix", "tcp"})
                updates(ours, over);
        if (wanted("memory"))
            memory(ours);
        if (wanted("listeners"))
            listeners(ours);
        if (!with_.json.empty()) {
            double load[1] = {};
            (void)::getloadavg(load, 1);
            std::ofstream(with_.json) << to_json(all_, {{"load", load[0]}, {"rounds", static_cast<double>(with_.rounds)}});
        }
        return 0;
    }

private:
    bool wanted(const std::string& name) const { return with_.only.empty() || name.find(with_.only) != std::string::npos; }

    /// Adds what belongs together, so that the table can be printed at once.
    void add(std::vector<figure> some, const std::vector<std::string>& columns)
    {
        print_table(some, columns);
        all_.insert(all_.end(), some.begin(), some.end());
    }

    void calls(const std::vector<rival*>& who, const work& what)
    {
        std::printf("\n");
        for (std::string const over : {"unix", "tcp"}) {
            std::vector<std::unique_ptr<unary_client>> clients;
            std::size_t reply = 0;
            for (auto* const one : who) {
                clients.push_back(std::make_unique<unary_client>(one->at(over)));
                if (!one->echoes())
                    reply = clients.back()->call("/mtproto.Mtproto/" + what.rpc, what.request).size();
            }
            if (over == "unix")
                std::printf("%s: request %zu B, reply %zu B\n", what.name.c_str(), what.request.size(), reply);
            auto const path = [&](const rival& one) {
                return one.echoes() ? "/bench.Echo/" + std::to_string(reply) : "/mtproto.Mtproto/" + what.rpc;
            };
            for (std::size_t const in_flight : {1, 8, 64}) {
                std::vector<figure> best;
                for (auto* const one : who)
                    best.push_back({one->name, what.name, over, in_flight});
                for (std::size_t round = 0; round <= with_.rounds; ++round)
                    for (std::size_t i = 0; i < who.size(); ++i) {
                        auto const& program = who[i]->program;
                        auto const before = program.cpu();
                        // The first round warms up.
                        auto const some =
                            clients[i]->run(path(*who[i]), what.request, in_flight, seconds(round == 0 ? 0.1 * with_.time : with_.time));
                        auto const cpu = program.cpu() - before;
                        if (some.reply_bytes != reply)
                            throw std::runtime_error(what.name + ": a reply of another size");
                        std::map<std::string, double> figures;
                        figures["calls_per_second"] = some.calls_per_second;
                        figures["p50_us"] = some.p50 * 1e6;
                        figures["p99_us"] = some.p99 * 1e6;
                        figures["server_cpu_us"] = cpu * 1e6 / static_cast<double>(some.calls);
                        if (round != 0)
                            keep_best(best[i], figures);
                    }
                add(std::move(best), {"calls_per_second", "p50_us", "p99_us", "server_cpu_us"});
            }
        }
    }

    /// The whole of it: gRPC, the converters, the client, a session over loopback, and the data centre that answers.
    void calls_of_daemon(rival& echo)
    {
        rivals_.push_back(start_daemon(with_.daemon, folder_.path()));
        auto& daemon = *rivals_.back();
        unary_client client(daemon.at("unix"));
        for (std::uint64_t i = 1; i <= 100; ++i)
            client.call("/mtproto.Mtproto/MessagesSendMessage",
                        send_message(self_peer,
                                     "The Analytical Engine has no pretensions whatever to originate anything; " + std::to_string(i), i));
        calls({&echo, &daemon}, {"sandbox getUsers", "UsersGetUsers", get_self(6)});
        calls({&echo, &daemon}, {"sandbox getHistory", "MessagesGetHistory", get_history(self_peer)});
    }

    /// Messages of the same size, whatever else stands in them.
    struct update_sizes
    {
        std::size_t payload = 100;
        std::size_t message = 0;
    };
    static update_sizes sizes_for(rival& one, const std::string& address, std::size_t message)
    {
        if (one.echoes())
            return {message, message};
        stream_client listener(address, one.listen_path(), 1, 1);
        one.publish(64, 100, 0);
        listener.begin();
        return {100, listener.receive(64).bytes / 64};
    }

    void updates(const std::vector<rival*>& who, const std::string& over)
    {
        // An update of 100 bytes, and with the cursor what the echo has to send.
        auto const message = sizes_for(*who[1], who[1]->at(over), 0).message;
        std::printf("\nupdates of 100 B, messages of %zu B\n", message);
        for (std::size_t const streams : {1, 8, 64}) {
            std::vector<figure> best;
            for (auto* const one : who)
                best.push_back({one->name, "updates", over, streams});
            for (std::size_t round = 0; round < with_.rounds; ++round)
                for (std::size_t i = 0; i < who.size(); ++i) {
                    auto& one = *who[i];
                    auto const count = with_.updates / streams;
                    stream_client listener(one.at(over), one.listen_path(), streams, 64);
                    auto const before = one.program.cpu();
                    listener.begin();
                    one.publish(count, one.echoes() ? message : 100, 0);
                    auto const some = listener.receive(count * streams);
                    auto const sent = static_cast<double>(some.messages);
                    auto const cpu = (one.program.cpu() - before) * 1e6 / sent;
                    keep_best(best[i], {{"updates_per_second", sent / some.seconds}, {"server_cpu_us", cpu}});
                    auto const paced = with_.quick ? 20 : 1000;
                    one.publish(static_cast<std::size_t>(paced), one.echoes() ? message : 100, 500);
                    auto late = listener.receive(static_cast<std::size_t>(paced) * streams, true).latencies;
                    keep_best(best[i], {{"p50_us", percentile(late, 0.5) * 1e6}, {"p99_us", percentile(late, 0.99) * 1e6}});
                }
            add(std::move(best), {"updates_per_second", "p50_us", "p99_us", "server_cpu_us"});
        }
    }

    void memory(const std::vector<rival*>& who)
    {
        std::printf("\nmemory of the server\n");
        for (std::string const over : {"unix", "tcp"}) {
            std::vector<figure> some;
            for (auto* const one : who) {
                {
                    // What the first ones leave behind is no connection's.
                    idle_connections const first(one->at(over), 8);
                }
                auto const before = one->program.memory();
                idle_connections const open(one->at(over), with_.connections);
                auto const grown = one->program.memory() - std::min(before, one->program.memory());
                auto const each = static_cast<double>(grown) / 1024 / static_cast<double>(with_.connections);
                some.push_back({one->name, "idle connections", over, with_.connections, {{"kb_each", each}}});
            }
            add(std::move(some), {"kb_each"});
        }
    }

    void listeners(const std::vector<rival*>& who)
    {
        std::printf("\n%zu listeners on %zu connections\n", with_.listeners, (with_.listeners + 99) / 100);
        std::vector<figure> best;
        for (auto* const one : who) {
            figure some{one->name, "listeners", "unix", with_.listeners};
            auto const before = one->program.memory();
            stream_client all(one->at("unix"), one->listen_path(), with_.listeners, 100);
            auto const after = one->program.memory();
            some.values["kb_each"] = static_cast<double>(after - std::min(after, before)) / 1024 / static_cast<double>(with_.listeners);
            for (std::size_t round = 0; round < with_.rounds; ++round) {
                std::size_t const count = with_.quick ? 10 : 200;
                auto const cpu = one->program.cpu();
                all.begin();
                one->publish(count, one->echoes() ? 126 : 100, 0);
                auto const got = all.receive(count * with_.listeners);
                auto const sent = static_cast<double>(got.messages);
                keep_best(some, {{"updates_per_second", sent / got.seconds}, {"server_cpu_us", (one->program.cpu() - cpu) * 1e6 / sent}});
            }
            best.push_back(std::move(some));
        }
        add(std::move(best), {"kb_each", "updates_per_second", "server_cpu_us"});
    }

    settings with_;
    scratch_folder folder_{};
    std::vector<std::unique_ptr<rival>> rivals_{};
    std::vector<figure> all_{};
};

std::optional<settings> parse(const std::vector<std::string>& words)
{
    settings out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const& word = words[i];
        if (word == "--quick") {
            out.quick = true;
            out.rounds = 1;
            out.time = 0.05;
            out.updates = 6400;
            out.connections = 20;
            out.listeners = 100;
            continue;
        }
        if (i + 1 == words.size())
            return std::nullopt;
        auto const& value = words[++i];
        if (word == "--rounds")
            out.rounds = std::max<std::size_t>(1, std::strtoull(value.c_str(), nullptr, 10));
        else if (word == "--seconds")
            out.time = std::strtod(value.c_str(), nullptr);
        else if (word == "--json")
            out.json = value;
        else if (word == "--mtprotod")
            out.daemon = value;
        else if (word == "--only")
            out.only = value;
        else
            return std::nullopt;
    }
    return out;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        std::vector<std::string> const words(argv + 1, argv + argc);
        if (words.size() > 2 && words[0] == "serve")
            return serve(words[1], {words.begin() + 2, words.end()});
        auto const with = parse(words);
        if (!with) {
            std::fputs(usage, stderr);
            return 2;
        }
        // A connection has a descriptor at either end.
        ::rlimit files{};
        if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
            files.rlim_cur = files.rlim_max;
            ::setrlimit(RLIMIT_NOFILE, &files);
        }
        return benchmark(*with).run();
    } catch (const std::exception& why) {
        std::fprintf(stderr, "proxy-benchmark: %s\n", why.what());
        return 1;
    }
}
