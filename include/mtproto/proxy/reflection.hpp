// Server reflection over serialized descriptors. https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
#pragma once

#include <mtproto/proxy/detail/wire.hpp>
#include <mtproto/proxy/status_code.hpp>
#include <mtproto/tl/utf8.hpp>

#include <algorithm>
#include <vector>

namespace mtproto::proxy {

/// Answers ServerReflectionRequests; versions v1alpha and v1 have the same messages.
///
/// Reads as much of the descriptors as it needs by itself. The bytes must outlive it. Immutable once made: thread-safe.
class reflection
{
public:
    /// Of serialized google.protobuf.FileDescriptorProto.
    explicit reflection(const std::vector<std::string_view>& files)
    {
        for (auto const bytes : files)
            add_file(bytes);
        std::sort(symbols_.begin(), symbols_.end());
        std::sort(services_.begin(), services_.end());
    }

    /// Full names, sorted.
    const std::vector<std::string>& services() const noexcept { return services_; }

    /// Remembers for one stream which files its client has already.
    using sent_files = std::vector<bool>;

    /// The ServerReflectionResponse to a ServerReflectionRequest; none if that is malformed.
    std::optional<std::string> answer(std::string_view request, sent_files& sent) const
    {
        using namespace detail;
        std::string_view host;
        std::optional<wire_field> ask;
        wire_reader reader(request);
        while (auto const field = reader.next()) {
            if (field->number == 1 && field->delimited)
                host = field->text;
            else if (field->number >= 3 && field->number <= 7 && field->delimited)
                ask = field;
        }
        if (reader.failed())
            return std::nullopt;
        std::string out;
        put_text(out, 1, host);
        put_text(out, 2, request);
        if (!ask)
            put_text(out, 7, failure(status_code::invalid_argument, "the request asks for nothing"));
        else if (ask->number == 3)
            put_file(out, file_called(ask->text), "file", ask->text, sent);
        else if (ask->number == 4)
            put_file(out, file_with(ask->text), "symbol", ask->text, sent);
        else if (ask->number == 7)
            put_text(out, 6, service_list());
        else // proto3 has no extensions but of options, and we have none
            put_text(out, 7, failure(status_code::not_found, "there are no extensions"));
        return out;
    }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    struct file
    {
        std::string_view name{};
        std::string_view bytes{};
        std::vector<std::string_view> dependencies{};
    };
    struct symbol
    {
        std::string name{};
        std::size_t file = 0;
        std::string_view bytes{}; ///< its descriptor
        bool operator<(const symbol& other) const noexcept { return name < other.name; }
    };

    static std::string_view name_in(std::string_view descriptor, std::uint32_t number = 1)
    {
        detail::wire_reader reader(descriptor);
        while (auto const field = reader.next())
            if (field->number == number && field->delimited)
                return field->text;
        return {};
    }

    void add_file(std::string_view bytes)
    {
        auto const index = files_.size();
        auto& added = files_.emplace_back(file{name_in(bytes), bytes, {}});
        auto const package = name_in(bytes, 2);
        auto const full = [&](std::string_view name) {
            return package.empty() ? std::string(name) : std::string(package).append(1, '.').append(name);
        };
        detail::wire_reader reader(bytes);
        while (auto const field = reader.next()) {
            if (!field->delimited)
                continue;
            if (field->number == 3)
                added.dependencies.push_back(field->text);
            if (field->number < 4 || field->number > 6) // message, enum, service
                continue;
            symbols_.push_back({full(name_in(field->text)), index, field->text});
            if (field->number == 6)
                services_.push_back(symbols_.back().name);
        }
    }

    std::size_t file_called(std::string_view name) const
    {
        auto const found = std::find_if(files_.begin(), files_.end(), [&](const file& f) { return f.name == name; });
        return found == files_.end() ? none : static_cast<std::size_t>(found - files_.begin());
    }

    std::size_t file_with(std::string_view name) const
    {
        auto const find = [&](std::string_view full) -> const symbol* {
            auto const at = std::lower_bound(symbols_.begin(), symbols_.end(), full,
                                             [](const symbol& s, std::string_view n) { return s.name < n; });
            return at != symbols_.end() && at->name == full ? &*at : nullptr;
        };
        if (auto const* const whole = find(name))
            return whole->file;
        // A member of something: a field, a method, a nested message.
        for (auto dot = name.rfind('.'); dot != std::string_view::npos && dot != 0; dot = name.rfind('.', dot - 1))
            if (auto const* const outer = find(name.substr(0, dot)))
                return has_member(outer->bytes, name.substr(dot + 1)) ? outer->file : none;
        return none;
    }
    static bool has_member(std::string_view descriptor, std::string_view path)
    {
        auto const name = path.substr(0, path.find('.'));
        detail::wire_reader reader(descriptor);
        while (auto const field = reader.next()) {
            if (field->number < 2 || field->number > 8 || !field->delimited || name_in(field->text) != name)
                continue;
            return name.size() == path.size() || has_member(field->text, path.substr(name.size() + 1));
        }
        return false;
    }

    /// The file, and those that it imports and the client does not have yet.
    void put_file(std::string& out, std::size_t index, std::string_view what, std::string_view name, sent_files& sent) const
    {
        using namespace detail;
        if (index == none) {
            put_text(out, 7, failure(status_code::not_found, "no such " + std::string(what) + ": " + tl::utf8_or_replaced(name)));
            return;
        }
        sent.resize(files_.size());
        std::string list;
        std::vector<std::size_t> open{index};
        std::vector<bool> seen(files_.size());
        seen[index] = true;
        while (!open.empty()) {
            auto const at = open.back();
            open.pop_back();
            // What was asked for by name is answered even if it was sent before.
            if (!sent[at] || at == index)
                put_text(list, 1, files_[at].bytes);
            sent[at] = true;
            for (auto const dependency : files_[at].dependencies)
                if (auto const next = file_called(dependency); next != none && !seen[next]) {
                    seen[next] = true;
                    open.push_back(next);
                }
        }
        put_text(out, 4, list);
    }

    std::string service_list() const
    {
        std::string list;
        for (auto const& name : services_) {
            std::string service;
            detail::put_text(service, 1, name);
            detail::put_text(list, 1, service);
        }
        return list;
    }
    static std::string failure(status_code code, std::string_view message)
    {
        std::string out;
        detail::put_number(out, 1, static_cast<std::uint64_t>(code));
        detail::put_text(out, 2, message);
        return out;
    }

    std::vector<file> files_{};
    std::vector<symbol> symbols_{};
    std::vector<std::string> services_{};
};

} // namespace mtproto::proxy
