/*
 * backtrace_edges: a broken write in the handler of a signal that came at the first instruction
 * of `faulting`, which is called by the last instruction of `leaving`. Code right in front of
 * the one and right behind the other belongs to functions whose frames are of another size.
 */
#include <signal.h>

#include "broken.h"

#if !defined(__x86_64__)
#error "faulting and leaving are to be written for this architecture, too"
#endif

#define FUNCTION(name, size, body)                                                             \
    ".globl " name "\n.type " name ", @function\n" name                                        \
    ":\n.cfi_startproc\n.cfi_def_cfa_offset " size "\n" body "\n.cfi_endproc\n.size " name     \
    ", . - " name "\n"

__asm__(".text\n" FUNCTION("in_front", "4096", "nop\nret") FUNCTION("faulting", "8", "ud2")
            FUNCTION("leaving", "8", "pushq %rbp\n.cfi_def_cfa_offset 16\ncall faulting")
                FUNCTION("behind", "4096", "nop\nret"));

void leaving(void);
void handle(int signal_number);

static int fd;

__attribute__((visibility("default"))) void handle(int signal_number)
{
    (void)signal_number;
    _exit(write(fd, "x", 1) == -1 ? 0 : 1);
}

int main(void)
{
    fd = broken_pipe();
    signal(SIGILL, handle);
    leaving();
    return 99;
}
