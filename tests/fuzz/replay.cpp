// Runs a fuzz target without a fuzzer: over its committed inputs, and over mutations of them that are the same every time.
//   fuzz-TARGET MUTATIONS FOLDER
// FOLDER holds NAME.txt, which is the input itself, and NAME.hex: hexadecimal, '#' begins a comment.
#include "fuzz.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

using bytes = std::vector<std::uint8_t>;

int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                                 : -1;
}

bytes from_hex(const std::string& text, const std::string& name)
{
    bytes out;
    int high = -1;
    for (std::size_t i = 0; i != text.size(); ++i) {
        char const c = text[i];
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size() - 1);
        } else if (c != ' ' && c != '\n') {
            int const value = digit(c);
            if (value < 0) {
                std::cerr << name << ": not hexadecimal: " << c << '\n';
                std::exit(1);
            }
            if (high >= 0)
                out.push_back(static_cast<std::uint8_t>(high << 4 | value));
            high = high < 0 ? value : -1;
        }
    }
    if (high >= 0) {
        std::cerr << name << ": an odd number of digits\n";
        std::exit(1);
    }
    return out;
}

// The library's distributions differ between implementations; this does not.
std::size_t below(std::mt19937_64& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

void mutate(bytes& data, const std::vector<bytes>& corpus, std::mt19937_64& random)
{
    static constexpr std::uint8_t interesting[] = {0, 1, 3, 4, 0x7f, 0x80, 0xfe, 0xff};
    auto const at = [&] { return data.begin() + static_cast<std::ptrdiff_t>(below(random, data.size() + 1)); };
    for (auto times = 1 + below(random, 4); times != 0; --times) {
        switch (data.empty() ? 0 : below(random, 7)) {
        case 0: data.insert(at(), static_cast<std::uint8_t>(random())); break;
        case 1: data[below(random, data.size())] ^= static_cast<std::uint8_t>(1u << below(random, 8)); break;
        case 2: data[below(random, data.size())] = interesting[below(random, std::size(interesting))]; break;
        case 3: data.erase(at(), data.end()); break;
        case 4: {
            auto const first = below(random, data.size());
            auto const count = 1 + below(random, std::min<std::size_t>(8, data.size() - first));
            data.erase(data.begin() + static_cast<std::ptrdiff_t>(first), data.begin() + static_cast<std::ptrdiff_t>(first + count));
            break;
        }
        case 5: { // what is there once more
            auto const first = below(random, data.size());
            auto const count = 1 + below(random, std::min<std::size_t>(32, data.size() - first));
            bytes const piece(data.begin() + static_cast<std::ptrdiff_t>(first), data.begin() + static_cast<std::ptrdiff_t>(first + count));
            data.insert(at(), piece.begin(), piece.end());
            break;
        }
        default: { // the tail of another
            auto const& other = corpus[below(random, corpus.size())];
            data.erase(at(), data.end());
            if (!other.empty())
                data.insert(data.end(), other.begin() + static_cast<std::ptrdiff_t>(below(random, other.size())), other.end());
        }
        }
    }
}

// Before each run, so that the input that ends the process is there to be looked at.
void keep(const bytes& data, const std::string& where)
{
    std::ofstream(where, std::ios::binary).write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::cerr << "usage: " << argv[0] << " MUTATIONS FOLDER\n";
        return 2;
    }
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator(argv[2]))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<bytes> corpus;
    for (auto const& file : files) {
        std::ifstream in(file, std::ios::binary);
        std::string const text{std::istreambuf_iterator<char>(in), {}};
        corpus.push_back(file.extension() == ".hex" ? from_hex(text, file.string()) : bytes(text.begin(), text.end()));
    }
    if (corpus.empty()) {
        std::cerr << argv[2] << " holds no inputs\n";
        return 1;
    }
    std::string const last = std::string(argv[0]) + ".last";
    for (auto const& one : corpus) {
        keep(one, last);
        LLVMFuzzerTestOneInput(one.data(), one.size());
    }
    std::mt19937_64 random(20261123);
    auto const mutations = std::stoul(argv[1]);
    for (std::size_t i = 0; i != mutations; ++i) {
        auto data = corpus[i % corpus.size()];
        mutate(data, corpus, random);
        keep(data, last);
        LLVMFuzzerTestOneInput(data.data(), data.size());
    }
    std::filesystem::remove(last);
    std::cout << corpus.size() << " inputs and " << mutations << " mutations\n";
}
