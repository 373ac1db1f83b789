// An account whose calls are written to the log, for --log-level trace.
#pragma once

#include <mtproto/proxy/account.hpp>

#include <memory>
#include <string>

namespace mtproto::daemon {

/// The request as JSON without its secrets: codes, passwords, keys and tokens are left out, phone numbers masked, texts and
/// bytes told by their length only. At most some 2,000 characters.
std::string loggable_request(const std::vector<std::byte>& request_tl);

/// Passes everything on to `inner`, and logs requests at log_level::trace.
class logged_account final : public proxy::account
{
public:
    logged_account(std::string name, std::shared_ptr<proxy::account> inner) : name_(std::move(name)), inner_(std::move(inner)) {}

    void call(proxy::call_id id, std::vector<std::byte> request_tl, std::chrono::milliseconds timeout, completion done) override;
    void cancel(proxy::call_id id) override { inner_->cancel(id); }
    bool connected() const override { return inner_->connected(); }

private:
    std::string name_;
    std::shared_ptr<proxy::account> inner_;
};

} // namespace mtproto::daemon
