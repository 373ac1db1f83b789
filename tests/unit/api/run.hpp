// What the slices of the round-trip test report to; free of templates, so that it is cheap to include.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mtproto::tl::schema {
class schema;
}

namespace roundtrip {

class run
{
public:
    /// `schema` is what the same types say at run time.
    explicit run(const mtproto::tl::schema::schema& schema) noexcept : schema_(schema) {}
    const mtproto::tl::schema::schema& schema() const noexcept { return schema_; }

    /// Starts the values of another constructor.
    void begin(std::string_view name)
    {
        name_ = name;
        ++constructors_;
    }
    void expect(bool ok, std::string_view what, std::string_view detail = {})
    {
        if (!ok && failures_.size() < 4000)
            ((failures_ += name_) += ": ").append(what).append(detail) += '\n';
    }
    std::uint64_t seed() noexcept { return ++seed_; }
    const std::string& failures() const noexcept { return failures_; }
    std::size_t constructors() const noexcept { return constructors_; }

private:
    const mtproto::tl::schema::schema& schema_;
    std::string_view name_;
    std::string failures_;
    std::size_t constructors_ = 0;
    std::uint64_t seed_ = 0;
};

} // namespace roundtrip
