/*
 * sent_handlers NAME CALL: a handler set by that name (or "siginfo", "one-shot" or
 * "one-shot-siginfo": sigaction with those flags), then three broken calls of that kind (write,
 * send or dprintf). Tells of each what it answered, how often the handler ran and what it was
 * told. sent_handlers --list tells the names that libc has, but those of --one-shots.
 */
#include <errno.h>
#include <string.h>

#include "sent_setters.h"

static volatile sig_atomic_t handled;
static siginfo_t told;

static void handle(int signal_number)
{
    told.si_signo = signal_number;
    handled++;
}

static void handle_info(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    told = *info;
    handled += signal_number == SIGPIPE;
}

static int set_by_flags(const char *name)
{
    struct sigaction action = {.sa_handler = handle};
    if (strncmp(name, "one-shot", 8) == 0)
        action.sa_flags = (int)SA_RESETHAND;
    if (strstr(name, "siginfo")) {
        action.sa_sigaction = handle_info;
        action.sa_flags |= SA_SIGINFO;
    }
    return action.sa_flags && sigaction(SIGPIPE, &action, NULL) == 0;
}

static int set(const char *name)
{
    for (int i = 0; i < SETTERS; i++) {
        if (strcmp(name, setters[i].name) == 0) {
            setters[i].set(name, handle);
            return 1;
        }
    }
    return set_by_flags(name);
}

static const char *disposition(void)
{
    struct sigaction now;
    must(sigaction(SIGPIPE, NULL, &now) == 0, "sigaction");
    if (now.sa_handler == SIG_DFL)
        return "default";
    return now.sa_handler == handle || now.sa_sigaction == handle_info ? "handler" : "other";
}

static ssize_t call(const char *name)
{
    if (strcmp(name, "send") == 0)
        return send(broken_socket(), "x", 1, 0);
    if (strcmp(name, "dprintf") == 0)
        return dprintf(broken_pipe(), "x");
    return write(broken_pipe(), "x", 1);
}

/* System V's kind, which musl does not have: the name stands for the other kind there. */
static int is_one_shot(const char *name)
{
#ifdef __GLIBC__
    return strstr(name, "sysv_signal") != NULL;
#else
    (void)name;
    return 0;
#endif
}

static void list(int one_shots)
{
    for (int i = 0; i < SETTERS; i++) {
        if (is_one_shot(setters[i].name) == one_shots && named(setters[i].name))
            puts(setters[i].name);
    }
    puts(one_shots ? "one-shot\none-shot-siginfo" : "siginfo");
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 2) {
        list(strcmp(argv[1], "--one-shots") == 0);
        return 0;
    }
    if (argc != 3 || !set(argv[1]))
        return 2;
    for (int i = 0; i < 3; i++) {
        const char *const before = disposition();
        const ssize_t result = call(argv[2]);
        const int error = errno;
        printf("%s, %zd %s, handled %d: signal %d code %d own %d, %s\n", before, result,
               strerror(error), (int)handled, told.si_signo, told.si_code,
               told.si_pid == getpid(), disposition());
    }
    return 0;
}
