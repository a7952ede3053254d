/* Operations: images that follow, and programs that are started. */
#ifndef DIFFERENTIAL_PROGRAMS_H
#define DIFFERENTIAL_PROGRAMS_H

#include <spawn.h>

#include "differential_children.h"

static char program[512];

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
