/* Operations: children, other threads, and images that follow. */
#ifndef DIFFERENTIAL_CHILDREN_H
#define DIFFERENTIAL_CHILDREN_H

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>

#include "differential_sends.h"

static void run_all(char **at);

static char program[512];

static char **block_of(char **word)
{
    while (!is(*word, "["))
        word++;
    return word + 1;
}

/* What a child needs that is to run on its own: a group for signals to groups, and an alarm,
   which fork does not hand on. */
static inline void become_child(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    alarm(CASE_SECONDS);
    is_beside = others_take = false;
}

static inline void say_end(const char *name, int status)
{
    if (WIFSIGNALED(status))
        say("%s: killed by SIG%s\n", name, sigabbrev_np(WTERMSIG(status)));
    else
        say("%s: exited %d\n", name, WEXITSTATUS(status));
}

static inline void await_end(const char *name, pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            say_result(name, -1);
            return;
        }
    }
    say_end(name, status);
}

/* fork [ ... ], _Fork [ ... ], clone [ ... ], vfork [ ... ] */
static void op_child(char **word)
{
    const struct kernel_action saved = real_default;
    const pid_t child = is(word[0], "fork")    ? fork()
                        : is(word[0], "_Fork") ? _Fork()
                                               : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        become_child();
        run_all(block_of(word));
        _exit(0);
    }
    real_default = saved;
    await_end(word[0], child);
}

static void op_vfork(char **word)
{
    const struct kernel_action saved = real_default;
    sigjmp_buf *const saved_back = back;
    const bool was_beside = is_beside;
    const bool others_took = others_take;
    const pid_t child = vfork();
    if (child == 0) {
        become_child(); // NOLINT(clang-analyzer-unix.Vfork): the case is this
        run_all(block_of(word));
        _exit(0);
    }
    real_default = saved;
    back = saved_back;
    is_beside = was_beside;
    others_take = others_took;
    await_end("vfork", child);
}

/* kill-parent WHEN: a SIGPIPE of another process, which waits until it is a group of its own
   and the parent is out of fork, whence a handler must not jump. */
static void op_kill_parent(char **word)
{
    const pid_t self = getpid();
    int ends[2];
    char byte = 0;
    if (is_left_out(word[1]))
        return;
    require(pipe(ends) == 0, "pipe");
    const pid_t child = fork();
    if (child == 0) {
        become_child();
        _exit(read(ends[0], &byte, 1) == 1 && kill(self, SIGPIPE) == 0 ? 0 : 1);
    }
    setpgid(child, child);
    close(ends[0]);
    const bool is_told = write(ends[1], &byte, 1) == 1;
    close(ends[1]);
    require(is_told, "write");
    await_end("kill-parent", child);
}

struct start {
    char **words;
    bool others_take;
};

static void *run_in_thread(void *start)
{
    is_beside = true;
    others_take = ((struct start *)start)->others_take;
    run_all(((struct start *)start)->words);
    return NULL;
}

/* thread MASK [ ... ], "-" for the mask that it inherits. */
static void op_thread(char **word)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t mask;
    struct start start = {block_of(word), others_take};
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    start.others_take |= sigismember(&mask, SIGPIPE) == 0;
    pthread_attr_init(&attributes);
    if (!is(word[1], "-")) {
        mask = libc_set(set_of(word[1]));
        pthread_attr_setsigmask_np(&attributes, &mask);
    }
    errno = NO_ERROR;
    const int result = pthread_create(&thread, &attributes, run_in_thread, &start);
    const int error = errno;
    require(result == 0, "pthread_create");
    pthread_join(thread, NULL);
    errno = error;
    say_result("thread", result);
}

/* The environment for a program that is started: with what is preloaded, or without, where the
   program sees what the kernel hands on. */
static char **variables(const char *word)
{
    static char *without[] = {NULL};
    return is(word, "same") ? environ : without;
}

/* The arguments of an image of this program. */
static char **role_of(const char *role, const char *words)
{
    static char oracle[] = "oracle";
    static char *arguments[5];
    int count = 0;
    arguments[count++] = program;
    if (is_oracle)
        arguments[count++] = oracle;
    arguments[count++] = (char *)(uintptr_t)role;
    arguments[count++] = (char *)(uintptr_t)words;
    arguments[count] = NULL;
    return arguments;
}

