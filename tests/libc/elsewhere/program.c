/*
 * program [PLUGIN]: what a program sees of SIGPIPE, however it was built. It makes broken calls
 * in an IFUNC resolver, a constructor, main, threads, a forked child and PLUGIN, an object that
 * it loads, and prints how each was answered and what disposition it has in between. TLS_SIZE
 * is the size of its thread-local storage.
 *
 * NO_IFUNC, NO_RESOLVED_CALLS, NO_TLS and NO_CONSTRUCTOR leave out what a compiler or a libc
 * does not have.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef TLS_SIZE
#define TLS_SIZE 64
#endif
#ifndef NO_TLS
static __thread unsigned char thread_local[TLS_SIZE];
static __thread int initialized = 42;
#endif

enum { PIPE, SOCKET, DESCRIPTORS };
static int broken[DESCRIPTORS];

static void open_broken(void)
{
    int ends[2];
    if (broken[PIPE] != 0)
        return;
    if (pipe(ends) != 0)
        _exit(98);
    close(ends[0]);
    broken[PIPE] = ends[1];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        _exit(98);
    close(ends[0]);
    broken[SOCKET] = ends[1];
}

static void say(const char *place, const char *call, long answer)
{
    const int error = errno;
    printf("%s: %s %ld %s\n", place, call, answer, answer < 0 ? strerror(error) : "");
    fflush(stdout);
}

static void say_disposition(const char *place)
{
    struct sigaction action;
    const char *name = "another";
    if (sigaction(SIGPIPE, NULL, &action) != 0)
        name = "unknown";
    else if (action.sa_handler == SIG_DFL)
        name = "default";
    else if (action.sa_handler == SIG_IGN)
        name = "ignored";
    printf("%s: disposition %s\n", place, name);
    fflush(stdout);
}

/* Early calls, of which nothing can be printed yet. */
static long resolved, constructed;

static int chosen(int number)
{
    return number + 1;
}

#ifdef NO_IFUNC
#define choose chosen
#else
__attribute__((used)) static int (*resolve(void))(int)
{
#ifndef NO_RESOLVED_CALLS
    open_broken();
    resolved = write(broken[PIPE], "x", 1);
#endif
    return chosen;
}

static int choose(int number) __attribute__((ifunc("resolve")));
#endif

#ifndef NO_CONSTRUCTOR
__attribute__((constructor)) static void construct(void)
{
    open_broken();
    constructed = send(broken[SOCKET], "x", 1, 0);
}
#endif

static void write_everything(const char *place)
{
    struct iovec parts[] = {{"a", 1}, {"b", 1}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    say(place, "write", write(broken[PIPE], "x", 1));
    say(place, "writev", writev(broken[SOCKET], parts, 2));
    say(place, "send", send(broken[SOCKET], "x", 1, 0));
    say(place, "sendmsg", sendmsg(broken[SOCKET], &message, 0));
    say(place, "syscall", syscall(SYS_write, broken[PIPE], "x", 1));
    FILE *const file = fdopen(dup(broken[PIPE]), "w");
    if (!file)
        _exit(97);
    fputs("text", file);
    say(place, "fflush", fflush(file));
    fclose(file);
}

static void *in_thread(void *place)
{
#ifndef NO_TLS
    long sum = initialized;
    for (size_t i = 0; i < sizeof(thread_local); i++)
        sum += thread_local[i]++;
    say(place, "thread-local", sum);
#endif
    write_everything(place);
#ifndef NO_TLS
    sum = thread_local[0] + thread_local[sizeof(thread_local) - 1];
    say(place, "thread-local, afterwards", sum);
#endif
    return NULL;
}

static void start_thread(const char *place, size_t stack)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    if (stack != 0)
        pthread_attr_setstacksize(&attributes, stack);
    errno = pthread_create(&thread, &attributes, in_thread, (void *)place);
    const int error = errno;
    if (error == 0)
        pthread_join(thread, NULL);
    errno = error;
    say(place, "pthread_create", error == 0 ? 0 : -1);
    pthread_attr_destroy(&attributes);
}

static void say_end(const char *place, pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    printf("%s: ended with %x\n", place, (unsigned)status);
    fflush(stdout);
}

static void fork_children(void)
{
    extern char **environ;
    char *const arguments[] = {"sh", "-c", "kill -s PIPE $$", NULL};
    pid_t child = fork();
    if (child == 0) {
        write_everything("child");
        _exit(0);
    }
    say_end("child", child);
    /* One that sends itself the signal ends by it. */
    child = fork();
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
        _exit(0);
    }
    say_end("raise", child);
    child = fork();
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        pthread_kill(pthread_self(), SIGPIPE);
        _exit(0);
    }
    say_end("pthread_kill", child);
    signal(SIGPIPE, SIG_DFL);
    if (posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ) == 0)
        say_end("posix_spawn", child);
}

static volatile sig_atomic_t handled;

static void handler(int number)
{
    handled += number == SIGPIPE;
}

int main(int argc, char **argv)
{
    alarm(60);
    say_disposition("main");
    open_broken();
    say("resolver", "write", resolved);
    say("constructor", "send", constructed);
    say("main", "chosen", choose(1));
    in_thread("main");
    start_thread("thread", 0);
    start_thread("small thread", 32 << 10);
    if (argc > 1) {
        void *const plugin = dlopen(argv[1], RTLD_NOW);
        void (*run)(void (*)(const char *)) = NULL;
        if (plugin)
            *(void **)&run = dlsym(plugin, "plugin_run");
        else
            fputs("no plugin\n", stderr);
        if (run)
            run(write_everything);
        start_thread("thread after dlopen", 0);
    }
    signal(SIGPIPE, handler);
    say_disposition("handler");
    write_everything("handler");
    say("handler", "called", handled);
    signal(SIGPIPE, SIG_IGN);
    say_disposition("ignored");
    write_everything("ignored");
    fork_children();
    say_disposition("default again");
    return 0;
}
