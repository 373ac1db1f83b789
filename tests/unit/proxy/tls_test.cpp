#include "client.hpp"
#include "fakes.hpp"

#include "catch.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

using namespace proxy_test;

namespace {

struct key_pair
{
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;

    std::string certificate_pem() const
    {
        return pem([&](BIO* to) { PEM_write_bio_X509(to, certificate.get()); });
    }
    std::string key_pem() const
    {
        return pem([&](BIO* to) { PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    }
    template <class Write>
    static std::string pem(Write write)
    {
        std::unique_ptr<BIO, decltype(&BIO_free)> const to(BIO_new(BIO_s_mem()), &BIO_free);
        write(to.get());
        char* data = nullptr;
        auto const size = BIO_get_mem_data(to.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }
};

/// A certificate for "localhost", signed by `issuer`, or a CA's by itself.
key_pair make(const char* name, const key_pair* issuer = nullptr)
{
    static long serial = 1;
    key_pair out;
    out.key.reset(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    out.certificate.reset(X509_new(), &X509_free);
    auto* const x = out.certificate.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, out.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer->certificate.get() : x));
    auto const add = [&](int kind, const char* value) {
        std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> const e(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value),
                                                                                &X509_EXTENSION_free);
        X509_add_ext(x, e.get(), -1);
    };
    add(NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (issuer)
        add(NID_subject_alt_name, "DNS:localhost");
    X509_sign(x, (issuer ? issuer->key : out.key).get(), EVP_sha256());
    return out;
}

} // namespace

TEST_CASE("TLS, and certificates of clients", "[proxy][tls]")
{
    auto const ca = make("test CA"), other_ca = make("other CA");
    auto const server = make("localhost", &ca), friendly = make("client", &ca), strange = make("stranger", &other_ca);
    call_settings const brief{.timeout = std::chrono::milliseconds(20000)};

    auto options = quiet_options();
    options.tls.chain = server.certificate_pem();
    options.tls.private_key = server.key_pem();
    {
        served by(options);
        REQUIRE(by.up);
        CHECK(grpc_client(by.address(), tls_settings{ca.certificate_pem(), {}, {}}).call("MessagesSend", "echo:x", brief).body == "x");
        CHECK(grpc_client(by.address(), tls_settings{other_ca.certificate_pem(), {}, {}}).call("MessagesSend", "echo:x", brief).code == 14);
        CHECK(grpc_client(by.address()).call("MessagesSend", "echo:x", brief).code != 0);
    }
    options.tls.client_ca = ca.certificate_pem();
    options.listen = {"0.0.0.0:0"}; // which certificates of clients permit
    {
        served by(options);
        REQUIRE(by.up);
        auto const with = [&](const key_pair* who) {
            return grpc_client(by.address(), tls_settings{ca.certificate_pem(), who ? who->certificate_pem() : "",
                                                          who ? who->key_pem() : ""})
                .call("MessagesSend", "echo:x", brief);
        };
        CHECK(with(&friendly).body == "x");
        CHECK(with(nullptr).code == 14);
        CHECK(with(&strange).code == 14);
    }
    options.tls.private_key = friendly.key_pem(); // not the certificate's
    proxy::server wrong(options, std::make_shared<fake_bridge>());
    auto const refused = wrong.start();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text().find("the private key is not that of the certificate") != std::string::npos);
}

TEST_CASE("a certificate is replaced while connections are open", "[proxy][tls][reload]")
{
    auto const old_ca = make("old CA"), new_ca = make("new CA");
    auto const first = make("localhost", &old_ca), second = make("localhost", &new_ca);
    auto const of = [](const key_pair& one) { return proxy::tls_certificate{one.certificate_pem(), one.key_pem(), {}}; };
    call_settings const brief{.timeout = std::chrono::milliseconds(20000)};
    auto options = quiet_options();
    options.tls = of(first);
    served by(options);
    REQUIRE(by.up);
    auto const fresh_call = [&](const key_pair& trusted) {
        return grpc_client(by.address(), tls_settings{trusted.certificate_pem(), {}, {}}).call("MessagesSend", "echo:x", brief).code;
    };
    grpc_client const connected(by.address(), tls_settings{old_ca.certificate_pem(), {}, {}});
    stream listening(connected, "/mtproto.UpdateStreamer/ListenOnUpdates");
    REQUIRE(listening.write(""));
    (void)listening.headers();

    auto const mixed = by.server.reload({}, {second.certificate_pem(), first.key_pem(), {}});
    REQUIRE_FALSE(mixed);
    CHECK(mixed.error().text().find("the private key is not that of the certificate") != std::string::npos);
    CHECK_FALSE(by.server.reload({}, {"no certificate", second.key_pem(), {}}));
    CHECK_FALSE(by.server.reload({}, {second.certificate_pem(), "no key", {}}));
    CHECK_FALSE(by.server.reload({}, {}));                                                                    // no TLS any more
    CHECK_FALSE(by.server.reload({}, {second.certificate_pem(), second.key_pem(), new_ca.certificate_pem()})); // clients' are asked for
    CHECK(fresh_call(new_ca) == 14);

    REQUIRE(by.server.reload({}, of(second)));
    CHECK(fresh_call(new_ca) == 0);
    CHECK(connected.call("MessagesSend", "echo:x", brief).code == 0);
    by.server.publish("one", proxy::published_batch{.updates = {{"updateNewMessage", {}}}});
    CHECK(listening.read());
    // The old authority's clients are refused from their next connection on.
    auto const other_old_client = make("somebody", &old_ca);
    CHECK(grpc_client(by.address(), tls_settings{old_ca.certificate_pem(), other_old_client.certificate_pem(), other_old_client.key_pem()})
              .call("MessagesSend", "echo:x", brief)
              .code == 14);
}
