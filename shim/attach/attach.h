/*
 * nosigpipe-attach: puts the resident (resident/) into a process from outside, by ptrace(2). It
 * runs no code of the target's: one thread of it is stopped and makes a few system calls, and
 * goes on exactly where it was.
 *
 * Each function that returns a long gives 0 or a negated errno value, unless it says otherwise.
 */
#ifndef NOSIGPIPE_ATTACH_H
#define NOSIGPIPE_ATTACH_H

#include "helper/helper.h"

#include "attach/registers.h"
#include "resident/resident.h"

/* --- /proc of another process: procfs.c --- */

/* Reads a file of /proc/PID, or of one of its threads unless `thread` is 0; ends it with a NUL.
   Returns the number of bytes, which is less than `size`, or a negated errno value. */
long proc_read(pid_t pid, pid_t thread, const char *file, char *space, size_t size);

/* Reads "status" without the supplementary groups, of which there may be 65,536
   (credentials(7)). As proc_read(). */
long proc_status(pid_t pid, pid_t thread, char *space, size_t size);

/* Opens a file of /proc/PID. Returns the descriptor or a negated errno value. */
long proc_open(pid_t pid, const char *file, int flags);

/* Reads a symbolic link of /proc/PID, and ends it with a NUL. As proc_read(). */
long proc_link(pid_t pid, const char *file, char *space, size_t size);

/* Reads "stat" into `space` and finds the state in it, which follows the name in parentheses
   that the name may have as well; proc_pid_stat(5). */
const char *proc_state(pid_t pid, pid_t thread, char *space, size_t size);

/* The number after "KEY:" in the text of /proc/PID/status, or `missing`. */
uint64_t proc_field(const char *status, const char *key, unsigned base, uint64_t missing);

/* Fills in the ids of the threads, and returns their number: MOST_THREADS and one more if there
   are more than MOST_THREADS. */
enum { MOST_THREADS = 512 };
size_t proc_threads(pid_t pid, pid_t ids[MOST_THREADS]);

/* Whether a thread is one of the kernel's in the process, for io_uring(7) or vhost: it never
   runs the program's code. */
bool thread_is_worker(pid_t pid, pid_t thread);

/* Whether a thread has ended; and whether it has, but its tracer or parent has not waited for
   it (a zombie). */
bool thread_is_gone(pid_t pid, pid_t thread);
bool thread_is_dead(pid_t thread);

/* A line of /proc/PID/maps. */
struct mapping {
    uintptr_t start;
    uintptr_t end;
    uint64_t offset;
    bool readable, writable, executable;
    char name[64]; /* the last part of the path, cut off */
};

/* Calls `visit` for each mapping until it returns true. */
long proc_maps(pid_t pid, bool (*visit)(const struct mapping *mapping, void *data), void *data);

/* --- A process that is visited: target.c --- */

struct target {
    pid_t pid;
    int memory; /* /proc/PID/mem */
    char name[PROGRAM_NAME_SIZE];
    char status[4096];     /* the text of /proc/PID/status */
    char vector[1024];     /* its auxiliary vector, proc_pid_auxv(5) */
    long vector_size;      /* or a negated errno value */
    bool filtered;         /* it has a seccomp filter of its own */
    uintptr_t instruction; /* a system call instruction, for a thread's first call */
};

/* Appends a name up to a newline, with "?" for control characters. */
void add_name(struct strbuf *text, const char *name);

/* Finds the name: the last part of argument 0, or what the kernel has. */
void find_target_name(struct target *target);

/* Class and machine of an ELF file, as one number, or 0; closes the descriptor. */
unsigned abi_of(long fd);
unsigned own_abi(void);

/* Reads its auxiliary vector, for the two that follow. */
void target_read_vector(struct target *target);

/* Whether the process still has the program that was looked at. */
bool target_has_same_program(const struct target *target);

/* Whether its program has rights that its caller has not (getauxval(3), AT_SECURE); whether it
   is in a frozen cgroup; whether it has the library mapped. */
