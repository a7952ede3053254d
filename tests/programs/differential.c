/*
 * Does what it is told about signals and broken writes, and prints what each operation
 * answered: what tests/fuzz/differential.py compares, of a run with the shim and one without.
 *
 * Nothing is printed that differs from one run to the next (process ids, addresses). Operations
 * are separated by " ; ", and each is a word and its arguments; operations[] names them. Those
 * in
 * "[ ]" are a child's or a thread's:
 *
 *     signal signal PIPE tell ; fork [ write write pipe ok 1 ok 0 1 ; state ] ; send kill PIPE
 *
 * Usage: differential [oracle] run       cases from standard input, one a line, in a process
 * each differential [oracle] case OPERATIONS differential [oracle] rest OPERATIONS    an image
 * of a case that began elsewhere differential [oracle] report             what the image
 * inherited
 */
#include <sys/ioctl.h>

#include "differential_programs.h"
#include "differential_signals.h"
#include "differential_writes.h"

static const struct operation {
    const char *name;
    void (*run)(char **word);
} operations[] = {
    {"_Fork", op_child},
    {"altstack", op_altstack},
    {"bsdmask", op_bsdmask},
    {"clone", op_child},
    {"context", op_context},
    {"exec", op_exec},
    {"exec-fails", op_exec_fails},
    {"fork", op_child},
    {"kill-parent", op_kill_parent},
    {"mask", op_mask},
    {"no-new-privs", op_no_new_privs},
    {"partial", op_partial},
    {"pause", op_pause},
    {"popen", op_popen},
    {"popen-write", op_popen_write},
    {"rawstate", op_rawstate},
    {"report", op_report},
    {"rt_sigaction", op_rt_sigaction},
    {"rt_sigpending", op_sigpending},
    {"rt_sigprocmask", op_rt_sigprocmask},
    {"send", op_send},
    {"sigaction", op_sigaction},
    {"sighold", op_sighold},
    {"sigignore", op_sigignore},
    {"siginterrupt", op_siginterrupt},
    {"signal", op_signal},
    {"sigpending", op_sigpending},
    {"sigrelse", op_sigrelse},
    {"spawn", op_spawn},
    {"state", op_state},
    {"system", op_system},
    {"take", op_take},
    {"thread", op_thread},
    {"timer", op_timer},
    {"vfork", op_vfork},
    {"wait", op_wait},
    {"write", op_write},
};

static void run_by_name(char **word)
{
    size_t i = 0;
    while (i < COUNT(operations) && !is(*word, operations[i].name))
        i++;
    require(i < COUNT(operations), *word);
    operations[i].run(word);
}

static void run_one(char **word)
{
    sigjmp_buf *const outer = back;
    sigjmp_buf here;
    if (sigsetjmp(here, 0) == 0) {
        back = &here;
        handled = 0;
        errno = NO_ERROR;
        run_by_name(word);
    } else
        say("jumped\n");
    back = outer;
}

static void run_all(char **at)
{
    while (*at && !is(*at, "]")) {
        char **const end = operation_end(at);
        if (at != end)
            run_one(at);
        at = *end && is(*end, ";") ? end + 1 : end;
    }
}

static void run_words(char *text)
{
    static char *words[4096];
    size_t count = 0;
    for (char *word = strtok(text, " \n"); word && count < COUNT(words) - 1;
         word = strtok(NULL, " \n"))
        words[count++] = word;
    run_all(words);
    say_state();
}

/* The descriptors that every image has, made by the first. */
static void prepare_descriptors(void)
{
    const int memory = memfd_create("transcript", 0);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (ftruncate(memory, sizeof *transcript) != 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 4) != 0 || dup2(memory, TRANSCRIPT_FD) < 0 ||
        dup2(listener, LISTENER_FD) < 0)
        exit(99);
    close(memory);
    close(listener);
}

static void prepare_image(void)
{
    transcript =
        mmap(NULL, sizeof *transcript, PROT_READ | PROT_WRITE, MAP_SHARED, TRANSCRIPT_FD, 0);
    if (transcript == MAP_FAILED ||
        readlink("/proc/self/exe", program, sizeof program - 1) <= 0)
        exit(99);
    prepare_pages();
    protect();
}

/* The records of the log that a variable names, which are as many as the oracle has absorbed.
   Of more than 10 on one descriptor there is not one each. */
static void say_events(void)
{
    static FILE *log;
    const char *const path = getenv("DIFFERENTIAL_LOG");
    char *line = NULL;
    size_t size = 0;
    size_t count = transcript->absorbed;
    if (!path)
        return;
    if (!log && !is_oracle)
        log = fopen(path, "re");
    while (log && getline(&line, &size, log) > 0)
        count += strstr(line, "\"call\":") != NULL;
    free(line);
    if (log)
        clearerr(log);
    printf(count < 10 ? "events: %zu\n" : "events: many\n", count);
}

/* A case has nobody's descriptors, and its group for itself. */
static void run_case(char *text)
{
    transcript->length = 0;
    transcript->absorbed = 0;
    transcript->text[0] = 0;
    const pid_t child = fork();
    if (child == 0) {
        become_child();
        for (int fd = 0; fd <= 2; fd++)
            put_on(fd, open("/dev/null", O_RDWR));
        run_words(text);
        _exit(0);
    }
    await_end("case", child);
    printf("%s", transcript->text);
    say_events();
}

int main(int argc, char **argv)
{
    char **word = argv + 1;
    is_oracle = argc > 1 && is(*word, "oracle");
    word += is_oracle;
    const char *const role = *word ? *word : "run";
    const bool is_first = is(role, "run") || is(role, "case");
    if (is_first)
        prepare_descriptors();
    prepare_image();
    if (is(role, "report")) {
        say("report\n");
        say_state();
    } else if (is(role, "case"))
        run_case(word[1]);
    else if (is(role, "rest"))
        run_words(word[1]);
    else {
        char *line = NULL;
        size_t size = 0;
        for (int count = 0; getline(&line, &size, stdin) > 0; count++) {
            printf("== %d\n", count);
            run_case(line);
        }
    }
    if (!is_first)
        _exit(0);
    return 0;
}
