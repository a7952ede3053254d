/*
 * A program that has a dynamic linker and no libc at all, as some that are written in assembly.
 * It makes broken calls and tells how each was answered; built with KILL, it then sends itself
 * a SIGPIPE.
 */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "../../shim/base/syscall.h"

void _start(void);

static void say(const char *text)
{
    size_t size = 0;
    while (text[size])
        size++;
    SYSCALL(SYS_write, 1, text, size);
}

static void say_answer(const char *call, long answer)
{
    say(call);
    say(answer == -32 ? ": EPIPE\n" : ": not EPIPE\n");
}

__attribute__((force_align_arg_pointer)) void _start(void)
{
    int ends[2] = {0};
    SYSCALL(SYS_pipe2, ends, 0);
    SYSCALL(SYS_close, ends[0]);
    say_answer("write", SYSCALL(SYS_write, ends[1], "x", 1));
    SYSCALL(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends);
    SYSCALL(SYS_close, ends[0]);
    say_answer("sendto", SYSCALL(SYS_sendto, ends[1], "x", 1, 0, NULL, 0));
#ifdef KILL
    say("kill\n");
    SYSCALL(SYS_kill, SYSCALL(SYS_getpid), 13);
#endif
    SYSCALL(SYS_exit_group, 0);
}