bool target_is_secure(const struct target *target);
bool target_is_frozen(const struct target *target);
bool target_has_library(const struct target *target);

/* Whether its only filters are those that all of its container have. */
bool target_has_filters_of_all(const struct target *target);

bool read_memory(const struct target *target, void *to, uintptr_t from, size_t size);
bool write_memory(const struct target *target, uintptr_t to, const void *from, size_t size);

/* --- Its threads: thread.c, stop.c --- */

/* A thread that is stopped, with what it is to go on with. */
struct thread {
    pid_t id;
    struct user_regs_struct registers;
    uint64_t mask;
    uintptr_t rseq_cs_at; /* rseq(2): the member rseq_cs, or 0 */
    uint64_t rseq_cs;
    uintptr_t instruction; /* a system call instruction */
    bool was_stopped;      /* by a signal, which has interrupted its call before us */
    bool moved;            /* it has made a system call for us */
    bool runs;             /* it has not stopped after one in time */
};

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t now_ms(void);

/* Stops the thread for which that is best, when it is (moment.c). Errors: EAGAIN, each is in a
   call that a stop would cut short; ETIMEDOUT, ESRCH, EPERM. */
long thread_stop_best(const struct target *target, struct thread *thread);

/* How good a moment it is to stop a thread, the best first. */
enum moment { MOMENT_GOOD, MOMENT_RUNS, MOMENT_MAY_WAIT_ANEW, MOMENT_WAITS_ANEW, MOMENT_BAD };
enum moment thread_moment(pid_t pid, pid_t thread);

/* Whether a descriptor is one of this kind, as its link in /proc/PID/fd begins. */
bool is_kind(pid_t pid, unsigned long fd, const char *kind);

/* Stops a thread within the limit. Errors: ETIMEDOUT (it is then still to be stopped), ESRCH,
   EPERM. */
long thread_stop(const struct target *target, pid_t id, int64_t limit_ms,
                 struct thread *thread);

/* Waits for the threads that have not stopped in time, and lets them go on. */
void thread_release_late(const struct target *target);

/* Sets SIGCHLD to its default: where it was inherited as ignored, no stop would raise it, and
   the status of a child would be lost (wait(2)). */
void thread_wait_prepare(void);

/* Waits until a traced thread stops. Returns its status as of wait(2), or a negated errno
   value: ETIMEDOUT, or ESRCH if it has ended. */
long thread_wait(pid_t id, int64_t limit_ms);

/* Finds that instruction. Errors: ENOEXEC, there is none. */
long thread_find_instruction(struct target *target);

/* Takes what a stopped thread is to go on with. */
long thread_take(const struct target *target, struct thread *thread);

/* Lets the stopped thread make a system call. Returns its result; or EHOSTUNREACH if it did not
   run within a second, and ESRCH if it has ended. */
long thread_call(struct thread *thread, long number, long a, long b, long c, long d, long e,
                 long f);
#define THREAD_CALL(...) THREAD_CALL_PAD(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define THREAD_CALL_PAD(thread, number, a, b, c, d, e, f, ...)                                 \
    thread_call(thread, (long)(number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), \
                (long)(f))

/* Whether the stop may have cut a call short; and lets the thread do the rest, for which the
   threads that read what it writes must run (complete.c). */
bool thread_may_be_cut(const struct target *target, const struct thread *thread);
void thread_complete(const struct target *target, struct thread *thread);

/* Lets the thread go on as if it had not been stopped. */
void thread_release(const struct target *target, struct thread *thread);

/* --- The resident in it: image.c --- */

struct resident {
    uintptr_t base;
    size_t size; /* 0: there is none */
    bool known;  /* it has such a note as this program's: the rest is set */
    struct resident_note note;
    uintptr_t note_at; /* the descriptor's address: what the note's distances count from */
    bool same_build;
};

/* Looks for a resident in the process. If there are several, the one of the same build, or else
   the last. */
void resident_find(const struct target *target, struct resident *resident);

/* Maps the resident, near `hint` unless that is 0. */
long resident_map(const struct target *target, struct thread *thread, uintptr_t hint,
                  struct resident *resident);

