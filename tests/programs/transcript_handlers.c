/* The host's own handlers: when they run, what they see, and what is left behind. */
#include <setjmp.h>
#include <ucontext.h>

#include "transcript_calls.h"

static void all_calls(void)
{
    prepare_calls();
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (int kind = ON_PIPE; kind <= ON_SOCKET; kind++) {
            if (calls[i].works_on & kind)
                make_broken(&calls[i], kind);
        }
    }
    say_disposition();
    say_mask();
    say_pending();
}

static void plain(void)
{
    set_action(on_signal, 0, 0);
    all_calls();
}

static void with_info(void)
{
    set_info_action(SA_RESTART, SIGUSR1);
    all_calls();
}

static void ignored(void)
{
    set_action(SIG_IGN, 0, 0);
    all_calls();
}

static void by_signal(void)
{
    signal(SIGPIPE, on_signal);
    broken_write();
    broken_send();
    say_disposition();
}

static void by_sigset(void)
{
    sigset(SIGPIPE, on_signal);
    broken_write();
    broken_send();
    sighold(SIGPIPE);
    broken_send();
    say_pending();
    sigset(SIGPIPE, on_signal_too);
    say_pending();
    say_mask();
}

static sigjmp_buf back;

static void leave(int signal_number)
{
    on_signal(signal_number);
    siglongjmp(back, 1);
}

static void leave_once(int flags, int save_mask, void (*break_it)(void))
{
    struct sigaction action = {0};
    set_action(leave, flags, SIGUSR1);
    if (sigsetjmp(back, save_mask) == 0)
        break_it();
    say_mask();
    say_pending();
    sigaction(SIGPIPE, NULL, &action);
    say("  handler stands: %d, flags %#x\n", action.sa_handler == leave,
        (unsigned)action.sa_flags);
    unblock_sigpipe();
}

static void leave_by_jump(int flags, int save_mask)
{
    leave_once(flags, save_mask, broken_send);
    leave_once(flags, save_mask, broken_write);
    leave_once(flags, save_mask, broken_send);
}

static void jump(void)
{
    leave_by_jump(0, 1);
}

static void jump_without_mask(void)
{
    leave_by_jump(0, 0);
}

static void jump_one_shot(void)
{
    leave_by_jump((int)SA_RESETHAND, 1);
}

static int depth;

static void nest(int signal_number)
{
    say("  level %d\n", depth);
    on_signal(signal_number);
    if (depth < 3) {
        depth++;
        broken_write();
        broken_send();
        say_pending();
    }
    say("  done\n");
}

static void nested(void)
{
    set_action(nest, 0, 0);
    broken_write();
    say_pending();
}

static void nested_undeferred(void)
{
    set_action(nest, SA_NODEFER, 0);
    broken_write();
    say_pending();
}

/* Within another signal's handler. */
static void on_usr1(int signal_number)
{
    on_signal(signal_number);
    broken_write();
    broken_send();
    say_pending();
}

static void inside_another(void)
{
    const struct sigaction open = {.sa_handler = on_usr1};
    const struct sigaction closed = {.sa_handler = on_usr1, .sa_mask = set_of(SIGPIPE)};
    set_info_action(0, 0);
    sigaction(SIGUSR1, &open, NULL);
    raise(SIGUSR1);
    sigaction(SIGUSR1, &closed, NULL);
    raise(SIGUSR1);
    say_mask();
}

static char alternate[1 << 16];

static void on_which_stack(int signal_number)
{
    const uintptr_t here = (uintptr_t)&signal_number;
    const uintptr_t there = (uintptr_t)alternate;
    say("  handler on the alternate stack: %d\n",
        here >= there && here < there + sizeof alternate);
}

static void alternate_stack(void)
{
    const stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    sigaltstack(&stack, NULL);
    static const int flags[] = {0, SA_ONSTACK, SA_ONSTACK | (int)SA_RESETHAND,
                                (int)SA_RESETHAND};
    for (size_t i = 0; i < COUNT(flags); i++) {
        set_action(on_which_stack, flags[i], 0);
        broken_write();
        set_action(on_which_stack, flags[i], 0);
        broken_send();
    }
}

/* A handler may change what is restored when it returns. */
static void change_context(int signal_number, siginfo_t *info, void *context)
{
    ucontext_t *interrupted = context;
    say_info("handler", info);
    say("  signal %d\n", signal_number);
    say_set("mask to restore", &interrupted->uc_sigmask);
    sigaddset(&interrupted->uc_sigmask, SIGPIPE);
    sigaddset(&interrupted->uc_sigmask, SIGUSR2);
}

static void change_return(int flags)
{
    const struct sigaction action = {.sa_sigaction = change_context,
                                     .sa_flags = SA_SIGINFO | flags};
    sigaction(SIGPIPE, &action, NULL);
    broken_send();
    say_mask();
    broken_write();
    broken_send();
    say_pending();
}

static void context(void)
{
    change_return(0);
}

static void context_one_shot(void)
{
    change_return((int)SA_RESETHAND);
}

static void *in_thread(void *nothing)
{
    broken_write();
    broken_send();
    say_mask();
    return nothing;
}

static void thread(void)
{
    pthread_t started;
    set_info_action(0, 0);
    pthread_create(&started, NULL, in_thread, NULL);
    pthread_join(started, NULL);
}

/* A handler that replaces itself by the default, by ignoring, by another. */
static void become_default(int signal_number)
{
    on_signal(signal_number);
    say("  was: %d\n", signal(SIGPIPE, SIG_DFL) == become_default);
    say_disposition();
}

static void become_ignored(int signal_number)
{
    on_signal(signal_number);
    say("  was: %d\n", signal(SIGPIPE, SIG_IGN) == become_ignored);
}

static void replaced(void)
{
    signal(SIGPIPE, become_ignored);
    broken_write();
    broken_send();
    say_disposition();
    signal(SIGPIPE, become_default);
    broken_send();
    say_disposition();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(plain),
        CASE(with_info),
        CASE(ignored),
        CASE(by_signal),
        CASE(by_sigset),
        CASE(jump),
        CASE(jump_without_mask),
        CASE(jump_one_shot),
        CASE(nested),
        CASE(nested_undeferred),
        CASE(inside_another),
        CASE(alternate_stack),
        CASE(context),
        CASE(context_one_shot),
        CASE(thread),
        CASE(replaced),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
