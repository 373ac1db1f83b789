// The node functions of the codec, declared: what a library of ready instantiations holds.
//
// Nodes are ordinary function templates, not inline ones, so that a program that uses the same types in many
// places can declare them `extern`; see storage.hpp, `instantiated`. Their bodies are in decode.hpp, encode.hpp, box.hpp.
#pragma once

#include <cstddef>

namespace mtproto::tl {

class reader;
class writer;

/// One boxed value: its constructor's id and fields. The value must be a default one: what is absent on the
/// wire is left as it is.
template <class T>
bool read_boxed(reader& from, T& value);
/// A vector that stands on the wire as `Wire`.
template <class Wire, class T>
bool read_vector(reader& from, T& value);
template <class T>
void write_boxed(writer& to, const T& value);
template <class T>
std::size_t size_of_boxed(const T& value);
/// Destroys what a box holds.
template <class T>
void destroy_boxed(T* value);

} // namespace mtproto::tl
