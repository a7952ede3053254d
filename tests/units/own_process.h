/* The process id for a unit or a harness about signals, which leaves out signal/process.c and
   base/seccomp.c. */
#ifndef OWN_PROCESS_H
#define OWN_PROCESS_H

#include "../../shim/base/seccomp.h"
#include "../../shim/signal/process.h"

enum { PROCESS = 100 };

bool sandboxed;
bool is_nobody; /* in a sandbox that began unseen */
pid_t vfork_child;

pid_t process_id(void)
{
    return is_nobody ? 0 : PROCESS;
}

pid_t vfork_child_id(void)
{
    return vfork_child;
}

#endif
