// Functions inside of a shared library that are not exported, found by the symbol table that it was shipped with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

namespace peer {

/// TDLib's interface (td_json_client.h) reaches neither its TL codec nor its ciphers, but the libraries on PyPI keep their
/// symbol table. So the compiled code that users run can be measured without a change of it.
class library
{
public:
    explicit library(const std::string& path)
    {
        void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle)
            throw std::runtime_error(::dlerror());
        link_map* loaded = nullptr;
        if (::dlinfo(handle, RTLD_DI_LINKMAP, &loaded) != 0)
            throw std::runtime_error(::dlerror());
        base_ = loaded->l_addr;
        read_symbols(path);
    }

    /// `F` is the function's type as the ABI has it: references are pointers, a result that is no plain value is a first argument.
    template <class F>
    F* find(const std::string& mangled) const
    {
        auto const found = symbols_.find(mangled);
        if (found == symbols_.end())
            throw std::runtime_error("this library has no " + mangled);
        return reinterpret_cast<F*>(base_ + found->second);
    }

private:
    void read_symbols(const std::string& path)
    {
        std::ifstream file(path, std::ios::binary);
        std::vector<char> const image{std::istreambuf_iterator<char>(file), {}};
        auto const at = [&]<class T>(T& into, std::size_t offset) {
            if (offset + sizeof into > image.size())
                throw std::runtime_error(path + " is cut short");
            std::memcpy(&into, image.data() + offset, sizeof into);
        };
        Elf64_Ehdr header;
        at(header, 0);
        std::vector<Elf64_Shdr> sections(header.e_shnum);
        for (std::size_t i = 0; i < sections.size(); ++i)
            at(sections[i], header.e_shoff + i * header.e_shentsize);
        for (auto const& section : sections) {
            if (section.sh_type != SHT_SYMTAB)
                continue;
            auto const names = sections.at(section.sh_link).sh_offset;
            for (std::size_t i = 0; i < section.sh_size / sizeof(Elf64_Sym); ++i) {
                Elf64_Sym symbol;
                at(symbol, section.sh_offset + i * sizeof symbol);
                if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && names + symbol.st_name < image.size())
                    symbols_.emplace(image.data() + names + symbol.st_name, symbol.st_value);
            }
        }
        if (symbols_.empty())
            throw std::runtime_error(path + " has no symbol table");
    }

    std::uintptr_t base_ = 0;
    std::unordered_map<std::string, std::uintptr_t> symbols_{};
};

} // namespace peer
