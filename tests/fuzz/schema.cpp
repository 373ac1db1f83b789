// Schemas in TL's language, as tlc and the command line read them.
#include "fuzz.hpp"

#include <mtproto/tl/schema/parser.hpp>

#include <string>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::input in(data, size);
    auto const parsed = mtproto::tl::schema::parse(std::string(in.text()));
    if (!parsed)
        fuzz::require(!parsed.error().message().empty(), "an error without a word");
    return 0;
}
