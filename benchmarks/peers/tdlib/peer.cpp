// TDLib's side of the comparison: see ../ours/plan.hpp for the tasks and what is printed.
//
//   peer-tdlib LIBRARY codec|crypto [name=value]...
//
// Only what needs no data centre: TDLib has no option for another address or key (https://github.com/tdlib/td/issues/208), its
// methods are not Telegram's, and what it can do synchronously is neither TL nor cipher. The types below are laid out as TDLib's
// own; the library was built with libstdc++'s old strings, so this unit is as well.
#include "../ours/plan.hpp"
#include "library.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace peer {

namespace {

struct slice // td::Slice, td::MutableSlice
{
    const char* data;
    std::size_t size;
};
struct storage // room for an object of TDLib's, whose size only TDLib knows
{
    alignas(16) char bytes[1024];
};
struct fetched // td::Result<tl_object_ptr<T>>
{
    void* status;
    void* value;
};
struct length_storer // td::TlStorerCalcLength
{
    std::size_t length;
};
struct unsafe_storer // td::TlStorerUnsafe
{
    unsigned char* to;
};

std::string read_file(const std::string& name)
{
    std::ifstream file(name, std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty())
        throw std::runtime_error("cannot read " + name);
    return text;
}

/// messages.sendMessage of td/telegram/telegram_api.h.
class request
{
public:
    explicit request(const library& td)
        : length_(td.find<void(const void*, length_storer*)>(
              "_ZNK2td12telegram_api20messages_sendMessage5storeERNS_18TlStorerCalcLengthE")),
          store_(td.find<void(const void*, unsafe_storer*)>("_ZNK2td12telegram_api20messages_sendMessage5storeERNS_14TlStorerUnsafeE"))
    {
        td.find<void(void*, std::int64_t, std::int64_t)>("_ZN2td12telegram_api13inputPeerUserC1Ell")(&peer_, 5'000'000'001,
                                                                                                     0x5eedf00d12345679);
        static constexpr const char* constructors[] = {"_ZN2td12telegram_api17messageEntityBoldC1Eii",
                                                       "_ZN2td12telegram_api19messageEntityItalicC1Eii",
                                                       "_ZN2td12telegram_api17messageEntityCodeC1Eii"};
        std::vector<void*> entities;
        for (int i = 0; i < 3; ++i) {
            td.find<void(void*, int, int)>(constructors[i])(&entities_[i], 20 * i, 10);
            entities.push_back(&entities_[i]);
        }
        std::string const text(100, 'x');
        void* to = &peer_;
        void* none[6] = {};
        using constructor = void(void*, int, bool, bool, bool, bool, bool, bool, bool, bool, void**, void**, const std::string*,
                                 std::int64_t,
                                 void**, std::vector<void*>*, int, int, void**, void**, std::int64_t, std::int64_t, void**, void**);
        static constexpr int has_entities = 1 << 3;
        td.find<constructor>(
            "_ZN2td12telegram_api20messages_sendMessageC1EibbbbbbbbONS_2tl10unique_ptrINS0_9InputPeerEEEONS3_INS0_12InputReplyToEEE"
            "RKSslONS3_INS0_11ReplyMarkupEEEOSt6vectorINS3_INS0_13MessageEntityEEESaISH_EEiiS6_"
            "ONS3_INS0_23InputQuickReplyShortcutEEEllONS3_INS0_13suggestedPostEEEONS3_INS0_16InputRichMessageEEE")(
            &object_, has_entities, false, false, false, false, false, false, false, false, &to, &none[0], &text, 0x1122334455667788,
            &none[1],
            &entities, 0, 0, &none[2], &none[3], 0, 0, &none[4], &none[5]);
    }

