// Everything in one translation unit, and again in other.cpp: nothing may be defined twice.
#include "all_headers.hpp"

int other();

int main() { return other(); }
