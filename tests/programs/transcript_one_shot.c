/* Handlers that the kernel replaces by the default when they run. */
#include "transcript_calls.h"

/* Each time anew for each call: the kernel puts the default back when the handler runs. */
static void one_shot_each(void (*install)(void))
{
    prepare_calls();
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (int kind = ON_PIPE; kind <= ON_SOCKET; kind++) {
            /* fputs writes twice, which the default action would end. */
            if (!(calls[i].works_on & kind) || calls[i].make == call_fputs)
                continue;
            install();
            make_broken(&calls[i], kind);
            say_disposition();
        }
    }
}

static void install_sysv(void)
{
    sysv_signal(SIGPIPE, on_signal);
}

static void install_one_shot(void)
{
    set_action(on_signal, (int)SA_RESETHAND | SA_RESTART, SIGUSR2);
}

static void install_one_shot_info(void)
{
    set_info_action((int)SA_RESETHAND | SA_NODEFER, SIGTERM);
}

static void one_shot(void)
{
    one_shot_each(install_one_shot);
}

static void one_shot_info(void)
{
    one_shot_each(install_one_shot_info);
}

static void one_shot_sysv(void)
{
    one_shot_each(install_sysv);
}

/* A one-shot handler that asks for its disposition, and installs itself again. */
static void on_signal_again(int signal_number)
{
    on_signal(signal_number);
    say_disposition();
    sysv_signal(SIGPIPE, on_signal_again);
}

static void one_shot_again(void)
{
    sysv_signal(SIGPIPE, on_signal_again);
    for (int i = 0; i < 3; i++) {
        broken_write();
        broken_send();
    }
}

/* More one-shot handlers than anybody will have. */
#define MANY(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define MANY_HANDLER(n)                                                                        \
    static void many_##n(int signal_number)                                                    \
    {                                                                                          \
        say("  handler %d\n", n);                                                              \
        on_signal(signal_number);                                                              \
    }
MANY(MANY_HANDLER)

static void many_one_shots(void)
{
#define MANY_NAME(n) many_##n,
    static void (*const handlers[])(int) = {MANY(MANY_NAME)};
    for (size_t i = 0; i < COUNT(handlers); i++) {
        struct sigaction old = {0};
        set_action(handlers[i], (int)SA_RESETHAND, 0);
        sigaction(SIGPIPE, NULL, &old);
        say("  reported: %d\n", old.sa_handler == handlers[i]);
        broken_write();
        say_disposition();
    }
}

/* As many as the shim keeps, set for the first time by threads at the same moment. */
enum { AT_ONCE = 8 };
#define INFO_HANDLER(n)                                                                        \
    static void info_##n(int signal_number, siginfo_t *info, void *nothing)                    \
    {                                                                                          \
        (void)nothing;                                                                         \
        say("  handler %d\n", n);                                                              \
        say_info("told", info);                                                                \
        on_signal(signal_number);                                                              \
    }
MANY(INFO_HANDLER)

static struct sigaction at_once[AT_ONCE];
static pthread_barrier_t ready;

static void *set_in_thread(void *action)
{
    pthread_barrier_wait(&ready);
    require(sigaction(SIGPIPE, action, NULL) == 0, "sigaction");
    return NULL;
}

static void set_at_once(void)
{
#define INFO_NAME(n) info_##n,
    static void (*const handlers[])(int, siginfo_t *, void *) = {MANY(INFO_NAME)};
    pthread_t threads[AT_ONCE];
    pthread_barrier_init(&ready, NULL, AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++) {
        at_once[i] = (struct sigaction){.sa_sigaction = handlers[i],
                                        .sa_flags = (int)SA_RESETHAND | SA_SIGINFO};
        pthread_create(&threads[i], NULL, set_in_thread, &at_once[i]);
    }
    for (int i = 0; i < AT_ONCE; i++)
        pthread_join(threads[i], NULL);
}

static void one_shots_at_once(void)
{
    set_at_once();
    for (int i = 0; i < 2 * AT_ONCE; i++) {
        struct sigaction old = {0};
        sigaction(SIGPIPE, &at_once[i % AT_ONCE], NULL);
        sigaction(SIGPIPE, NULL, &old);
        say("  reported: %d\n", old.sa_sigaction == at_once[i % AT_ONCE].sa_sigaction);
        if (i < AT_ONCE)
            raise(SIGPIPE);
        else
            broken_write();
        say_disposition();
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(one_shot),       CASE(one_shot_info),  CASE(one_shot_sysv),
        CASE(one_shot_again), CASE(many_one_shots), CASE(one_shots_at_once),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
