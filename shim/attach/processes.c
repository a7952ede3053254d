/* The tasks visit, status and release, on one process after another. */
#include "attach/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "base/kernel_sigaction.h"
#include "config/options.h"

/* Keeps signals out, so that nothing but SIGKILL ends this process midway; and makes the kernel
   choose another one if memory is short. */
static void prepare(void)
{
    static const uint64_t all = ~UINT64_C(0);
    SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, KERNEL_SIGSET_SIZE);
    thread_wait_prepare();
    const long fd =
        SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        SYSCALL(SYS_write, fd, "-1000", 5);
        SYSCALL(SYS_close, fd);
    }
}

/* Nothing that a visit opens must be what it prints to: the memory of a process, for one. */
static void open_missing(void)
{
    long fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = SYSCALL(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);
    if (fd >= 0)
        SYSCALL(SYS_close, fd);
}

/* In a process of its own: when that ends, the kernel lets go of whatever it still traces. */
static int visit_apart(enum task task, pid_t pid)
{
    int status = 0;
    const long child = SYSCALL(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        prepare();
        SYSCALL(SYS_exit_group, visit_process(task, pid));
    }
    if (child < 0) {
        print_message("cannot start a process", NULL, "", child);
        return STATUS_REFUSED;
    }
    while (SYSCALL(SYS_wait4, child, &status, 0, NULL) == -EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_REFUSED;
}

/* A pid, or 0 if the word is none. A number that is too large for one is that of no process. */
static pid_t read_pid(const char *word)
{
    enum { LARGEST = 4194304 }; /* PID_MAX_LIMIT, include/linux/threads.h */
    pid_t pid = 0;
    for (; *word >= '0' && *word <= '9'; word++)
        pid = pid > LARGEST ? pid : pid * 10 + (*word - '0');
    return *word ? 0 : pid;
}

static bool shows_progress;

/* A line on a terminal, which what follows overwrites: each message is longer. */
static void show_progress(size_t number, size_t all)
{
    enum { FEW = 20 };
    struct {
        unsigned short rows, columns, x, y;
    } window;
    char space[96];
    struct strbuf line = {space, 0, sizeof(space)};
    if (all <= FEW || SYSCALL(SYS_ioctl, STDERR_FILENO, 0x5413 /* TIOCGWINSZ */, &window) != 0)
        return;
    strbuf_add_number(&line, (int64_t)number);
    strbuf_add(&line, " of ");
    strbuf_add_number(&line, (int64_t)all);
    strbuf_add(&line, " processes\r");
    write_stderr(&line);
    shows_progress = true;
}

void erase_progress(void)
{
    char blank[] = "                              \r";
    const struct strbuf line = {blank, sizeof(blank) - 1, sizeof(blank)};
    if (shows_progress)
        write_stderr(&line);
    shows_progress = false;
}

static void sum_up(size_t all, size_t refused, const char *good, const char *bad)
{
    char space[128];
    struct strbuf line = {space, 0, sizeof(space)};
    strbuf_add_number(&line, (int64_t)all);
    strbuf_add(&line, " processes: ");
    strbuf_add_number(&line, (int64_t)(all - refused));
    strbuf_add(&line, good);
    strbuf_add_number(&line, (int64_t)refused);
    strbuf_add(&line, bad);
    SYSCALL(SYS_write, STDOUT_FILENO, space, line.size);
}

static int visit_all(enum task task, char **words)
{
    size_t all = 0;
    size_t refused = 0;
    while (words[all]) {
        if (!read_pid(words[all]))
            return usage("not a process ID: ", words[all]);
        all++;
    }
    for (size_t i = 0; i < all; i++) {
        show_progress(i + 1, all);
        refused += visit_apart(task, read_pid(words[i])) != STATUS_DONE;
    }
    erase_progress();
    if (all > 1)
        sum_up(all, refused, task == TASK_RELEASE ? " released or not guarded, " : " safe, ",
               task == TASK_STATUS ? " not\n" : " refused\n");
    return refused ? STATUS_REFUSED : STATUS_DONE;
}

static bool is_task(const char *word, enum task *task)
{
    static const char names[][8] = {"visit", "status", "release"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(word, names[i]) == 0) {
            *task = (enum task)i;
            return true;
        }
    }
    return false;
}

int visit_processes(char **words)
{
    enum task task = TASK_VISIT;
    const bool one = strcmp(*words, "one") == 0;
    words += one;
    if (!*words || !is_task(*words, &task))
        return usage("unknown task ", *words);
    invocation.task_name = *words++;
    if (one || task == TASK_VISIT) {
        if (!*words)
            return usage("no options given", NULL);
        invocation.options = *words++;
    }
    open_missing();
    thread_wait_prepare();
    options_read(invocation.options);
    if (!one)
        return visit_all(task, words);
    prepare();
    return *words && read_pid(*words) ? visit_process(task, read_pid(*words))
                                      : usage("not a process ID: ", *words);
}
