/* The guard is put into a process whose thread is stopped. */
#include "attach/attach.h"

#include <errno.h>

long remote_sigaction(const struct target *target, struct thread *thread,
                      const struct resident *resident, const struct kernel_sigaction *set,
                      struct kernel_sigaction *old)
{
    const uintptr_t state = resident_place(resident, resident->note.state);
    const uintptr_t set_at = state + offsetof(struct resident_state, set);
    const uintptr_t old_at = state + offsetof(struct resident_state, old);
    if (set && !write_memory(target, set_at, set, sizeof(*set)))
        return -EIO;
    const long answer = THREAD_CALL(thread, SYS_rt_sigaction, SIGPIPE, set ? set_at : 0, old_at,
                                    KERNEL_SIGSET_SIZE);
    if (answer == 0 && !read_memory(target, old, old_at, sizeof(*old)))
        return -EIO;
    return answer;
}

long visit_install(const struct target *target, struct thread *thread,
                   struct resident *resident, uintptr_t room, struct kernel_sigaction *old)
{
    long answer = resident_map(target, thread, room, resident);
    if (answer != 0)
        return answer;
    if (!resident_set_options(target, resident))
        return -EIO;
    const struct kernel_sigaction guard = resident_guard_action(target, resident);
    return old ? remote_sigaction(target, thread, resident, &guard, old) : 0;
}
