// The whole of Sluice's C: what Swift cannot import (structs aligned above 16 bytes, inline functions
// over them) in functions that decide nothing. Sources/EAL wraps them in Swift words.
#pragma once

#include "burst.h"
#include "setup.h"
