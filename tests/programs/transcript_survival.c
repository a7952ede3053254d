/*
 * Broken writes against the default action, which without the shim are the end. The oracle is a
 * run without it (argument `oracle`) in which the default is an ignored signal: the kernel's
 * answers are the same, and only the death is missing.
 */
#include <setjmp.h>

#include "transcript_calls.h"

/* Makes the default stand; in the oracle, what comes nearest to a default that does not kill.
 */
static void protected_default(void)
{
    if (is_oracle)
        signal(SIGPIPE, SIG_IGN);
}

static void default_again(void)
{
    signal(SIGPIPE, SIG_DFL);
    protected_default();
}

static void all_calls(void)
{
    prepare_calls();
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (int kind = ON_PIPE; kind <= ON_SOCKET; kind++) {
            if (calls[i].works_on & kind)
                make_broken(&calls[i], kind);
        }
    }
    say_mask();
    say_pending();
}

static void at_start(void)
{
    protected_default();
    all_calls();
}

static void after_default(void)
{
    default_again();
    all_calls();
}

static void *calls_in_thread(void *nothing)
{
    all_calls();
    return nothing;
}

static void in_thread(void)
{
    pthread_t thread;
    default_again();
    pthread_create(&thread, NULL, calls_in_thread, NULL);
    pthread_join(thread, NULL);
    all_calls();
}

/* The handler's one shot, then the default that the kernel put in its place. */
static void after_shot(void)
{
    broken_write();
    protected_default();
    broken_write();
    broken_send();
    all_calls();
}

static void after_one_shot(void)
{
    set_action(on_signal, (int)SA_RESETHAND, 0);
    after_shot();
}

static void after_one_shot_info(void)
{
    set_info_action((int)SA_RESETHAND | SA_NODEFER, SIGUSR1);
    after_shot();
}

static void after_sysv_signal(void)
{
    sysv_signal(SIGPIPE, on_signal);
    after_shot();
}

static sigjmp_buf back;

static void leave(int signal_number)
{
    siglongjmp(back, signal_number);
}

static void after_one_shot_jump(void)
{
    set_action(leave, (int)SA_RESETHAND, 0);
    if (sigsetjmp(back, 1) == 0)
        broken_write();
    protected_default();
    all_calls();
}

/* Inside the handler the default stands already. */
static void shoot_twice(int signal_number)
{
    on_signal(signal_number);
    protected_default();
    broken_write();
    broken_send();
    say_pending();
}

static void inside_one_shot(void)
{
    set_action(shoot_twice, (int)SA_RESETHAND, 0);
    broken_write();
    set_action(shoot_twice, (int)SA_RESETHAND | SA_NODEFER, 0);
    broken_write();
    say_pending();
}

/* Pending in another signal's handler, or under a mask, and delivered afterwards. */
static void on_usr1(int signal_number)
{
    on_signal(signal_number);
    broken_write();
    broken_send();
    say_pending();
}

static void after_masked_handler(void)
{
    const struct sigaction action = {.sa_handler = on_usr1, .sa_mask = set_of(SIGPIPE)};
    default_again();
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    say_pending();
    broken_send();
}

static void break_and_unblock(void)
{
    block_sigpipe();
    broken_write();
    broken_send();
    say_pending();
    unblock_sigpipe();
    say_pending();
}

static void after_unblocking(void)
{
    default_again();
    break_and_unblock();
    break_and_unblock();
}

static void after_suspending(void)
{
    const sigset_t none = set_of(0);
    const sigset_t set = set_of(SIGUSR1);
    default_again();
    signal(SIGUSR1, on_signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
    block_sigpipe();
    broken_write();
    raise(SIGUSR1); /* ends the wait, where the other one is absorbed */
    say_result("sigsuspend", sigsuspend(&none));
    say_mask();
    say_pending();
}

/* Signals that were sent and taken, which leave nothing behind. */
static void after_taken_kill(void)
{
    const sigset_t set = set_of(SIGPIPE);
    int taken;
    default_again();
    block_sigpipe();
    kill(getpid(), SIGPIPE);
    sigwait(&set, &taken);
    break_and_unblock();
}

static void after_ignored_kill(void)
{
    signal(SIGPIPE, SIG_IGN);
    kill(getpid(), SIGPIPE);
    default_again();
    break_and_unblock();
}

static void after_handled_kill(void)
{
    signal(SIGPIPE, on_signal);
    kill(getpid(), SIGPIPE);
    default_again();
    break_and_unblock();
}

static void after_one_shot_kill(void)
{
    sysv_signal(SIGPIPE, on_signal);
    kill(getpid(), SIGPIPE);
    protected_default();
    break_and_unblock();
}

static void in_child_of_killer(void)
{
    default_again();
    block_sigpipe();
    kill(getpid(), SIGPIPE);
    const pid_t child = fork();
    if (child == 0) {
        break_and_unblock();
        _exit(0);
    }
    say_end("child", end_of(child));
}

/* A write that went out in part, as the reader closed its end while the writer slept. */
static int reader;

static void *close_reader(void *writer)
{
    await_sleep(*(pid_t *)writer);
    close(reader);
    return NULL;
}

static void after_part(void)
{
    static char data[1 << 20];
    pid_t self = gettid();
    int ends[2];
    pthread_t thread;
    default_again();
    require(pipe(ends) == 0, "pipe");
    reader = ends[0];
    pthread_create(&thread, NULL, close_reader, &self);
    errno = 0;
    say_result("partial write", write(ends[1], data, sizeof data));
    pthread_join(thread, NULL);
    errno = 0;
    say_result("next write", write(ends[1], data, sizeof data));
}

static void after_part_unblocked(void)
{
    block_sigpipe();
    after_part();
    say_pending();
    unblock_sigpipe();
}

static void in_forked_child(void)
{
    default_again();
    const pid_t child = fork();
    if (child == 0) {
        all_calls();
        break_and_unblock();
        _exit(0);
    }
    say_end("child", end_of(child));
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(at_start),
        CASE(after_default),
        CASE(in_thread),
        CASE(after_one_shot),
        CASE(after_one_shot_info),
        CASE(after_sysv_signal),
        CASE(after_one_shot_jump),
        CASE(inside_one_shot),
        CASE(after_masked_handler),
        CASE(after_unblocking),
        CASE(after_suspending),
        CASE(after_taken_kill),
        CASE(after_ignored_kill),
        CASE(after_handled_kill),
        CASE(after_one_shot_kill),
        CASE(in_child_of_killer),
        CASE(after_part),
        CASE(after_part_unblocked),
        CASE(in_forked_child),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
