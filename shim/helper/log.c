#include "helper/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/kernel_sigaction.h"
#include "base/sigset.h"
#include "config/options.h"

/* Writes the value of the last KEY= into `found`, as config/options.c takes it. About a value
   that is too long or bad the library itself complains. */
static void find_value(struct strbuf *found, const char *pairs, const char *key)
{
    const char *value = "";
    while (*pairs) {
        const char *rest = after_prefix(pairs, key);
        value = rest ? rest : value;
        while (*pairs && *pairs++ != ',')
            ;
    }
    size_t size = 0;
    while (value[size] && value[size] != ',')
        size++;
    strbuf_add_bytes(found, value, size);
    strbuf_add_bytes(found, "", 1);
}

static long may_write(const char *path, int how)
{
    return SYSCALL(SYS_faccessat, AT_FDCWD, path, how);
}

/* Whether the file can be created. */
static long check_folder(const char *path)
{
    char space[LOG_PATH_SIZE];
    struct strbuf folder = {space, 0, sizeof(space)};
    size_t size = strlen(path);
    while (path[size - 1] != '/')
        size--;
    strbuf_add_bytes(&folder, path, size);
    strbuf_add_bytes(&folder, "", 1);
    return may_write(space, W_OK | X_OK);
}

/* The library follows no symbolic link (O_NOFOLLOW, report/sink.c). */
static long check_file(const char *path)
{
    struct file_status status;
    const long result = path_status(path, O_NOFOLLOW, &status);
    if (result == -ENOENT)
        return check_folder(path);
    if (result != 0)
        return result;
    const unsigned type = status.mode & S_IFMT;
    return type == S_IFLNK ? -ELOOP : type == S_IFDIR ? -EISDIR : may_write(path, W_OK);
}

/* Connecting a datagram socket sets an address at this end only, so no one notices (unix(7)).
   EPROTOTYPE: the socket exists, but for streams; the library tries both types. */
static long check_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct strbuf name = {address.sun_path, 0, sizeof(address.sun_path)};
    strbuf_add(&name, path);
    const long fd = SYSCALL(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    const long result = SYSCALL(SYS_connect, fd, &address, sizeof(address));
    SYSCALL(SYS_close, fd);
    return result == -EPROTOTYPE ? 0 : result;
}

/* The command inherits both (execve(2)), and the library keeps them as the program's choice. */
static void check_signal(const char *pairs)
{
    char space[16] = "";
    struct strbuf events = {space, 0, sizeof(space) - 1};
    struct kernel_sigaction action = {0};
    uint64_t blocked = 0;
    SYSCALL(SYS_rt_sigaction, SIGPIPE, NULL, &action, KERNEL_SIGSET_SIZE);
    SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, KERNEL_SIGSET_SIZE);
    find_value(&events, pairs, "events=");
    if (strcmp(space, "all") == 0)
        return;
    if (action.handler == (uintptr_t)SIG_IGN)
        print_message("SIGPIPE is ignored already, so nothing will be logged", NULL, "", 0);
    else if (blocked & sigpipe_bit)
        print_message("SIGPIPE is blocked already, so nothing will be logged", NULL, "", 0);
}

void check_log(const char *pairs)
{
    char space[LOG_PATH_SIZE + sizeof("file:")];
    struct strbuf log = {space, 0, sizeof(space)};
    *space = '\0';
    find_value(&log, pairs, "log=");
    const char *path = after_prefix(space, "file:");
    long result = 0;
    if (path && *path == '/')
        result = check_file(path);
    else if (strcmp(space, "journal") == 0)
        result = check_socket(path = "/run/systemd/journal/socket");
    else if (strcmp(space, "syslog") == 0)
        result = check_socket(path = "/dev/log");
    else if (strcmp(space, "stderr") != 0)
        return;
    if (result != 0)
        print_message("the log cannot be written, ", path, "", result);
    check_signal(pairs);
}
