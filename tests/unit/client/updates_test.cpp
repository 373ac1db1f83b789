#include "catch.hpp"
#include "run.hpp"

#include <mtproto/client/updates.hpp>

#include <deque>
#include <functional>

using namespace mtproto;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::run;

namespace {

/// An invoker whose updates and differences the test writes.
struct scripted
{
    struct subscription
    {
        scripted* tg;
        template <class Updates>
        task<result<Updates>> next(std::optional<std::chrono::steady_clock::time_point> until)
        {
            if (tg->incoming.empty()) {
                if (!until || *until > std::chrono::steady_clock::now() + 1min)
                    co_return errc::not_connected; // nothing will come any more
                asio::steady_timer timer(co_await asio::this_coro::executor, *until);
                co_await timer.async_wait(asio::use_awaitable);
                co_return errc::timed_out;
            }
            auto update = std::move(tg->incoming.front());
            tg->incoming.pop_front();
            co_return std::move(update);
        }
    };

    template <tl::method Q>
    task<result<typename Q::result>> invoke(const Q& request)
    {
        return answer(request);
    }
    template <class Q>
    task<result<typename Q::result>> answer(Q)
    {
        co_return errc::bad_argument;
    }
    task<result<bool>> answer(detail::sample_method) { co_return true; }
    task<result<api::updates::State>> answer(api::updates::getState)
    {
        ++states;
        co_return api::updates::State(now);
    }
    task<result<api::updates::Difference>> answer(api::updates::getDifference request)
    {
        asked_pts.push_back(request.pts);
        if (differences.empty())
            co_return error::from_rpc(400, "NO_MORE");
        auto next = std::move(differences.front());
        differences.pop_front();
        co_return std::move(next);
    }
    task<result<api::updates::ChannelDifference>> answer(api::updates::getChannelDifference request)
    {
        asked_channel_pts.push_back(request.pts);
        if (channel_differences.empty())
            co_return error::from_rpc(400, "CHANNEL_PRIVATE");
        auto next = std::move(channel_differences.front());
        channel_differences.pop_front();
        co_return std::move(next);
    }
    subscription subscribe(bool) { return {this}; }
    task<result<session_data>> session() { co_return data; }
    template <class F>
    void update_session(F f)
    {
        f(data);
    }

    struct settings
    {
        std::chrono::steady_clock::duration update_silence = 15min;
    };
    const settings& options() const { return set; }

    void send(api::Updates update) { incoming.push_back(std::move(update)); }

    settings set{};
    session_data data{};
    api::updates::state now{};
    int states = 0;
    std::deque<api::Updates> incoming{};
    std::deque<api::updates::Difference> differences{};
    std::deque<api::updates::ChannelDifference> channel_differences{};
    std::vector<int> asked_pts{};
    std::vector<int> asked_channel_pts{};
};

struct forgetful : scripted
{
    using scripted::answer;
    template <tl::method Q>
    task<result<typename Q::result>> invoke(const Q& request)
    {
        return answer(request);
    }
    task<result<api::updates::Difference>> answer(api::updates::getDifference)
    {
        co_return error::from_rpc(400, "PERSISTENT_TIMESTAMP_INVALID");
    }
};

api::Message text(int id)
{
    api::message made;
    made.id = id;
    made.message_ = std::to_string(id);
    api::peerUser from;
    from.user_id = 5;
    made.peer_id = from;
    return made;
}
api::Message post(int id)
{
    api::message made;
    made.id = id;
    api::peerChannel in;
    in.channel_id = 77;
    made.peer_id = in;
    return made;
}
api::updateNewMessage new_message(int id, int pts)
{
    api::updateNewMessage made;
    made.message = text(id);
    made.pts = pts;
    made.pts_count = 1;
    return made;
}
api::updateNewChannelMessage new_post(int id, int pts)
{
    api::updateNewChannelMessage made;
    made.message = post(id);
    made.pts = pts;
    made.pts_count = 1;
    return made;
}
api::Updates only(api::Update update)
{
    api::updateShort made;
    made.update = std::move(update);
    return made;
}
api::updates::state state_at(int pts, int seq = 1)
{
    api::updates::state made;
    made.pts = pts;
    made.seq = seq;
    made.date = 1000;
    return made;
}
api::Chat known_channel()
{
    api::channel made;
    made.id = 77;
    made.access_hash = 4242;
    made.photo = api::chatPhotoEmpty();
    return made;
}

using list = std::vector<int>;

/// A difference that ends at `pts`, with messages of these ids.
api::updates::Difference difference_to(int pts, const list& messages)
{
    api::updates::difference made;
    for (auto const id : messages)
        made.new_messages.push_back(text(id));
    made.state = state_at(pts);
    return made;
}
/// The same, but there is more of it.
api::updates::Difference slice_to(int pts, const list& messages)
{
    api::updates::differenceSlice made;
    for (auto const id : messages)
        made.new_messages.push_back(text(id));
    made.intermediate_state = state_at(pts);
    return made;
}

/// The ids of all messages in a batch.
list ids(const update_batch& batch)
{
    list found;
    for (auto const& update : batch.updates) {
        auto const* message = static_cast<const api::Message*>(nullptr);
        if (auto const* const one = tl::get_if<api::updateNewMessage>(update))
            message = &*one->message;
        if (auto const* const one = tl::get_if<api::updateNewChannelMessage>(update))
            message = &*one->message;
        if (message)
            found.push_back(tl::get_if<api::message>(*message)->id);
    }
    return found;
}

} // namespace