/* The size that resident_map() maps. */
size_t resident_mapped_size(void);

static inline uintptr_t resident_place(const struct resident *resident, int32_t distance)
{
    return resident->note_at + (uintptr_t)(intptr_t)distance;
}

/* Writes the options of this process into the resident. `off`: the hook passes all on. */
bool resident_set_options(const struct target *target, const struct resident *resident);

/* The action that the guard is installed by. */
struct kernel_sigaction resident_guard_action(const struct target *target,
                                              const struct resident *resident);

/* --- The hook: hook.c --- */

/* The address of libc's only system call for rt_sigaction(2), or 0; and a free address near it,
   of resident_mapped_size() bytes. The call may have the hook of another resident. */
uintptr_t hook_find_site(const struct target *target, const struct resident *other,
                         uintptr_t *room);

/* Puts the hook there, with all other threads stopped; false if that cannot be done. */
bool hook_install(const struct target *target, const struct resident *resident,
                  struct thread *stopped, uintptr_t site);

/* Lets go of a thread that hook_install() has left stopped, since its write is cut short: call
   this when all others run again. */
void hook_finish(const struct target *target);

/* Whether a jump from the site gets to the resident's hook, or there is no site (0). */
bool hook_reaches(const struct resident *resident, uintptr_t site);

/* Whether the hook of this resident stands. */
bool hook_stands(const struct target *target, const struct resident *resident);

/* --- The line about a process: answer.c --- */

/* Prints a line on standard output; the number and what is behind it unless `after` is NULL.
   The second returns STATUS_DONE. */
void print_line(const struct target *target, const char *text, int64_t number,
                const char *after);
int print_done(const struct target *target, const char *text);

/* Print a line on standard error, with what an error means unless that is 0: for the reason
   that is given; since it is traced; since it may not be traced, or has ended. Return
   STATUS_REFUSED. */
int refuse(const struct target *target, const char *reason, long error);
int refuse_tracer(const struct target *target, pid_t tracer);
int refuse_rights(const struct target *target, long error);

/* --- What is asked for --- */

/* The words of the command line that others need. */
struct invocation {
    const char *const *others; /* the nosigpipe-attach of other ABIs, up to a NULL */
    char **variables;
    const char *task_name;
    const char *options;
};
extern struct invocation invocation;

/* Prints that the command line is wrong. Returns the exit status. */
int usage(const char *problem, const char *quoted);

/* Erases the line of progress, which a line on standard output would otherwise continue. */
void erase_progress(void);

/* Carries out a task: its name, "one" before it for a visitor of another ABI, and what it is
   given (processes.c). Returns the exit status. */
int visit_processes(char **words);

enum task { TASK_VISIT, TASK_STATUS, TASK_RELEASE };

/* Carries out a task on one process and prints its line: visit.c. Returns STATUS_DONE or
   STATUS_REFUSED. */
enum { STATUS_DONE = 0, STATUS_REFUSED = 1 };
int visit_process(enum task task, pid_t pid);

/* The part of that for which a thread is stopped: task.c. `found` is the resident that is
   there. Returns STATUS_CHANGED, without a line, if it has executed a program meanwhile. */
enum { STATUS_CHANGED = -1 };
int visit_by_thread(struct target *target, enum task task, const struct resident *found);

/* rt_sigaction(2) in a stopped thread, by way of the resident's memory. */
long remote_sigaction(const struct target *target, struct thread *thread,
                      const struct resident *resident, const struct kernel_sigaction *set,
                      struct kernel_sigaction *old);

/* In a stopped thread: maps the resident, near `room`, and installs the guard. `old` is what
   the kernel held; if it is NULL, nothing is installed. */
long visit_install(const struct target *target, struct thread *thread,
                   struct resident *resident, uintptr_t room, struct kernel_sigaction *old);

/* Becomes a program with the guard in place: run.c. */
int run_static(const struct process *process, char **arguments);

/* Whether that is permitted here: 0, or the reason on standard output and 1. */
int run_probe(void);

#endif
