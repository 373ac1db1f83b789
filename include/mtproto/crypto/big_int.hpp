// Natural numbers of any size, over OpenSSL's BIGNUM, wiped when they go.
#pragma once

#include <mtproto/crypto/bytes.hpp>
#include <mtproto/crypto/detail/openssl.hpp>

#include <compare>
#include <utility>

namespace mtproto::crypto {

/// A natural number. Copies allocate, and are wiped like the original.
/// Throws std::bad_alloc when memory runs out. Distinct objects may be used from distinct threads.
class big_int
{
public:
    explicit(false) big_int(std::uint64_t value = 0) : number_(BN_new())
    {
        detail::require(number_ && assign(store_le64(value)));
    }
    /// From big endian bytes, as every large number of the protocol travels.
    explicit big_int(bytes_view big_endian)
        : number_(BN_bin2bn(detail::uchars(big_endian.data()), static_cast<int>(big_endian.size()), nullptr))
    {
        detail::require(number_ != nullptr);
    }
    big_int(const big_int& other) : number_(BN_dup(other.get())) { detail::require(number_ != nullptr); }
    big_int& operator=(const big_int& other)
    {
        detail::require(BN_copy(get(), other.get()) != nullptr);
        return *this;
    }
    // Not noexcept: what is moved from stays a number, which takes memory.
    big_int(big_int&& other) : big_int() { std::swap(number_, other.number_); }
    big_int& operator=(big_int&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }

    /// 2^exponent.
    static big_int power_of_two(int exponent)
    {
        big_int out;
        detail::require(BN_set_bit(out.get(), exponent) == 1);
        return out;
    }

    /// Big endian, padded with zeros on the left to N bytes. Precondition: it fits.
    template <std::size_t N>
    std::array<std::byte, N> to_array() const
    {
        std::array<std::byte, N> out;
        write(out);
        return out;
    }
    /// The same into memory of the caller's, for secrets.
    void write(mutable_bytes out) const
    {
        detail::require(BN_bn2binpad(get(), detail::uchars(out.data()), static_cast<int>(out.size())) >= 0);
    }
    /// Big endian without leading zeros.
    bytes to_bytes() const
    {
        bytes out(static_cast<std::size_t>(BN_num_bytes(get())));
        write(out);
        return out;
    }

    int bits() const noexcept { return BN_num_bits(get()); }
    bool is_zero() const noexcept { return BN_is_zero(get()); }
    bool is_odd() const noexcept { return BN_is_odd(get()); }
    /// The remainder by a small number that is not 0.
    std::uint32_t mod_small(std::uint32_t divisor) const
    {
        return static_cast<std::uint32_t>(BN_mod_word(get(), divisor));
    }

    friend bool operator==(const big_int& a, const big_int& b) noexcept
    {
        return BN_cmp(a.get(), b.get()) == 0;
    }
    friend std::strong_ordering operator<=>(const big_int& a, const big_int& b) noexcept
    {
        return BN_cmp(a.get(), b.get()) <=> 0;
    }
    friend big_int operator+(const big_int& a, const big_int& b)
    {
        big_int out;
        detail::require(BN_add(out.get(), a.get(), b.get()) == 1);
        return out;
    }
    /// Precondition: a >= b.
    friend big_int operator-(const big_int& a, const big_int& b)
    {
        big_int out;
        detail::require(BN_sub(out.get(), a.get(), b.get()) == 1);
        return out;
    }
    friend big_int operator*(const big_int& a, const big_int& b)
    {
        big_int out;
        detail::require(BN_mul(out.get(), a.get(), b.get(), context().get()) == 1);
        return out;
    }
    /// Precondition: modulus is not 0.
    friend big_int operator%(const big_int& a, const big_int& modulus)
    {
        big_int out;
        detail::require(BN_nnmod(out.get(), a.get(), modulus.get(), context().get()) == 1);
        return out;
    }
    big_int half() const
    {
        big_int out;
        detail::require(BN_rshift1(out.get(), get()) == 1);
        return out;
    }

    /// base^exponent mod modulus, in a time that does not depend on the exponent's bits. Precondition:
    /// modulus is odd.
    friend big_int mod_exp(const big_int& base, const big_int& exponent, const big_int& modulus)
    {
        big_int out;
        detail::require(BN_mod_exp_mont_consttime(out.get(), base.get(), exponent.get(), modulus.get(),
                                                  context().get(), nullptr) == 1);
        return out;
    }

    /// Miller-Rabin with as many rounds as OpenSSL holds necessary for an adversary's number of this size.
    friend bool is_prime(const big_int& n) { return BN_check_prime(n.get(), context().get(), nullptr) == 1; }

    BIGNUM* get() noexcept { return number_.get(); }
    const BIGNUM* get() const noexcept { return number_.get(); }

private:
    static detail::bn_ctx_ptr context()
    {
        detail::bn_ctx_ptr out(BN_CTX_new());
        detail::require(out != nullptr);
        return out;
    }
    bool assign(const std::array<std::byte, 8>& little_endian)
    {
        return BN_lebin2bn(detail::uchars(little_endian.data()), 8, get()) != nullptr;
    }

    detail::bignum_ptr number_;
};

} // namespace mtproto::crypto
