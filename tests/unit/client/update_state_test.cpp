#include "catch.hpp"

#include <mtproto/client/update_state.hpp>

#include <deque>
#include <random>

using namespace mtproto;
using namespace std::chrono_literals;

namespace {

using state = update_state<int>;
using updates = std::vector<int>;

constexpr update_track pts{update_sequence::pts};
constexpr update_track seq{update_sequence::seq};
constexpr update_track channel{update_sequence::channel, 7};

state::time_point at(std::chrono::milliseconds when)
{
    return state::time_point(1h + when);
}

} // namespace

TEST_CASE("updates in order pass at once")
{
    state s;
    updates ready;
    s.push(pts, 11, 1, 11, at(0ms), ready);
    CHECK(ready.empty()); // the position is not known yet
    s.start({10, 0, 0, 5}, ready);
    CHECK(ready == updates{11});
    s.push(pts, 13, 2, 13, at(0ms), ready);
    s.push(seq, 6, 1, 106, at(0ms), ready);
    CHECK(ready == updates{11, 13, 106});
    CHECK(s.position() == update_position{13, 0, 0, 6});
    CHECK(s.next_timer() == at(15min)); // of silence
}

TEST_CASE("duplicates are dropped")
{
    state s;
    updates ready;
    s.start({10, 0, 0, 0}, ready);
    for (int i = 0; i < 3; ++i)
        s.push(pts, 11, 1, 11, at(0ms), ready);
    s.push(pts, 5, 1, 5, at(0ms), ready);
    CHECK(ready == updates{11});
}

TEST_CASE("a gap that closes by itself")
{
    state s;
    updates ready;
    s.start({10, 0, 0, 0}, ready);
    s.push(pts, 13, 1, 13, at(0ms), ready);
    s.push(pts, 12, 1, 12, at(100ms), ready);
    s.push(pts, 12, 1, 12, at(100ms), ready);
    CHECK(ready.empty());
    CHECK(s.next_timer() == at(500ms));
    CHECK_FALSE(s.next_difference(at(499ms)));
    s.push(pts, 11, 1, 11, at(499ms), ready);
    CHECK(ready == updates{11, 12, 13});
    CHECK(s.next_timer() == at(15min + 499ms));
    CHECK_FALSE(s.next_difference(at(600ms)));
}

TEST_CASE("a gap that stays asks for the difference")
{
    state s;
    updates ready;
    s.start({10, 0, 0, 0}, ready);
    s.push(pts, 13, 1, 13, at(0ms), ready);
    auto const due = s.next_difference(at(500ms));
    REQUIRE(due);
    CHECK_FALSE(due->channel);
    CHECK_FALSE(s.next_difference(at(600ms)));
    s.push(pts, 14, 1, 14, at(600ms), ready); // comes with the difference too
    s.push(pts, 15, 1, 15, at(600ms), ready);
    CHECK(ready.empty());
    s.finish({14, 0, 0, 0}, ready);
    CHECK(ready == updates{15});
    CHECK(s.position().pts == 15);
}

TEST_CASE("a difference that fails is tried again")
{
    state s;
    updates ready;
    s.start({10, 0, 0, 0}, ready);
    s.too_long(pts, at(0ms));
    auto const due = s.next_difference(at(0ms));
    REQUIRE(due);
    s.fail(*due, at(2000ms));
    CHECK_FALSE(s.next_difference(at(1999ms)));
    CHECK(s.next_difference(at(2000ms)));
}

TEST_CASE("a long silence asks for the difference")
{
    state s(15min);
    updates ready;
    s.start({10, 0, 0, 0}, ready);
    CHECK_FALSE(s.next_difference(at(0ms)));
    CHECK(s.next_timer() == at(15min));
    s.push(pts, 11, 1, 11, at(10min), ready);
    CHECK_FALSE(s.next_difference(at(20min)));
    CHECK(s.next_timer() == at(25min));
    auto const due = s.next_difference(at(25min));
    REQUIRE(due);
    CHECK_FALSE(due->channel);
    CHECK(s.busy(pts));
    s.finish({11, 0, 0, 0}, ready);
    CHECK_FALSE(s.next_difference(at(39min)));
    CHECK(s.next_difference(at(40min)));
    s.fail({}, at(41min));
    CHECK(s.next_timer() == at(41min));
    CHECK(s.next_difference(at(41min)));
}

TEST_CASE("channels stand for themselves")
{
    state s;
    updates ready;
    s.start({10, 0, 0, 0}, ready);
    s.push(channel, 100, 1, 100, at(0ms), ready); // first seen: its place is taken from it
    CHECK(ready == updates{100});
    s.push(channel, 103, 1, 103, at(0ms), ready);
    auto const due = s.next_difference(at(500ms));
    REQUIRE(due);
    CHECK(due->channel == 7);
    s.push(pts, 11, 1, 11, at(500ms), ready);
    CHECK(ready == updates{100, 11});
    s.finish_channel(7, 103, ready);
    s.push(channel, 104, 1, 104, at(500ms), ready);
    CHECK(ready == updates{100, 11, 104});
    CHECK(s.channel_pts(7) == 104);
}

