// Where random bytes come from: the system in production, a seed in tests.
#pragma once

#include <mtproto/crypto/bytes.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <climits>

#include <unistd.h>

namespace mtproto::crypto {

/// A source of random bytes. Protocol logic takes one by reference and never asks the system itself,
/// so that a test can replay a run from its seed.
class random_source
{
public:
    virtual ~random_source() = default;
    /// Overwrites all of `out`.
    virtual void fill(mutable_bytes out) = 0;

protected:
    random_source() = default;
    random_source(const random_source&) = default;
    random_source& operator=(const random_source&) = default;
};

/// OpenSSL's generator, seeded by the system. Has no state of its own: use it from any thread.
///
/// Without randomness nothing here can go on safely, so this is the one failure that is not a value:
/// `fill` throws mtproto::exception with errc::random_failed.
class system_random final : public random_source
{
public:
    void fill(mutable_bytes out) override
    {
        if (out.size() <= pool::largest)
            return pool::of_this_thread().take(out);
        generate(out);
    }

private:
    static void generate(mutable_bytes out)
    {
        while (!out.empty()) {
            auto const part = (std::min<std::size_t>)(out.size(), INT_MAX);
            if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(part)) != 1)
                result<>(error(errc::random_failed)).value();
            out = out.subspan(part);
        }
    }

    // One call costs most of a microsecond however little it gives, and every packet needs a few bytes of
    // padding: so small requests share a call. What was handed out is wiped here; a child process does not
    // inherit its parent's.
    class pool
    {
    public:
        static constexpr std::size_t largest = 64;

        static pool& of_this_thread()
        {
            thread_local pool self;
            return self;
        }
        void take(mutable_bytes out)
        {
            if (auto const process = getpid(); out.size() > left_ || process != process_) {
                left_ = 0;
                generate(bytes_);
                left_ = bytes_.size();
                process_ = process;
            }
            auto const from = mutable_bytes(bytes_).subspan(left_ - out.size(), out.size());
            std::copy(from.begin(), from.end(), out.begin());
            wipe(from);
            left_ -= out.size();
        }
        ~pool() { wipe(bytes_); }

    private:
        std::array<std::byte, 512> bytes_{};
        std::size_t left_ = 0;
        pid_t process_ = 0;
    };
};

/// The same bytes for the same seed, for tests and simulations: never for a key. Not thread safe.
class seeded_random final : public random_source
{
public:
    explicit seeded_random(std::uint64_t seed) noexcept : state_(seed) {}

    void fill(mutable_bytes out) override
    {
        while (!out.empty()) {
            auto const word = store_le64(next());
            auto const part = (std::min)(out.size(), word.size());
            std::copy_n(word.begin(), part, out.begin());
            out = out.subspan(part);
        }
    }

private:
    // SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
    std::uint64_t next() noexcept
    {
        auto z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
};

/// `N` fresh random bytes: a nonce, a session id.
template <std::size_t N>
[[nodiscard]] std::array<std::byte, N> random_bytes(random_source& random)
{
    std::array<std::byte, N> data;
    random.fill(data);
    return data;
}

/// A random number over the whole range of 64 bits.
[[nodiscard]] inline std::uint64_t random_u64(random_source& random)
{
    return load_le64(random_bytes<8>(random));
}

} // namespace mtproto::crypto
