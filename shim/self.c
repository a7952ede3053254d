#include "self.h"

#include "api.h"
#include "syscalls.h"

OPTIONAL const char *gnu_get_libc_version(void);
OPTIONAL int pthread_mutex_lock(pthread_mutex_t *mutex);
OPTIONAL int pthread_mutex_unlock(pthread_mutex_t *mutex);

/* The id of this process or, after fork(2), of its parent until an event shows the new one. */
static pid_t known_pid;

/*
 * The calling thread's id as glibc keeps it, or 0: it stands in a recursive mutex that the
 * thread holds (bits/struct_mutex.h; the layout is part of glibc's ABI, since its initializers
 * are compiled into programs). In the first thread it is the process id too, in a forked child
 * as well. Before glibc 2.34 a process without libpthread gets 0.
 */
static pid_t thread_id(void)
{
    pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    if (!gnu_get_libc_version || !pthread_mutex_lock || !pthread_mutex_unlock)
        return 0;
    if (pthread_mutex_lock(&mutex) != 0)
        return 0;
    const pid_t owner = mutex.__data.__owner;
    pthread_mutex_unlock(&mutex);
    return owner;
}

void self_remember(void)
{
    known_pid = thread_id();
}

bool self_is_known(pid_t pid)
{
    if (pid == known_pid)
        return true;
    if (pid != thread_id())
        return false;
    known_pid = pid;
    return true;
}

bool self_is(pid_t pid)
{
    const pid_t own = (pid_t)RAW(SYS_getpid);
    known_pid = own;
    return pid == own;
}
