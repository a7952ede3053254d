/*
 * Broken writes of all kinds from many threads, while all else that has to do with signals,
 * processes, threads and descriptors goes on beside them.
 *
 * storm --oracle                          writes down the kernel's own answers (run it bare)
 * storm WRITES THREADS ORACLE [choices]   so many broken writes, in so many threads and those
 *     beside them; with "choices" the program sets dispositions of SIGPIPE too, and blocks it
 *
 * Prints what is to be counted, as tests/storm.sh reads it. The status is 0 if every answer was
 * right and nothing was left over.
 */
#include "storm_descriptors.h"
#include "storm_left.h"

enum { MOST_WRITERS = 64, ROUNDS_AT_LEAST = 4, BETWEEN = 500 };

static pthread_t writers[MOST_WRITERS];
static unsigned writer_count;
static atomic_bool writers_end;
static atomic_bool disturbers_end;

static void await_answers(long number)
{
    const long until = answers_so_far() + number;
    while (answers_so_far() < until && !disturbers_end)
        poll(NULL, 0, 1);
}

static void send_signal(unsigned number, const int fds[KINDS])
{
    static const int signals[] = {SIGUSR1, SIGUSR2, SIGHUP};
    (void)fds;
    for (unsigned i = 0; i < SOME; i++)
        pthread_kill(writers[(number + i * 5) % writer_count], signals[(number + i) % 3]);
}

static void change_choice(unsigned number, const int fds[KINDS])
{
    (void)fds;
    make_choice(number);
}

static struct disturber {
    void (*disturb)(unsigned number, const int fds[KINDS]);
    int between;
    bool is_choice;
    atomic_uint rounds;
    pthread_t thread;
} disturbers[] = {
    {fork_child, BETWEEN, false, 0, 0},       {vfork_child, BETWEEN, false, 0, 0},
    {fork_and_exec, BETWEEN, false, 0, 0},    {spawn_program, BETWEEN, false, 0, 0},
    {make_thread, BETWEEN, false, 0, 0},      {cancel_thread, BETWEEN, false, 0, 0},
    {replace_shared, BETWEEN, false, 0, 0},   {reuse_numbers, BETWEEN, false, 0, 0},
    {write_midway, BETWEEN, false, 0, 0},     {send_signal, BETWEEN / 10, false, 0, 0},
    {change_choice, BETWEEN / 5, true, 0, 0},
};
enum { DISTURBERS = sizeof(disturbers) / sizeof(disturbers[0]) };

static void *disturb(void *data)
{
    struct disturber *const self = data;
    int fds[KINDS];
    mine = &tallies[MOST_WRITERS + (self - disturbers)];
    open_all(fds, 0, KINDS_OF_WRITERS);
    for (unsigned number = 0; !disturbers_end || number < ROUNDS_AT_LEAST; number++) {
        self->disturb(number, fds);
        self->rounds = number + 1;
        await_answers(self->between);
    }
    end_thread(fds[PIPE]);
    close_all(fds);
    return NULL;
}

/* What a writer does now and then between its writes. */
static void change_something(unsigned number, int fds[KINDS])
{
    change_masks();
    if (with_choices)
        write_while_blocked(number, fds);
    if (number % 4 == 0) {
        mask_other_signals(SIG_BLOCK);
        close_all(fds);
        open_all(fds, 0, KINDS_OF_WRITERS);
        mask_other_signals(SIG_UNBLOCK);
    }
}

/* What mode=ignore sees only now and then cannot be counted: writes past the interposers. */
static bool may_be_made(const struct attempt *one)
{
    return one->call->interposed || !mode_ignore || !is_counted;
}

static void *write_on(void *data)
{
    char alternate[65536];
    const stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};
    const stack_t none = {.ss_flags = SS_DISABLE};
    int fds[KINDS];
    mine = data;
    my_fds = fds;
    open_all(fds, 0, KINDS_OF_WRITERS);
    sigaltstack(&stack, NULL);
    mask_other_signals(SIG_UNBLOCK);
    for (unsigned i = (unsigned)(mine - tallies) * 17; !writers_end; i++) {
        const struct attempt *const one = &attempts[i % attempt_count];
        if (fds[one->kind] >= 0 && (one->signals || i % 8 == 0) && may_be_made(one))
            make_attempt(one, fds[one->kind]);
        if (i % 16 == 0)
            make_attempt(simple[PIPE], shared_fd);
        if (i % BETWEEN == 0)
            change_something(i / BETWEEN, fds);
    }
    mask_other_signals(SIG_BLOCK);
    end_thread(fds[PIPE]);
    sigaltstack(&none, NULL);
    close_all(fds);
    return NULL;
}

static bool all_disturbed(void)
{
    for (unsigned i = 0; i < DISTURBERS; i++) {
        if (disturbers[i].thread && disturbers[i].rounds < ROUNDS_AT_LEAST)
            return false;
    }
    return true;
}

