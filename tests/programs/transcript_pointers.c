/*
 * Pointers that the kernel answers with EFAULT, by the calls that hand one on to it, and sets
 * that lie over each other: what is answered, and what has been done by then.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "transcript_calls.h"

/* rt_sigaction(2) and rt_sigprocmask(2), the kernel's own structures: of the first, its
   beginning. */
enum { KERNEL_SET = 8, PAGE = 4096, WORDS = 8 };
struct beginning {
    uintptr_t handler;
    unsigned long flags;
};

static unsigned long words[WORDS];
static struct place {
    const char *name;
    void *at;
} places[] = {{"NULL", NULL},     {"8", (void *)8},       {"-1", (void *)-1L},
              {"unmapped", NULL}, {"a page's end", NULL}, {"read-only", NULL},
              {"in order", words}};

static void prepare_places(void)
{
    char *const pages = mmap(NULL, (size_t)3 * PAGE, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(pages != MAP_FAILED, "mmap");
    require(mprotect(pages + PAGE, PAGE, PROT_NONE) == 0, "mprotect");
    require(mprotect(pages + (size_t)2 * PAGE, PAGE, PROT_READ) == 0, "mprotect");
    places[3].at = pages + PAGE;
    places[4].at = pages + PAGE - KERNEL_SET / 2;
    places[5].at = pages + (size_t)2 * PAGE;
}

static void say_try(const char *what, const struct place *set, const struct place *old,
                    long result)
{
    char label[128];
    snprintf(label, sizeof label, "%s, %s, %s", what, set->name, old->name);
    say_result(label, result);
}

/* Without SA_RESTORER: set by number without one, the default and SIG_IGN have the guard's
   where musl tells of the flag. */
static void say_standing(void)
{
    struct sigaction now = {0};
    require(sigaction(SIGPIPE, NULL, &now) == 0, "sigaction");
    now.sa_flags &= ~0x04000000;
    now.sa_restorer = NULL;
    say_action("disposition", &now);
}

static void try_actions(int signal_number, size_t size)
{
    for (size_t set = 0; set < COUNT(places); set++) {
        for (size_t old = 0; old < COUNT(places); old++) {
            memset(words, 0, sizeof words);
            *(struct beginning *)(void *)words =
                (struct beginning){(uintptr_t)SIG_IGN, SA_RESTART};
            errno = 0;
            say_try(
                "rt_sigaction", &places[set], &places[old],
                syscall(SYS_rt_sigaction, signal_number, places[set].at, places[old].at, size));
            const struct beginning *const was = (const void *)words;
            say("  %s %#lx\n", handler_name(was->handler), was->flags);
            say_standing();
        }
    }
}

static void actions(void)
{
    prepare_places();
    try_actions(SIGPIPE, KERNEL_SET);
    signal(SIGPIPE, on_signal);
    try_actions(SIGPIPE, KERNEL_SET);
    try_actions(SIGPIPE, 999);
    try_actions(SIGUSR1, KERNEL_SET);
    try_actions(SIGKILL, KERNEL_SET);
    try_actions(99, KERNEL_SET);
}

static void try_masks(int how, size_t size, const sigset_t *mask)
{
    for (size_t set = 0; set < COUNT(places); set++) {
        for (size_t old = 0; old < COUNT(places); old++) {
            memset(words, 0, sizeof words);
            words[0] = 1UL << (SIGPIPE - 1);
            sigprocmask(SIG_SETMASK, mask, NULL);
            errno = 0;
            say_try("rt_sigprocmask", &places[set], &places[old],
                    syscall(SYS_rt_sigprocmask, how, places[set].at, places[old].at, size));
            say("  %#lx\n", words[0]);
            say_mask();
        }
    }
}

static void masks(void)
{
    static const int hows[] = {SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK, 99};
    const sigset_t before[] = {set_of(SIGUSR1), set_of(SIGPIPE)};
    prepare_places();
    for (size_t i = 0; i < COUNT(hows); i++) {
        for (size_t mask = 0; mask < COUNT(before); mask++)
            try_masks(hows[i], KERNEL_SET, &before[mask]);
        try_masks(hows[i], 999, &before[0]);
    }
}

/* libc's name for it reads what it is given, so that none but sound ones are tried. */
static void overlapping_sets(void)
{
    static const int hows[] = {SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK};
    static const sigset_t none;
    for (size_t how = 0; how < COUNT(hows); how++) {
        for (int blocked = 0; blocked < 2; blocked++) {
            for (int named = 0; named < 2; named++) {
                sigset_t set = named ? set_of(SIGPIPE) : set_of(SIGUSR1);
                sigset_t *volatile const old = &set;
                sigprocmask(SIG_SETMASK, &none, NULL);
                if (blocked)
                    block_sigpipe();
                errno = 0;
                say_result("sigprocmask", sigprocmask(hows[how], &set, old));
                say_set("old", &set);
                say_mask();
                set = named ? set_of(SIGPIPE) : set_of(SIGUSR1);
                say_result("rt_sigprocmask", syscall(SYS_rt_sigprocmask, hows[how], &set, old,
                                                     (size_t)KERNEL_SET));
                say_set("old", &set);
                say_mask();
            }
        }
    }
}

static void waits(void)
{
    static const struct timespec zero;
    struct epoll_event event;
    const int epoll = epoll_create1(0);
    prepare_places();
    for (size_t i = 1; i < COUNT(places) - 1; i++) {
        const sigset_t *const mask = places[i].at;
        say("  %s\n", places[i].name);
        errno = 0;
        say_result("ppoll", ppoll(NULL, 0, &zero, mask));
        say_result("pselect", pselect(0, NULL, NULL, NULL, &zero, mask));
        say_result("epoll_pwait", epoll_pwait(epoll, &event, 1, 0, mask));
        say_result("sigpending", sigpending(places[i].at));
        if (strcmp(places[i].name, "read-only") != 0) /* which lets it wait */
            say_result("sigsuspend", sigsuspend(mask));
        say_mask();
    }
}

/* For its own section: the default by number, with a restorer that no flag tells of, which is
   chance. Without the shim a broken write is the end then. */
static void survive_restorer(void)
{
    uintptr_t action[6] = {(uintptr_t)SIG_DFL, 0, 1};
    syscall(SYS_rt_sigaction, SIGPIPE, action, NULL, (size_t)KERNEL_SET);
    if (is_oracle)
        signal(SIGPIPE, SIG_IGN);
    broken_write();
    broken_send();
}

int main(int argc, char **argv)
{
    static const struct test_case survival[] = {CASE(survive_restorer)};
    static const struct test_case cases[] = {CASE(actions), CASE(masks), CASE(overlapping_sets),
                                             CASE(waits)};
    if (argc > 1)
        return run_cases(argc, argv, survival, COUNT(survival));
    return run_cases(argc, argv, cases, COUNT(cases));
}
