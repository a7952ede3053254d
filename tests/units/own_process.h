/* Who this process is, where the files that ask the kernel are left out: what a unit or a
   harness about signals has in place of self.c and sandbox.c. */
#ifndef OWN_PROCESS_H
#define OWN_PROCESS_H

#include "../../shim/base/seccomp.h"
#include "../../shim/signal/process.h"

enum { PROCESS = 100 };

bool sandboxed;
bool is_nobody; /* in a sandbox that was entered unseen */
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