TEST_CASE("too many updates during a difference are fetched, not kept")
{
    state s;
    updates ready;
    s.start({0, 0, 0, 0}, ready);
    s.too_long(pts, at(0ms));
    REQUIRE(s.next_difference(at(0ms)));
    for (int i = 1; i <= 3000; ++i)
        s.push(pts, i, 1, i, at(0ms), ready);
    s.finish({1500, 0, 0, 0}, ready);
    CHECK(ready.empty());
    CHECK(s.next_difference(at(1ms)));
    s.finish({3000, 0, 0, 0}, ready);
    CHECK(ready.empty());
    CHECK_FALSE(s.next_difference(at(2ms)));
}

namespace {

/// A server that numbers updates, a network that loses, repeats and reorders them, and a client.
struct simulation
{
    struct entry
    {
        update_track track;
        int to;
        int count;
        int value;
    };

    explicit simulation(unsigned seed) : random(seed) {}

    int roll(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

    void happen()
    {
        static constexpr update_track tracks[] = {
            pts, {update_sequence::qts}, seq, channel, {update_sequence::channel, 8}};
        auto const which = tracks[roll(5)];
        int const count = which.kind == update_sequence::pts || which.kind == update_sequence::channel ? 1 + roll(3) : 1;
        log.push_back({which, place[which] += count, count, static_cast<int>(log.size())});
        for (int copies = roll(10) == 0 ? 0 : 1 + (roll(8) == 0); copies > 0; --copies)
            flight.emplace(now + std::chrono::milliseconds(roll(4) == 0 ? roll(1500) : roll(50)), log.size() - 1);
    }

    void apply(const updates& values)
    {
        for (int const value : values)
            applied.push_back(value);
    }

    void fetch(state::difference what)
    {
        // As the server stands when it answers; what happened in between is in the answer.
        updates answer;
        auto const wanted = [&](const entry& e) {
            return what.channel ? e.track.kind == update_sequence::channel && e.track.channel == *what.channel
                                : e.track.kind != update_sequence::channel;
        };
        auto const from = [&](update_track track) {
            auto const p = client.position();
            switch (track.kind) {
            case update_sequence::pts: return p.pts;
            case update_sequence::qts: return p.qts;
            case update_sequence::seq: return p.seq;
            case update_sequence::channel: break;
            }
            return *client.channel_pts(track.channel);
        };
        if (roll(5) == 0) {
            client.fail(what, now + 100ms);
            return;
        }
        for (auto const& e : log)
            if (wanted(e) && e.to > from(e.track))
                answer.push_back(e.value);
        apply(answer);
        updates ready;
        if (what.channel)
            client.finish_channel(*what.channel, place[{update_sequence::channel, *what.channel}], ready);
        else
            client.finish({place[pts], place[{update_sequence::qts}], 0, place[seq]}, ready);
        apply(ready);
    }

    void step(std::chrono::milliseconds by)
    {
        now += by;
        while (!flight.empty() && flight.begin()->first <= now) {
            auto const& e = log[flight.begin()->second];
            updates ready;
            client.push(e.track, e.to, e.count, e.value, flight.begin()->first, ready);
            apply(ready);
            flight.erase(flight.begin());
        }
        while (!asked.empty() && asked.front().first <= now) {
            auto const what = asked.front().second;
            asked.pop_front();
            fetch(what);
        }
        while (auto const due = client.next_difference(now))
            asked.emplace_back(now + std::chrono::milliseconds(roll(300)), *due);
    }

    void run()
    {
        updates ready;
        client.start({0, 0, 0, 0}, ready);
        client.start_channel(7, 0);
        client.start_channel(8, 0);
        for (int i = 0; i < 400; ++i) {
            happen();
            step(std::chrono::milliseconds(roll(60)));
        }
        // The last ones may have been lost with nothing after them to show it: the server says so after a while.
        for (auto const& track : {pts, channel, update_track{update_sequence::channel, 8}})
            client.too_long(track, now);
        for (int i = 0; i < 200; ++i)
            step(50ms);
    }

    std::mt19937 random;
    state client{};
    state::time_point now{1h};
    std::vector<entry> log{};
    std::map<update_track, int> place{};
    std::multimap<state::time_point, std::size_t> flight{};
    std::deque<std::pair<state::time_point, state::difference>> asked{};
    updates applied{};
};

} // namespace

TEST_CASE("whatever the network does, each update is applied once and in the order of its sequence")
{
    for (unsigned seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        simulation s(seed);
        s.run();
        std::map<update_track, updates> sent;
        std::map<update_track, updates> seen;
        for (auto const& e : s.log)
            sent[e.track].push_back(e.value);
        for (int const value : s.applied)
            seen[s.log[static_cast<std::size_t>(value)].track].push_back(value);
        REQUIRE(sent == seen);
    }
}
