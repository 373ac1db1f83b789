// See one.cpp. It uses nothing of what it includes: idle.py looks at what that costs.
#include "all_headers.hpp"

int other();
int other() { return 0; }