TEST_CASE("updates pass in order, the first position comes from the server")
{
    scripted tg;
    tg.now = state_at(10);
    tg.send(only(new_message(1, 11)));
    tg.send(only(new_message(1, 11)));
    api::updateShortMessage brief;
    brief.id = 2;
    brief.user_id = 5;
    brief.message = "two";
    brief.pts = 12;
    brief.pts_count = 1;
    tg.send(std::move(brief));
    update_stream stream(tg);
    auto const first = run(stream.next());
    REQUIRE(first.has_value());
    CHECK(ids(*first) == list{1});
    CHECK(tg.states == 1);
    auto const second = run(stream.next());
    REQUIRE(second.has_value());
    CHECK(ids(*second) == list{2});
    auto const* const full = tl::get_if<api::updateNewMessage>(second->updates[0]);
    REQUIRE(full);
    CHECK(tl::get_if<api::message>(*full->message)->message_ == "two");
    CHECK(run(stream.next()).error().is(errc::not_connected));
    CHECK(tg.data.updates->pts == 12);
    CHECK(tg.asked_pts.empty());
}

TEST_CASE("what was missed while away comes first, slice by slice")
{
    scripted tg;
    tg.data.updates = update_position{10, 0, 900, 1};
    tg.differences.push_back(slice_to(11, {1}));
    tg.differences.push_back(difference_to(12, {2}));
    tg.send(only(new_message(2, 12)));
    tg.send(only(new_message(3, 13)));
    update_stream stream(tg);
    auto const first = run(stream.next());
    REQUIRE(first.has_value());
    CHECK(ids(*first) == list{1, 2});
    CHECK(tg.asked_pts == list{10, 11});
    CHECK(ids(*run(stream.next())) == list{3});
    CHECK(tg.states == 0);
}

TEST_CASE("a difference that breaks off is given out as far as it came, and counts only then")
{
    scripted tg;
    tg.data.updates = update_position{10, 0, 900, 1};
    tg.differences.push_back(slice_to(11, {1}));
    update_stream stream(tg);
    CHECK(run(stream.next()).error().name() == "NO_MORE");
    CHECK(tg.data.updates->pts == 10);
    auto const batch = run(stream.next());
    REQUIRE(batch.has_value());
    CHECK(ids(*batch) == list{1});
    CHECK(tg.data.updates->pts == 10); // whoever ends here has not handled it
    (void)run(stream.next());
    CHECK(tg.data.updates->pts == 11);
}

TEST_CASE("a difference that leads nowhere is an error")
{
    auto const outcome = [](api::updates::Difference answer) {
        scripted tg;
        tg.data.updates = update_position{10, 0, 1000, 1};
        tg.differences.push_back(std::move(answer));
        update_stream stream(tg);
        return run(stream.next());
    };
    CHECK(outcome(slice_to(10, {})).error().is(errc::wrong_result));
    api::updates::differenceTooLong jump;
    jump.pts = 10;
    CHECK(outcome(std::move(jump)).error().is(errc::wrong_result));
}

TEST_CASE("a gap is waited for, then fetched")
{
    scripted tg;
    tg.now = state_at(10);
    tg.send(only(new_message(2, 12)));
    tg.differences.push_back(difference_to(12, {1, 2}));
    update_stream stream(tg);
    auto const before = std::chrono::steady_clock::now();
    auto const batch = run(stream.next());
    REQUIRE(batch.has_value());
    CHECK(ids(*batch) == list{1, 2});
    CHECK(std::chrono::steady_clock::now() - before >= 450ms);
    CHECK(tg.asked_pts == list{10});
}

