/*
 * hostile_faults START SIZE CALL FAULT COMMAND [ARGUMENT]...: runs a command in which a system
 * call (by its number) that is made by the code at START (SIZE bytes, both in hexadecimal) is
 * not made. FAULT is the errno value that it gets instead, 0 for "nothing done", or "kill". The
 * address space is not randomized, so that START is known from one run to the next.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#include "broken.h"

enum { LOW_WORD = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0, HIGH_WORD = 4 - LOW_WORD };

#define LOAD(offset)          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define UNLESS(test, k, skip) BPF_JUMP(BPF_JMP | (test) | BPF_K, (uint32_t)(k), 0, skip)
#define IF(test, k, skip)     BPF_JUMP(BPF_JMP | (test) | BPF_K, (uint32_t)(k), skip, 0)

static void install(uint64_t start, uint64_t size, uint32_t number, uint32_t verdict)
{
    static const size_t where = offsetof(struct seccomp_data, instruction_pointer);
    struct sock_filter code[] = {
        LOAD(offsetof(struct seccomp_data, nr)),
        UNLESS(BPF_JEQ, number, 6),
        LOAD(where + HIGH_WORD),
        UNLESS(BPF_JEQ, start >> 32, 4),
        LOAD(where + LOW_WORD),
        UNLESS(BPF_JGE, start, 2),
        IF(BPF_JGE, start + size, 1),
        BPF_STMT(BPF_RET | BPF_K, verdict),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0, "filter");
}

int main(int argc, char **argv)
{
    must(argc > 5, "usage: hostile_faults START SIZE CALL FAULT COMMAND [ARGUMENT]...");
    must(personality(ADDR_NO_RANDOMIZE) != -1, "personality");
    const uint32_t verdict = strcmp(argv[4], "kill") == 0
                                 ? SECCOMP_RET_KILL_PROCESS
                                 : SECCOMP_RET_ERRNO | (uint32_t)atoi(argv[4]);
    install(strtoull(argv[1], NULL, 16), strtoull(argv[2], NULL, 16), (uint32_t)atoi(argv[3]),
            verdict);
    execvp(argv[5], &argv[5]);
    must(0, argv[5]);
}
