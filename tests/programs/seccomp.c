/*
 * Broken writes of a host that lives under a seccomp filter which kills for any system call
 * that the host itself has no use for: that of the case, write(2) to report it, and the way
 * out. A handler returns by rt_sigreturn(2), so that one is allowed as well.
 *
 * The oracle is the same run without the shim under an inherited SIG_IGN.
 *
 * Usage: seccomp PLACE; PLACE: process, child, thread, thread-of-child, or by-number: the
 * process, which sets the filter by syscall(2)
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "transcript_calls.h"

enum { LISTED = 8 };

static struct sock_filter allow_next(bool last)
{
    return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                                        last ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ALLOW);
}

static bool by_number;

static void set_filter(struct sock_filter *code, unsigned short length)
{
    const struct sock_fprog filter = {length, code};
    if (by_number) {
        require(syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
        require(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0, "filter");
        return;
    }
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    require(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0, "filter");
}

/* From here on the calling thread may make these calls (up to a 0) and the common ones. */
static void allow_only(const long own[static 1])
{
    static const long common[] = {SYS_write, SYS_exit_group, SYS_rt_sigreturn};
    struct sock_filter code[2 * (LISTED + COUNT(common)) + 2];
    long list[LISTED + COUNT(common)];
    size_t count = 0;
    unsigned short length = 0;
    while (*own && count < LISTED)
        list[count++] = *own++;
    for (size_t i = 0; i < COUNT(common); i++)
        list[count++] = common[i];
    code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                  offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < count; i++) {
        code[length++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)list[i], 0, 1);
        code[length++] = allow_next(false);
    }
    code[length++] = allow_next(true);
    set_filter(code, length);
}

/* musl has no other one for these two, and unblocks signals of its own when a handler is set
   for the first time (src/signal/sigaction.c). */
#ifndef __GLIBC__
#undef SYS_pwritev2
#undef SYS_sendmmsg
#define SYS_pwritev2   SYS_writev
#define SYS_sendmmsg   SYS_sendmsg
#define SYS_for_choice SYS_rt_sigprocmask
#else
#define SYS_for_choice SYS_rt_sigaction
#endif

/* The system call behind each of `calls`. */
static const long numbers[PLAIN_CALLS] = {
    SYS_write,  SYS_writev, SYS_pwritev2, SYS_sendfile, SYS_splice,   SYS_tee,   SYS_vmsplice,
    SYS_sendto, SYS_sendto, SYS_sendto,   SYS_sendmsg,  SYS_sendmmsg, SYS_write, SYS_sendto,
};
static size_t which;
static int kind;

static void make_call(void)
{
    int ends[2];
    require(kind == ON_PIPE ? pipe(ends) == 0 : socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0,
            "descriptors");
    const int broken = kind == ON_PIPE ? broken_pipe() : broken_socket();
    errno = 0;
    allow_only((long[]){numbers[which], 0});
    say_result("success", calls[which].make(ends[1]));
    for (int i = 0; i < 3; i++)
        say_result("broken", calls[which].make(broken));
    say_result("success", calls[which].make(ends[1]));
}

/* The signal comes with success. The reader is a process without the filter. */
static void partial(void)
{
    static char data[1 << 20];
    const int fd = leaving_pipe();
    errno = 0;
    allow_only((long[]){0});
    say_result("partial", write(fd, data, sizeof data));
    say_result("broken", write(fd, data, sizeof data));
}

/* The signal comes when it is unblocked. */
static void blocked(void)
{
    const int broken = broken_socket();
    const sigset_t set = set_of(SIGPIPE);
    errno = 0;
    allow_only((long[]){SYS_rt_sigprocmask, SYS_sendto, 0});
    for (int i = 0; i < 2; i++) {
        say_result("block", sigprocmask(SIG_BLOCK, &set, NULL));
        say_result("send", send(broken, "x", 1, 0));
        say_result("write", write(broken, "x", 1));
        say_result("unblock", sigprocmask(SIG_UNBLOCK, &set, NULL));
    }
    say_result("write", write(broken, "x", 1));
}

