/*
 * versions SCRIPT LIBRARY: what a program gets by names of which glibc has two versions that
 * are different functions (shim/link/symbol_versions.h): by the older one, by the newer, by
 * dlsym and dlvsym, and as a library gets it that names no version. SCRIPT is executable and
 * begins with no "#!"; LIBRARY has functions unversioned_NAME that return the function. A libc
 * without versions has one of each.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/link/symbol_versions.h"

#define TEXT(version)    TEXT_OF(version)
#define TEXT_OF(version) "GLIBC_" #version
#if defined(__GLIBC__)
#define DECLARE(function, name, version)                                                       \
    extern __typeof__(name) function;                                                          \
    __asm__(".symver " #function ", " #name "@" version)
#else
#define DECLARE(function, name, version) extern __typeof__(name) function __asm__(#name)
#endif

typedef void any_function(void);
typedef void attempt(const char *name, const char *way, any_function *function);

static void *library;
static char *script;

static void *note_thread(void *tid)
{
    *(pid_t *)tid = (pid_t)syscall(SYS_gettid);
    return NULL;
}

/* A thread that has ended, and one that ends the process. */
static void try_kill(const char *name, const char *way, any_function *function)
{
    int (*const kill_thread)(pthread_t, int) = (__typeof__(&pthread_kill))function;
    pthread_t thread;
    pid_t tid = 0;
    int status = 0;
    pthread_create(&thread, NULL, note_thread, &tid);
    while (*(volatile pid_t *)&tid == 0 || syscall(SYS_tgkill, getpid(), tid, 0) == 0)
        sched_yield();
    printf("%s, %s: %d of a thread that has ended", name, way, kill_thread(thread, 0));
    pthread_join(thread, NULL);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0)
        _exit(kill_thread(pthread_self(), SIGPIPE));
    waitpid(child, &status, 0);
    printf(", status %x where it sends SIGPIPE\n", (unsigned)status);
}

/* The script, and a program that says with which signals ignored and blocked it has begun. */
static void try_spawn(const char *name, const char *way, any_function *function)
{
    char *const programs[][4] = {
        {script}, {(char[]){"/bin/grep"}, (char[]){"Sig[BI]"}, (char[]){"/proc/self/status"}}};
    __typeof__(&posix_spawn) const start = (__typeof__(&posix_spawn))function;
    char *const nothing[] = {NULL};
    for (int i = 0; i < 2; i++) {
        pid_t child;
        int status = 0;
        printf("%s, %s:\n", name, way);
        fflush(stdout);
        const int error = start(&child, programs[i][0], NULL, NULL, programs[i], nothing);
        if (error == 0)
            waitpid(child, &status, 0);
        printf("  %s, status %x\n", strerror(error), (unsigned)status);
    }
}

static void try_found(attempt *try, const char *name, const char *way, void *found)
{
    if (found)
        try(name, way, (any_function *)(uintptr_t)found);
    else
        printf("%s, %s: none\n", name, way);
}

static void try_names(attempt *try, const char *name, const char *older, const char *newer)
{
    char giver[64];
    snprintf(giver, sizeof(giver), "unversioned_%s", name);
    void *(*const give)(void) = (void *(*)(void))(uintptr_t)dlsym(library, giver);
    try_found(try, name, "no version", give());
    try_found(try, name, "dlsym", dlsym(RTLD_DEFAULT, name));
    try_found(try, name, "dlsym, next", dlsym(RTLD_NEXT, name));
    try_found(try, name, "dlvsym, older", dlvsym(RTLD_DEFAULT, name, older));
    try_found(try, name, "dlvsym, older, next", dlvsym(RTLD_NEXT, name, older));
    if (!newer)
        return;
    try_found(try, name, "dlvsym, newer", dlvsym(RTLD_DEFAULT, name, newer));
    try_found(try, name, "dlvsym, newer, next", dlvsym(RTLD_NEXT, name, newer));
}

/* A version that libc does not have the shim has all the same. */
#if __GLIBC_PREREQ(2, 34)
#define NEW_PTHREAD_KILL "GLIBC_2.34"
#else
#define NEW_PTHREAD_KILL NULL
#endif

DECLARE(old_pthread_kill, pthread_kill, TEXT(OLD_PTHREAD_KILL));
#if defined(OLD_POSIX_SPAWN)
DECLARE(old_posix_spawn, posix_spawn, TEXT(OLD_POSIX_SPAWN));
DECLARE(old_posix_spawnp, posix_spawnp, TEXT(OLD_POSIX_SPAWN));

static void try_old_spawns(void)
{
    try_spawn("posix_spawn", "older", (any_function *)old_posix_spawn);
    try_spawn("posix_spawnp", "older", (any_function *)old_posix_spawnp);
    try_names(try_spawn, "posix_spawn", TEXT(OLD_POSIX_SPAWN), "GLIBC_2.15");
    try_names(try_spawn, "posix_spawnp", TEXT(OLD_POSIX_SPAWN), "GLIBC_2.15");
}
#else
static void try_old_spawns(void)
{
}
#endif

#if defined(OLD_PTHREAD_CREATE) && defined(__GLIBC__)
DECLARE(first_create, pthread_create, "GLIBC_2.0");
DECLARE(first_init, pthread_attr_init, "GLIBC_2.0");
DECLARE(old_create, pthread_create, TEXT(OLD_PTHREAD_CREATE));

/* In glibc 2.0 attributes were five numbers: here nothing can be read behind them. */
static void try_create(void)
{
    enum { PAGE = 4096, SIZE = 5 * sizeof(int) };
    char *const pages =
        mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *const attributes = pages + PAGE - SIZE;
    pthread_t threads[3];
    pid_t tids[3];
    mprotect(pages + PAGE, PAGE, PROT_NONE);
    first_init(attributes);
    printf("pthread_create: %d, %d, %d\n",
           first_create(&threads[0], attributes, note_thread, &tids[0]),
           old_create(&threads[1], NULL, note_thread, &tids[1]),
           pthread_create(&threads[2], NULL, note_thread, &tids[2]));
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}
#else
static void try_create(void)
{
}
#endif

int main(int argc, char **argv)
{
    alarm(60);
    if (argc != 3 || !(library = dlopen(argv[2], RTLD_NOW)))
        return 2;
    script = argv[1];
    try_kill("pthread_kill", "older", (any_function *)old_pthread_kill);
    try_kill("pthread_kill", "newer", (any_function *)pthread_kill);
    try_names(try_kill, "pthread_kill", TEXT(OLD_PTHREAD_KILL), NEW_PTHREAD_KILL);
    try_spawn("posix_spawn", "newer", (any_function *)posix_spawn);
    try_spawn("posix_spawnp", "newer", (any_function *)posix_spawnp);
    try_old_spawns();
    try_create();
    return 0;
}
