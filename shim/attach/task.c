/* What a visit does in the stopped thread: the guard is installed, asked for, or released. */
#include "attach/attach.h"

#include <errno.h>

#include "config/options.h"

static bool is_in(const struct resident *resident, uintptr_t address)
{
    return address - resident->base < resident->size;
}

/* The parts of a visit that only one task needs. `found` is the resident that was there. */
struct visit {
    struct target *target;
    struct thread *thread;
    struct resident found;
    struct resident resident;
    struct kernel_sigaction old;
    uintptr_t site;
    uintptr_t room;
    bool hooked;
};

static bool is_guard(const struct visit *visit, uintptr_t handler)
{
    return is_in(&visit->resident, handler) || is_in(&visit->found, handler);
}

/* Sets what the app has set, and what was replaced by an action with the handler `ours`, again.
   If another of its threads has set something else since, that is newer, and stays. */
static long put_back(struct visit *visit, const struct resident *resident, uintptr_t ours)
{
    for (;;) {
        const struct kernel_sigaction theirs = visit->old;
        const long answer =
            remote_sigaction(visit->target, visit->thread, resident, &theirs, &visit->old);
        if (answer != 0 || visit->old.handler == ours) {
            visit->old = theirs;
            return answer;
        }
        ours = theirs.handler;
    }
}

/* Sets the guard, unless the app has a handler of its own by now. */
static long set_guard(struct visit *visit)
{
    const struct kernel_sigaction guard =
        resident_guard_action(visit->target, &visit->resident);
    long answer =
        remote_sigaction(visit->target, visit->thread, &visit->resident, &guard, &visit->old);
    if (answer == 0 && visit->old.handler != (uintptr_t)SIG_DFL &&
        !is_guard(visit, visit->old.handler))
        answer = put_back(visit, &visit->resident, guard.handler);
    /* The app has set the default by way of the hook. */
    if (is_in(&visit->resident, visit->old.handler))
        visit->old.handler = (uintptr_t)SIG_DFL;
    return answer;
}

/* Installs the guard where the kernel holds the default, or a guard that is to be replaced:
   that of another build, or of an interpreter, which is too far away for the hook. The hook is
   the first, since it hides the guard from a query. */
static long install(struct visit *visit)
{
    long answer = 0;
    visit->resident = visit->found;
    if (!visit->found.same_build || !hook_reaches(&visit->found, visit->site))
        answer =
            visit_install(visit->target, visit->thread, &visit->resident, visit->room, NULL);
    else if (!resident_set_options(visit->target, &visit->resident))
        answer = -EIO;
    if (answer == 0)
        answer =
            remote_sigaction(visit->target, visit->thread, &visit->resident, NULL, &visit->old);
    const uintptr_t handler = visit->old.handler;
    if (answer != 0 || (handler != (uintptr_t)SIG_DFL && !is_guard(visit, handler)))
        return answer;
    visit->hooked = hook_stands(visit->target, &visit->resident) ||
                    (visit->site &&
                     hook_install(visit->target, &visit->resident, visit->thread, visit->site));
    return is_in(&visit->resident, handler) ? 0 : set_guard(visit);
}

static long release(struct visit *visit)
{
    const struct kernel_sigaction none = {.handler = (uintptr_t)SIG_DFL};
    long answer =
        remote_sigaction(visit->target, visit->thread, &visit->found, NULL, &visit->old);
    while (answer == 0 && is_in(&visit->found, visit->old.handler)) {
        answer =
            remote_sigaction(visit->target, visit->thread, &visit->found, &none, &visit->old);
        if (answer != 0 || is_in(&visit->found, visit->old.handler))
            break;
        answer = put_back(visit, &visit->found, none.handler);
    }
    options.off = true; /* the hook then passes on what the app sets */
    if (answer == 0 && !resident_set_options(visit->target, &visit->found))
        answer = -EIO;
    return answer;
}

static int print_visit(const struct visit *visit, enum task task)
{
    const uintptr_t handler = visit->old.handler;
    const bool stands = is_in(&visit->found, handler);
    if (task == TASK_RELEASE)
        return print_done(visit->target, stands ? "released" : "not guarded");
    if (!stands && handler != (uintptr_t)SIG_DFL)
        return print_done(visit->target, task == TASK_STATUS
                                             ? "handles SIGPIPE itself"
                                             : "handles SIGPIPE itself, so nothing was done");
    if (task == TASK_STATUS && !stands) {
        print_line(visit->target, "not guarded", 0, NULL);
        return STATUS_REFUSED;
    }
    if (task == TASK_STATUS) {
        unsigned long absorbed = 0;
        read_memory(visit->target, &absorbed,
                    resident_place(&visit->found, visit->found.note.state), sizeof(absorbed));
        print_line(visit->target, "guarded, ", (int64_t)absorbed, " broken writes absorbed");
        return STATUS_DONE;
    }
    return print_done(visit->target,
                      stands && visit->found.base == visit->resident.base ? "guarded already"
                      : visit->hooked                                     ? "guarded"
                                      : "guarded, until the program itself sets the "
                                        "default action");
}

static const char *words_for(long error)
{
    switch (error) {
    case -EAGAIN:
        return "each of its threads is in a call that a stop would cut short; try again";
    case -ETIMEDOUT:
        return "no thread of it could be stopped in time";
    case -EHOSTUNREACH:
        return "something holds its threads, and all is put back; is it frozen?";
    case -ESRCH:
        return "it has ended";
    case -ENOEXEC:
        return "no system call instruction was found in it";
    default:
        return "the system call in it failed";
    }
}

int visit_by_thread(struct target *target, enum task task, const struct resident *found)
{
    static struct thread thread;
    struct visit visit = {.target = target, .thread = &thread, .found = *found};
    if (task == TASK_VISIT)
        visit.site = hook_find_site(target, found, &visit.room);
    long answer = thread_find_instruction(target);
    if (answer == 0)
        answer = thread_stop_best(target, &thread);
    const bool refused = answer == -EPERM;
    const bool changed = !refused && !target_has_same_program(target);
    if (answer == 0) {
        answer = thread_take(target, &thread);
        if (answer == 0 && changed)
            answer = -ESRCH;
        if (answer == 0)
            thread_complete(target, &thread);
        if (found->same_build)
            thread.instruction = resident_place(found, found->note.call);
        if (answer == 0 && task == TASK_VISIT)
            answer = install(&visit);
        else if (answer == 0 && task == TASK_RELEASE)
            answer = release(&visit);
        else if (answer == 0)
            answer = remote_sigaction(target, &thread, found, NULL, &visit.old);
        thread_release(target, &thread);
        hook_finish(target);
    }
    thread_release_late(target);
    if (changed || (answer == -ESRCH && !thread_is_gone(target->pid, target->pid)))
        return STATUS_CHANGED;
    if (refused)
        return refuse_rights(target, answer);
    if (answer != 0) {
        const bool known = answer == -EAGAIN || answer == -ETIMEDOUT ||
                           answer == -EHOSTUNREACH || answer == -ESRCH || answer == -ENOEXEC;
        return refuse(target, words_for(answer), known ? 0 : answer);
    }
    return print_visit(&visit, task);
}