static void by_path(const char *function, char **arguments, char **given)
{
    if (is(function, "execv"))
        execv(program, arguments);
    else if (is(function, "execvpe"))
        execvpe(program, arguments, given);
    else if (is(function, "syscall-execve"))
        syscall(SYS_execve, program, arguments, given);
    else if (is(function, "execl"))
        execl(program, program, arguments[1], arguments[2], arguments[1] ? arguments[3] : NULL,
              NULL);
    else if (is(function, "fexecve"))
        fexecve(open(program, O_RDONLY | O_CLOEXEC), arguments, given);
    else
        execve(program, arguments, given);
}

/* exec FUNCTION: the operations that follow are the new image's. */
static void op_exec(char **word)
{
    static char text[1 << 14];
    char **at = operation_end(word);
    size_t length = 0;
    text[0] = 0;
    for (int depth = 0; *at; at++) {
        depth += is(*at, "[") - is(*at, "]");
        if (depth < 0)
            break;
        length += (size_t)snprintf(text + length, sizeof text - length, "%s ", *at);
    }
    by_path(word[1], role_of("rest", text), environ);
    say_result("exec", -1);
}

/* report FUNCTION ENVIRONMENT: an image that says what it has inherited, and is the last. */
static void op_report(char **word)
{
    by_path(word[1], role_of("report", NULL), variables(word[2]));
    say_result("exec", -1);
}

/* exec-fails PLACE: one that is not there, or no path at all. */
static void op_exec_fails(char **word)
{
    const char nothing[] = "/none";
    const char *const path = place(word[1], nothing, sizeof nothing);
    say_result("execve", execve(path, role_of("report", NULL), environ));
}

/* spawn FUNCTION ENVIRONMENT DEFAULTS MASK, "-" for what is not set. */
static void op_spawn(char **word)
{
    posix_spawnattr_t attributes;
    short flags = 0;
    pid_t child = 0;
    posix_spawnattr_init(&attributes);
    if (!is(word[3], "-")) {
        const sigset_t set = libc_set(set_of(word[3]));
        posix_spawnattr_setsigdefault(&attributes, &set);
        flags = POSIX_SPAWN_SETSIGDEF;
    }
    if (!is(word[4], "-")) {
        const sigset_t set = libc_set(set_of(word[4]));
        posix_spawnattr_setsigmask(&attributes, &set);
        flags = (short)(flags | POSIX_SPAWN_SETSIGMASK);
    }
    posix_spawnattr_setflags(&attributes, flags);
    errno = NO_ERROR;
    const int result = (is(word[1], "posix_spawnp") ? posix_spawnp : posix_spawn)(
        &child, program, NULL, &attributes, role_of("report", NULL), variables(word[2]));
    const int error = errno;
    if (result == 0)
        await_end("spawned", child); /* which tells more before it ends */
    errno = error;
    say_result(word[1], result);
}

static const char *command_of(const char *word)
{
    static char command[1024];
    const char *const unset_preload = is(word, "same") ? "" : "unset LD_PRELOAD; ";
    const char *const oracle = is_oracle ? "oracle " : "";
    if (is(word, "kill"))
        return "kill -s PIPE $$";
    if (is(word, "exit"))
        return "exit 3";
    const char *const trap = is(word, "trap") ? "trap '' PIPE; " : "";
    snprintf(command, sizeof command, "%s%s exec %s %sreport", unset_preload, trap, program,
             oracle);
    return command;
}

/* system COMMAND; popen COMMAND: same, bare, trap, kill, exit. */
static void op_system(char **word)
{
    errno = NO_ERROR;
    const int status = system(command_of(word[1]));
    say_end("system", status);
}

static void op_popen(char **word)
{
    char text[64];
    FILE *const file = popen(command_of(word[1]), "r");
    require(file != NULL, "popen");
    while (fgets(text, sizeof text, file))
        say("read: %s", text);
    say_end("popen", pclose(file));
}

/* popen-write: to a command that has ended. */
static void op_popen_write(char **word)
{
    siginfo_t info;
    (void)word;
    FILE *const file = popen("exec true", "w");
    require(file != NULL, "popen");
    while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) != 0)
        ;
    fputs("x", file);
    errno = NO_ERROR;
    say_result("fflush", fflush(file));
    say_end("popen", pclose(file));
}

#endif