TEST_CASE("what came in silence is fetched after a while")
{
    scripted tg;
    tg.set.update_silence = 50ms;
    tg.now = state_at(10);
    tg.differences.push_back(difference_to(11, {1}));
    update_stream stream(tg);
    auto const before = std::chrono::steady_clock::now();
    auto const batch = run(stream.next());
    REQUIRE(batch.has_value());
    CHECK(ids(*batch) == list{1});
    CHECK(tg.asked_pts == list{10});
    CHECK(std::chrono::steady_clock::now() - before >= 50ms);
}

TEST_CASE("a difference that is too long is told")
{
    scripted tg;
    tg.now = state_at(10);
    tg.send(api::updatesTooLong());
    api::updates::differenceTooLong jump;
    jump.pts = 5000;
    tg.differences.emplace_back(std::move(jump));
    api::updates::differenceEmpty nothing;
    nothing.date = 1001;
    nothing.seq = 3;
    tg.differences.emplace_back(std::move(nothing));
    update_stream stream(tg);
    auto const batch = run(stream.next());
    REQUIRE(batch.has_value());
    CHECK(batch->reset);
    CHECK(tg.asked_pts == list{10, 5000});
    CHECK(stream.position() == update_position{5000, 0, 1001, 3});
}

TEST_CASE("channels have differences of their own")
{
    scripted tg;
    tg.now = state_at(10, 0);
    api::updates_ all;
    all.chats.push_back(known_channel());
    all.updates.emplace_back(new_post(1, 101));
    tg.send(std::move(all));
    tg.send(only(new_post(4, 104)));
    api::updates::channelDifference part;
    part.pts = 103;
    part.new_messages.push_back(post(2));
    part.new_messages.push_back(post(3));
    tg.channel_differences.emplace_back(std::move(part));
    api::updates::channelDifference last;
    last.final = true;
    last.pts = 104;
    last.new_messages.push_back(post(4));
    tg.channel_differences.emplace_back(std::move(last));
    update_stream stream(tg);
    auto const first = run(stream.next());
    REQUIRE(first.has_value());
    CHECK(ids(*first) == list{1});
    CHECK(first->chats.size() == 1);
    auto const second = run(stream.next());
    REQUIRE(second.has_value());
    CHECK(ids(*second) == list{2, 3, 4});
    CHECK(tg.asked_channel_pts == list{101, 103});
    (void)run(stream.next());
    CHECK(tg.data.channels.at(77) == channel_position{4242, 104});

    // A new process goes on from there.
    scripted later;
    later.data = tg.data;
    api::updates::differenceEmpty nothing;
    nothing.date = 1001;
    later.differences.emplace_back(std::move(nothing));
    api::updates::channelDifference missed;
    missed.final = true;
    missed.pts = 105;
    missed.new_messages.push_back(post(5));
    later.channel_differences.emplace_back(std::move(missed));
    update_stream again(later);
    CHECK(ids(*run(again.next())) == list{5});
    CHECK(later.asked_channel_pts == list{104});
}

TEST_CASE("a channel that cannot be asked about is told")
{
    scripted tg;
    tg.now = state_at(10);
    tg.send(only(new_post(1, 101)));
    tg.send(only(new_post(3, 103)));
    update_stream stream(tg);
    CHECK(ids(*run(stream.next())) == list{1});
    auto const second = run(stream.next());
    REQUIRE(second.has_value());
    CHECK(second->reset_channels == std::vector<std::int64_t>{77});
}

TEST_CASE("containers follow their own numbers")
{
    scripted tg;
    tg.now = state_at(10, 5);
    auto const later = [] {
        api::updates_ made;
        made.seq = 7;
        made.updates.emplace_back(api::updateConfig());
        return made;
    };
    api::updates_ sooner;
    sooner.seq = 6;
    sooner.updates.emplace_back(api::updatePrivacy());
    tg.send(later());
    tg.send(later());
    tg.send(std::move(sooner));
    update_stream stream(tg);
    auto const batch = run(stream.next());
    REQUIRE(batch.has_value());
    REQUIRE(batch->updates.size() == 2);
    CHECK(tl::holds<api::updatePrivacy>(batch->updates[0]));
    CHECK(tl::holds<api::updateConfig>(batch->updates[1]));
    CHECK(stream.position().seq == 7);
}

TEST_CASE("a position that means nothing to the server is replaced")
{
    forgetful tg;
    tg.now = state_at(50);
    tg.data.updates = update_position{10, 0, 900, 1};
    update_stream stream(tg);
    auto const batch = run(stream.next());
    REQUIRE(batch.has_value());
    CHECK(batch->reset);
    CHECK(stream.position().pts == 50);
}
