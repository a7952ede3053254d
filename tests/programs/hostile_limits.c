/*
 * Broken writes of a host that is short of something: descriptors, memory, stack. What they
 * answered is printed; the run without the shim under an inherited SIG_IGN is the oracle.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "broken.h"
#include "transcript.h"

static void say_writes(int broken)
{
    errno = 0;
    say_result("write", write(broken, "x", 1));
    say_result("dprintf", dprintf(broken, "x"));
    say_result("writev", writev(broken, &(struct iovec){(char[]){"x"}, 1}, 1));
}

static void say_sends(int broken)
{
    errno = 0;
    say_result("write", write(broken, "x", 1));
    say_result("send", send(broken, "x", 1, 0));
    say_result("sendmsg", sendmsg(broken, &(struct msghdr){0}, 0));
}

/* The status tells whether three calls got EPIPE, and whether any number below 10 is open now
   that was not before. */
static void closed_everything(void)
{
    int status = 0;
    require(dup2(broken_socket(), 3) == 3, "dup2");
    close_range(0, 2, 0);
    close_range(4, ~0U, 0);
    for (int i = 0; i < 3; i++)
        status += write(3, "x", 1) == -1 && errno == EPIPE;
    status += send(3, "x", 1, 0) == -1 && errno == EPIPE;
    for (int fd = 0; fd < 10; fd++)
        status += 16 * (fd != 3 && fcntl(fd, F_GETFD) != -1);
    _exit(status);
}

/* The only descriptors are the broken one, three times. */
static void closed_but_the_broken(void)
{
    int status = 0;
    for (int fd = 0; fd < 3; fd++)
        require(fd == 1 || dup2(broken_pipe(), fd) == fd, "dup2");
    dup2(0, 1);
    close_range(3, ~0U, 0);
    for (int fd = 0; fd < 3; fd++)
        status += write(fd, "x", 1) == -1 && errno == EPIPE;
    _exit(status);
}

static void no_memory(void)
{
    const int pipe_end = broken_pipe();
    const int socket_end = broken_socket();
    say_writes(pipe_end);
    require(setrlimit(RLIMIT_AS, &(struct rlimit){4096, 4096}) == 0, "setrlimit");
    require(mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED,
            "memory there");
    say_writes(pipe_end);
    say_sends(socket_end);
}

static void no_memory_in_a_handler(int signal_number)
{
    (void)signal_number;
    no_memory();
}

static void no_memory_in_handler(void)
{
    signal(SIGUSR1, no_memory_in_a_handler);
    raise(SIGUSR1);
}

/* An alternate stack of `size` bytes, with other memory of the host's below it. */
enum { BELOW = 64 << 10 };
static unsigned char *below;

static void use_alternate_stack(size_t size)
{
    below =
        mmap(NULL, BELOW + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(below != MAP_FAILED, "mmap");
    memset(below, 0xa5, BELOW);
    require(sigaltstack(&(stack_t){.ss_sp = below + BELOW, .ss_size = size}, NULL) == 0,
            "sigaltstack");
}

static void drop_alternate_stack(size_t size)
{
    size_t spoilt = 0;
    for (size_t i = 0; i < BELOW; i++)
        spoilt += below[i] != 0xa5;
    if (spoilt)
        say("  %zu bytes below an alternate stack of %zu spoilt\n", spoilt, size);
    require(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL) == 0, "sigaltstack");
    munmap(below, BELOW + size);
}

/* From what the kernel needs for the signal frame (getauxval(3)) on. */
static size_t smallest_stack(void)
{
    const size_t least = (size_t)sysconf(_SC_MINSIGSTKSZ);
    return (least + 63) / 64 * 64;
}

static void alternate_stacks(void)
{
    const int pipe_end = broken_pipe();
    const int socket_end = broken_socket();
    size_t answered = 0;
    size_t sizes = 0;
    for (size_t size = smallest_stack(); size <= smallest_stack() + 12288; size += 256) {
        use_alternate_stack(size);
        answered += write(pipe_end, "x", 1) == -1;
        answered += dprintf(socket_end, "x") == -1;
        answered += send(socket_end, "x", 1, 0) == -1;
        drop_alternate_stack(size);
        sizes++;
    }
    say("  %zu sizes, answered: %s\n", sizes, answered == 3 * sizes ? "all" : "not all");
}

static int handlers_end;
static volatile bool handler_was_answered;

static void send_in_handler(int signal_number)
{
    (void)signal_number;
    handler_was_answered = send(handlers_end, "x", 1, 0) == -1 && errno == EPIPE;
}

/* Where a log is kept, it is the signal that tells of a broken send. */
static bool sends_raise_signals(void)
{
    const char *const options = getenv("NOSIGPIPE_OPTIONS");
    return options && strstr(options, "log=");
}

/* The host's own handler runs there, and its broken send raises no further signal, which would
   take one more frame. Its first one is elsewhere, since the dynamic linker then looks up the
   name. */
static void handler_on_alternate_stacks(void)
{
    const struct sigaction action = {.sa_handler = send_in_handler, .sa_flags = SA_ONSTACK};
    handlers_end = broken_socket();
    send_in_handler(SIGUSR1);
    sigaction(SIGUSR1, &action, NULL);
    const size_t least = (sends_raise_signals() ? 2 : 1) * smallest_stack() + 512;
    for (size_t size = least; size <= least + 12288; size += 256) {
        use_alternate_stack(size);
        handler_was_answered = false;
        raise(SIGUSR1);
        if (!handler_was_answered)
            say("  not answered on a stack of %zu\n", size);
        drop_alternate_stack(size);
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(closed_everything), CASE(closed_but_the_broken),
        CASE(no_memory),         CASE(no_memory_in_handler),
        CASE(alternate_stacks),  CASE(handler_on_alternate_stacks),
    };
    return run_cases(argc, argv, cases, COUNT(cases));
}