/* The host's choices: sigaction(2) and its relatives may make that one call. */
static void choices(void)
{
    const int broken = broken_pipe();
    errno = 0;
    allow_only((long[]){SYS_rt_sigaction, SYS_for_choice, 0});
    signal(SIGPIPE, SIG_IGN);
    say_result("ignored", write(broken, "x", 1));
    signal(SIGPIPE, on_nothing);
    say_result("handled", write(broken, "x", 1));
    siginterrupt(SIGPIPE, 1);
    say_result("handled", write(broken, "x", 1));
    set_action(on_nothing, SA_RESTART, SIGUSR1);
    say_result("handled", write(broken, "x", 1));
}

static void one_shot(void)
{
    const int broken = broken_pipe();
    set_action(on_nothing, (int)SA_RESETHAND, 0);
    errno = 0;
    allow_only((long[]){0});
    say_result("handled", write(broken, "x", 1));
}

static void kill_nobody(void)
{
    errno = 0;
    allow_only((long[]){SYS_kill, 0});
    say_result("kill", kill(0x3ffffff0, SIGPIPE));
    say_result("kill", kill(-0x3ffffff0, SIGPIPE));
    say_result("killpg", killpg(0x3ffffff0, SIGPIPE));
}

static void kill_self(void)
{
    const pid_t self = getpid();
    signal(SIGPIPE, SIG_IGN);
    errno = 0;
    allow_only((long[]){SYS_kill, 0});
    say_result("kill", kill(self, SIGPIPE));
}

/* The flags of a send are those that the host has asked for: the filter may look at them. */
static void plain_sends(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendto, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    int ends[2];
    const int broken = broken_socket();
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    errno = 0;
    set_filter(code, COUNT(code));
    say_result("success", send(ends[1], "x", 1, 0));
    say_result("broken", send(broken, "x", 1, 0));
    say_result("broken", sendto(broken, "x", 1, 0, NULL, 0));
}

/* Where the case runs. */
static void (*run_it)(void);

static void *in_thread(void *nothing)
{
    run_it();
    _exit(0);
    return nothing;
}

static void start_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
}

static void start_child(void (*body)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    say_end("child", end_of(child));
}

static void run_in_place(const char *place)
{
    by_number = strcmp(place, "by-number") == 0;
    if (by_number || strcmp(place, "process") == 0)
        run_it();
    else if (strcmp(place, "child") == 0)
        start_child(run_it);
    else if (strcmp(place, "thread") == 0)
        start_thread();
    else
        start_child(start_thread);
}

/* Each case in a process of its own that is no fork of one with the shim: what the shim notes
   of its process when it starts must be enough. */
static char *next_arguments[6];

static void start_next(void)
{
    execv("/proc/self/exe", next_arguments);
    require(false, "exec");
}

static void start_case(char *place, const char *name, size_t number, int on)
{
    char number_text[16];
    char on_text[16];
    snprintf(number_text, sizeof number_text, "%zu", number);
    snprintf(on_text, sizeof on_text, "%d", on);
    next_arguments[0] = (char[]){"seccomp"};
    next_arguments[1] = place;
    next_arguments[2] = number_text;
    next_arguments[3] = on_text;
    run_case(&(struct test_case){name, start_next});
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(partial),     CASE(blocked),   CASE(choices),
                                             CASE(kill_nobody), CASE(kill_self), CASE(one_shot),
                                             CASE(plain_sends)};
    require(argc == 2 || argc == 4, "usage");
    prepare_calls();
    if (argc == 4) {
        which = (size_t)atoi(argv[2]);
        kind = atoi(argv[3]);
        run_it = kind ? make_call : cases[which].run;
        run_in_place(argv[1]);
        return 0;
    }
    for (size_t i = 0; i < PLAIN_CALLS; i++) {
        if (calls[i].works_on & ON_PIPE)
            start_case(argv[1], calls[i].name, i, ON_PIPE);
        if (calls[i].works_on & ON_SOCKET)
            start_case(argv[1], calls[i].name, i, ON_SOCKET);
    }
    for (size_t i = 0; i < COUNT(cases); i++)
        start_case(argv[1], cases[i].name, i, 0);
    return 0;
}
