/*
 * Broken writes at the end of threads and processes: in the destructors of a thread's data, in
 * functions for atexit(3) and its relatives, in a destructor. And programs that are started
 * with an LD_PRELOAD of the host's own. The oracle: without the shim under an inherited
 * SIG_IGN.
 */
#include <stdlib.h>

#include "broken.h"
#include "transcript.h"

static int pipe_end;
static int socket_end;

static void say_writes(const char *where)
{
    const int saved = errno;
    say("  %s\n", where);
    errno = 0;
    say_result("write", write(pipe_end, "x", 1));
    say_result("dprintf", dprintf(socket_end, "x"));
    say_result("send", send(socket_end, "x", 1, 0));
    errno = saved;
}

static void for_atexit(void)
{
    say_writes("atexit");
}

static void for_quick_exit(void)
{
    say_writes("at_quick_exit");
}

static void for_on_exit(int status, void *data)
{
    (void)status;
    say_writes(data);
}

static bool wanted_in_destructor;

__attribute__((destructor)) static void destructor(void)
{
    if (wanted_in_destructor)
        say_writes("destructor");
}

static void at_exit(void)
{
    wanted_in_destructor = true;
    atexit(for_atexit);
    on_exit(for_on_exit, (char[]){"on_exit"});
    exit(3);
}

static void at_quick_exit_(void)
{
    quick_exit(at_quick_exit(for_quick_exit) == 0 ? 4 : 1);
}

/* What compilers call for a thread_local object with a destructor (C++). */
extern int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *handle);
extern void *__dso_handle;

static void destroy(void *data)
{
    say_writes(data);
}

static void *thread_with_data(void *nothing)
{
    pthread_key_t key;
    static char of_key[] = "thread-specific data";
    static char of_object[] = "thread_local object";
    require(pthread_key_create(&key, destroy) == 0, "key");
    pthread_setspecific(key, of_key);
    require(__cxa_thread_atexit_impl(destroy, of_object, &__dso_handle) == 0, "thread_local");
    return nothing;
}

static void thread_destructors(void)
{
    pthread_t thread;
    require(pthread_create(&thread, NULL, thread_with_data, NULL) == 0, "thread");
    pthread_join(thread, NULL);
}

static void destructors_of_the_first_thread(void)
{
    thread_with_data(NULL);
    exit(5);
}

/* The shell says what it was started with, and writes to a pipe that nobody reads. */
static void start_with_preload(const char *preload)
{
    require(dup2(pipe_end, 9) == 9, "dup2");
    setenv("LD_PRELOAD", preload, 1);
    const pid_t child = fork_bound();
    if (child == 0) {
        /* Without the shim, which the host has taken out, the default is the default. */
        signal(SIGPIPE, SIG_DFL);
        execl("/bin/sh", "sh", "-c", "echo \"  LD_PRELOAD=$LD_PRELOAD\"; echo x >&9",
              (char *)NULL);
    }
    say_end("  child", end_of(child));
}

static void own_preload(void)
{
    start_with_preload("");
    start_with_preload("libdl.so.2");
    unsetenv("LD_PRELOAD");
    clearenv();
    say_writes("no environment");
    start_with_preload("libm.so.6 libdl.so.2");
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(at_exit),
        CASE(at_quick_exit_),
        CASE(thread_destructors),
        CASE(destructors_of_the_first_thread),
        CASE(own_preload),
    };
    pipe_end = broken_pipe();
    socket_end = broken_socket();
    return run_cases(argc, argv, cases, COUNT(cases));
}