static void storm(long writes)
{
    const long until = answers_so_far() + writes;
    writers_end = disturbers_end = false;
    shared_fd = open_broken(PIPE);
    if (with_choices)
        make_choice(0);
    for (unsigned i = 0; i < writer_count; i++)
        must(pthread_create(&writers[i], NULL, write_on, &tallies[i]) == 0, "pthread_create");
    for (unsigned i = 0; i < DISTURBERS; i++) {
        disturbers[i].rounds = 0;
        if (with_choices || !disturbers[i].is_choice)
            must(pthread_create(&disturbers[i].thread, NULL, disturb, &disturbers[i]) == 0,
                 "pthread_create");
    }
    while (answers_so_far() < until || !all_disturbed())
        poll(NULL, 0, 1);
    disturbers_end = true;
    for (unsigned i = 0; i < DISTURBERS; i++) {
        if (disturbers[i].thread)
            pthread_join(disturbers[i].thread, NULL);
    }
    writers_end = true;
    for (unsigned i = 0; i < writer_count; i++)
        pthread_join(writers[i], NULL);
    close(shared_fd);
}

/* So it is where the kernel itself is to show that the storm asks for nothing wrong. */
static bool is_ignored_at_start(void)
{
    struct sigaction now;
    return sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* A program that the storm starts. What it inherits is what the storm shows of itself. */
static int be_child(void)
{
    sigset_t mask;
    struct sigaction now;
    const int fds[] = {broken_pipe(), broken_socket()};
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGPIPE, NULL, &now);
    expect("SIGPIPE is inherited blocked", sigismember(&mask, SIGPIPE), false);
    expect("what is inherited", now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN, true);
    for (int i = 0; i < CHILD_WRITES; i++) {
        expect("a child's write", make_writev(fds[i % 2], 5) == -1 && errno == EPIPE, true);
    }
    expect("a child's SIGPIPE pends in the kernel", kernel_has_pending(), false);
    return wrong != 0;
}

/* "sure maybe" of kinds. */
static void tell_expected(const char *name, int from, int to)
{
    long sure = 0;
    long maybe = 0;
    for (int i = 0; i < TALLIES; i++) {
        for (int kind = from; kind < to; kind++) {
            sure += tallies[i].sure[kind];
            maybe += tallies[i].maybe[kind];
        }
    }
    printf(" %s=%ld+%ld", name, sure, maybe);
}

/* The own handler's calls need no log to be seen. */
static void check_handled(void)
{
    long sure = 0;
    long maybe = 0;
    for (int i = 0; i < TALLIES; i++) {
        sure += tallies[i].handler_sure;
        maybe += tallies[i].handler_maybe;
    }
    if (handled < sure)
        say_wrong("too few calls of own handlers", handled, sure);
    if (handled > sure + maybe)
        say_wrong("too many calls of own handlers", handled, sure + maybe);
}

static void tell_all(void)
{
    printf("answers=%ld wrong=%ld pid=%d", answers_so_far(), wrong, getpid());
    tell_expected("exact", 0, KINDS_OF_WRITERS);
    tell_expected("bounded", KINDS_OF_WRITERS, KINDS);
    printf(" handled=%ld programs=%ld", handled, programs_started * CHILD_WRITES);
    for (unsigned i = 0; i < DISTURBERS; i++)
        printf("%s%u", i ? "/" : " rounds=", disturbers[i].rounds);
    puts("");
}

int main(int argc, char **argv)
{
    const char *const options = getenv("NOSIGPIPE_OPTIONS");
    if (argc == 2 && strcmp(argv[1], "--oracle") == 0)
        return tell_oracles();
    if (argc == 2 && strcmp(argv[1], "--child") == 0)
        return be_child();
    must(argc >= 4 && readlink("/proc/self/exe", own_path, sizeof(own_path) - 1) > 0,
         "arguments");
    mode_ignore = options && strstr(options, "mode=ignore");
    is_counted = options && strstr(options, "log=");
    mode_mask = options && strstr(options, "mode=mask");
    writer_count = (unsigned)atoi(argv[2]);
    with_choices = argc > 4 && strcmp(argv[4], "choices") == 0;
    must(writer_count >= 1 && writer_count <= MOST_WRITERS, "threads");
    read_oracle(argv[3]);
    mine = &tallies[TALLIES - 1];
    standing = is_ignored_at_start() ? IGNORED : DEFAULT;
    mask_other_signals(SIG_BLOCK);
    handle_other_signals();
    storm(atol(argv[1]) / 10);
    const struct belongings before = look_around();
    storm(atol(argv[1]) - answers_so_far());
    const struct belongings after = look_around();
    compare_belongings(&before, &after);
    expect("SIGPIPE pends in the kernel", kernel_has_pending(), false);
    check_handled();
    tell_all();
    return wrong != 0;
}