    /// As TDLib does it: the length, memory, the bytes.
    std::size_t encode(std::unique_ptr<unsigned char[]>& into) const
    {
        length_storer length{};
        length_(&object_, &length);
        into.reset(new unsigned char[length.length]);
        unsafe_storer storer{into.get()};
        store_(&object_, &storer);
        return length.length;
    }

private:
    storage object_{};
    storage peer_{};
    storage entities_[3]{};
    void (*length_)(const void*, length_storer*);
    void (*store_)(const void*, unsafe_storer*);
};

/// A newer layer than the schema's may have given these another id for another optional field, which is absent here.
void take_ids_of(const library& td, std::string& wire)
{
    static constexpr struct
    {
        std::uint32_t id; ///< in layer 229
        const char* name;
    } constructors[] = {{0x7600b9d3, "7message"}, {0xb1b8cc83, "4user"}, {0xd49f34c6, "7channel"}};
    for (auto const& one : constructors) {
        auto const id = td.find<std::uint32_t(const void*)>(std::string("_ZNK2td12telegram_api") + one.name + "6get_idEv")(nullptr);
        for (std::size_t at = 0; at + sizeof id <= wire.size(); at += sizeof id)
            if (std::memcmp(wire.data() + at, &one.id, sizeof id) == 0)
                std::memcpy(wire.data() + at, &id, sizeof id);
    }
}

void tdlib_codec(const library& td, const plan& with)
{
    auto const seconds = with.number("seconds");
    request const sent(td);
    std::unique_ptr<unsigned char[]> bytes;
    auto const size = sent.encode(bytes);
    if (std::string(reinterpret_cast<const char*>(bytes.get()), size) != read_file(with.text("request")))
        throw std::runtime_error("the request's bytes are not the expected ones");

    auto wire = read_file(with.text("reply"));
    take_ids_of(td, wire);
    storage received{}; // td::BufferSlice
    td.find<void(void*, slice)>("_ZN2td11BufferSliceC1ENS_5SliceE")(&received, {wire.data(), wire.size()});
    auto const fetch = td.find<void(fetched*, const void*)>(
        "_ZN2td12fetch_resultINS_12telegram_api19messages_getHistoryEEENS_6ResultINT_10ReturnTypeEEERKNS_11BufferSliceE");
    auto const destroy = td.find<void(void*)>("_ZN2td12telegram_api17messages_messagesD0Ev");
    auto const decode = [&] {
        fetched reply{};
        fetch(&reply, &received);
        if (reply.status) // four bytes of code and flags, then words
            throw std::runtime_error(std::string("the reply could not be decoded: ") + (static_cast<const char*>(reply.status) + 4));
        destroy(reply.value);
    };
    decode();
    row("encode_request_ns", best_time(seconds, [&] { (void)sent.encode(bytes); }) * 1e9);
    row("decode_reply_us", best_time(seconds, decode) * 1e6);
}

void tdlib_crypto(const library& td, const plan& with)
{
    auto const seconds = with.number("seconds");
    std::string const key(32, '\x5a');
    std::string iv(32, '\xa5');
    using cipher = void(slice, slice, slice, slice);
    auto const encrypt = td.find<cipher>("_ZN2td15aes_ige_encryptENS_5SliceENS_12MutableSliceES0_S1_");
    auto const decrypt = td.find<cipher>("_ZN2td15aes_ige_decryptENS_5SliceENS_12MutableSliceES0_S1_");
    for (auto const size : {1, 16, 512}) {
        std::vector<char> data(static_cast<std::size_t>(size) * 1024);
        slice const whole{data.data(), data.size()};
        auto const rate = [&](double time) { return static_cast<double>(data.size()) / time / 1e6; };
        auto const name = std::to_string(size) + "k_mbs";
        auto const with_cipher = [&](cipher* one) {
            return rate(best_time(seconds, [&] { one({key.data(), key.size()}, {iv.data(), iv.size()}, whole, whole); }));
        };
        row("ige_encrypt_" + name, with_cipher(encrypt));
        row("ige_decrypt_" + name, with_cipher(decrypt));
    }
    auto const factorize = td.find<std::uint64_t(std::uint64_t)>("_ZN2td12pq_factorizeEm");
    std::vector<std::uint64_t> numbers;
    std::istringstream listed(with.text("pq"));
    for (std::string one; std::getline(listed, one, ',');)
        numbers.push_back(std::stoull(one));
    auto const time = best_time(seconds, [&] {
        for (auto const pq : numbers)
            if (auto const factor = factorize(pq); factor < 2 || pq % factor != 0)
                throw std::runtime_error("wrong factors");
    });
    row("pq_us", time / static_cast<double>(numbers.size()) * 1e6);
}

} // namespace

} // namespace peer

int main(int argc, char** argv)
{
    try {
        if (argc < 3)
            throw std::runtime_error("usage: peer-tdlib LIBRARY codec|crypto [name=value]..., see bench.py");
        peer::library const td(argv[1]);
        peer::plan const with(argc - 1, argv + 1);
        if (with.task != "codec" && with.task != "crypto")
            throw std::runtime_error("no task " + with.task);
        (with.task == "codec" ? peer::tdlib_codec : peer::tdlib_crypto)(td, with);
        return 0;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}
