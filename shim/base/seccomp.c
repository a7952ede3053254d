#include "base/seccomp.h"

bool sandboxed;
