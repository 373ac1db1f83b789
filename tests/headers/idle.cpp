// Includes everything and uses nothing: idle.py looks at what that costs.
#include "all_headers.hpp"
