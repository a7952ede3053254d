/*
 * The keeper's loop. For each stream: what the command has written is read at once into a
 * buffer, and written at once to the stream's place. While the place is full and the buffer
 * too, nothing is read, so that the command waits, as it would without the keeper. While there
 * is no place, the oldest lines make room.
 */
#include "helper/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/clock.h"

/* Milliseconds: how often a place is looked for, at first and after a while, and how long at
   the end. */
enum { LOOK_MS = 100, LOOK_RARELY_MS = 1000, LOOKS_OFTEN = 100, END_MS = 10000 };
enum { NOTICE_SIZE = 128 };

struct stream {
    int in;
    bool is_over;   /* all was passed on, and is closed */
    bool has_ended; /* no more will be read */
    bool is_full;   /* the place took less than it was given */
    size_t left;    /* how much is still to be read, if that is known */
    unsigned looks; /* for a place, without one */
    int64_t next_look;
    int64_t end; /* when to give up, or 0 */
    struct buffer buffer;
    struct place place;
    struct loss loss;
    bool is_told; /* that this stream is dropped */
    char last;    /* the last byte that the place got */
    char notice[NOTICE_SIZE];
    size_t notice_size;
    size_t notice_at; /* how much of it is written */
};

static char memory[KEEP_BUFFERS];
static struct stream streams[2];

static int64_t now_ms(void)
{
    const struct kernel_time now = clock_now(CLOCK_MONOTONIC);
    return now.seconds * 1000 + (int64_t)((uint32_t)now.nanoseconds / 1000000);
}

/* Whether no place can come any more. */
static bool is_gone(const struct stream *stream, const char *file)
{
    return !stream->is_over && stream->place.fd < 0 && stream->place.again == AGAIN_NEVER &&
           !file;
}

/* Its reader may wait for the end of this stream before it reads the other. */
static void close_stream(struct stream *stream)
{
    SYSCALL(SYS_close, stream->in);
    place_close(&stream->place);
    stream->place.again = AGAIN_NEVER;
    stream->in = -1;
    stream->is_over = true;
}

/* A place that is there may be looked for, too: while FILE is in use, the first one. */
static bool looks(const struct stream *stream, const char *file)
{
    if (stream->is_over)
        return false;
    if (stream->place.fd < 0)
        return !is_gone(stream, file);
    return stream->place.is_file && stream->place.again != AGAIN_NEVER;
}

static void make_notice(struct stream *stream)
{
    struct strbuf text = {stream->notice, 0, NOTICE_SIZE};
    stream->notice_at = 0;
    if (stream->loss.bytes) {
        strbuf_add(&text, "nosigpipe: ");
        strbuf_add_number(&text, (int64_t)stream->loss.lines);
        strbuf_add(&text, stream->loss.lines == 1 ? " line (" : " lines (");
        strbuf_add_number(&text, (int64_t)stream->loss.bytes);
        strbuf_add(&text, stream->loss.bytes == 1 ? " byte" : " bytes");
        strbuf_add(&text, stream->loss.lines == 1
                              ? ") of output was lost while nobody read it\n"
                              : ") of output were lost while nobody read it\n");
    }
    stream->notice_size = text.size;
}

/* A place that breaks again and again is looked for as often as one that is not there. */
static void look(struct stream *stream, const char *file)
{
    const int64_t now = looks(stream, file) ? now_ms() : INT64_MIN;
    if (now < stream->next_look)
        return;
    stream->next_look = now + (stream->looks < LOOKS_OFTEN ? LOOK_MS : LOOK_RARELY_MS);
    stream->looks++;
    if (!place_look(&stream->place, file))
        return;
    stream->looks = stream->place.is_file ? 1 : 0;
    stream->last = '\n';
    make_notice(stream);
}

/* A notice that was cut off is made again for the next place. */
static void lose_place(struct stream *stream, const char *file)
{
    place_lose(&stream->place);
    stream->notice_size = stream->notice_at = 0;
    stream->is_full = false;
    look(stream, file);
}

static void make_room(struct stream *stream)
{
    const size_t free = stream->buffer.capacity - stream->buffer.size;
    if (stream->place.fd < 0 && free < KEEP_ROOM)
        buffer_drop(&stream->buffer, &stream->loss, KEEP_ROOM - free);
}

static bool can_read(const struct stream *stream)
{
    return !stream->has_ended &&
           (stream->buffer.capacity - stream->buffer.size >= KEEP_ROOM || stream->place.fd < 0);
}

static void read_in(struct stream *stream)
{
    struct iovec parts[2];
    if (!can_read(stream))
        return;
    make_room(stream);
    const unsigned count = buffer_space(&stream->buffer, stream->left, parts);
    const long size = count ? SYSCALL(SYS_readv, stream->in, parts, count) : 0;
    if (size > 0) {
        stream->buffer.size += (size_t)size;
        stream->left -= stream->left == SIZE_MAX ? 0 : (size_t)size;
    }
    stream->has_ended = (size <= 0 && size != -EAGAIN && size != -EINTR) || !stream->left;
}

/* A notice waits for the end of a line. */
static bool has_notice(const struct stream *stream)
{
    return stream->notice_size && (stream->last == '\n' || stream->notice_at);
}

/* Writes the notice, if there is one, or what is in the buffer. Returns what place_write()
 * does. */
static long write_out(struct stream *stream)
{
    const size_t before = stream->buffer.size;
    struct iovec parts[2];
    long size;
    if (has_notice(stream)) {
        size = place_write_bytes(&stream->place, stream->notice + stream->notice_at,
                                 stream->notice_size - stream->notice_at);
        if (size > 0 && (stream->notice_at += (size_t)size) == stream->notice_size) {
            stream->notice_size = stream->notice_at = 0;
            stream->loss = (struct loss){0};
        }
        return size;
    }
    size = place_write(&stream->place, &stream->buffer, stream->has_ended);
    if (size > 0) {
        const unsigned count = buffer_data(&stream->buffer, (size_t)size, parts);
        stream->last = ((const char *)parts[count - 1].iov_base)[parts[count - 1].iov_len - 1];
        stream->loss.within_line = false;
        buffer_remove(&stream->buffer, (size_t)size);
        stream->is_full = (size_t)size < before && !stream->place.is_file;
    }
    return size;
}

static void pass_on(struct stream *stream, const char *file)
{
    while (stream->place.fd >= 0 && !stream->is_full) {
        const long size = write_out(stream);
        if (size == 0)
            return;
        if (size == -EAGAIN)
            stream->is_full = true;
        else if (size < 0 && size != -EINTR)
            lose_place(stream, file);
    }
    if (is_gone(stream, file))
        buffer_drop(&stream->buffer, &stream->loss, stream->buffer.size);
}

/* A stream that goes nowhere is reported once in standard error, if that is another one. Not
   the other way round: standard output may be data. */
static void tell_other(const struct kept *kept)
{
    static const char text[] =
        "nosigpipe: nobody reads standard output any longer: it is dropped\n";
    struct stream *const other = &streams[1];
    if (kept->count < 2 || streams[0].is_told || !is_gone(&streams[0], kept->file) ||
        other->notice_size || other->place.fd < 0)
        return;
    struct strbuf notice = {0};
    notice.start = other->notice; /* an initializer would have to be relocated */
    notice.capacity = NOTICE_SIZE;
    strbuf_add(&notice, text);
    other->notice_size = notice.size;
    streams[0].is_told = true;
}

/* At the end a place is waited for, but not for ever. */
static bool is_at_end(struct stream *stream, const char *file)
{
    if (!stream->has_ended)
        return false;
    if ((!stream->buffer.size && !has_notice(stream)) || is_gone(stream, file))
        return true;
    if (stream->place.fd >= 0)
        return false;
    stream->end = stream->end ? stream->end : now_ms() + END_MS;
    return now_ms() >= stream->end;
}

/* Process 1 is the parent of the command and of all orphans. */
struct first_process {
    long command;
    int signals; /* a signalfd(2), or -1 */
    int status;
    bool has_ended;
};

/* What the pipes hold now is the last that is read: an orphan may keep one open for ever. */
static void end_streams(const struct kept *kept)
{
    for (size_t i = 0; i < kept->count; i++) {
        int size = 0;
        if (streams[i].has_ended)
            continue;
        SYSCALL(SYS_ioctl, streams[i].in, FIONREAD, &size);
        streams[i].left = (size_t)size;
        streams[i].has_ended = size == 0;
    }
}

static void reap(struct first_process *first, const struct kept *kept)
{
    int status = 0;
    long ended;
    while ((ended = SYSCALL(SYS_wait4, -1, &status, WNOHANG | __WALL, NULL)) > 0) {
        if (ended != first->command)
            continue;
        first->has_ended = true;
        first->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        end_streams(kept);
    }
}

static void take_signals(struct first_process *first, const struct kept *kept)
{
    struct signalfd_siginfo info = {0};
    while (SYSCALL(SYS_read, first->signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            reap(first, kept);
        else if (!first->has_ended)
            SYSCALL(SYS_kill, first->command, info.ssi_signo);
    }
}

static void wait_for_any(const struct kept *kept, const struct first_process *first)
{
    struct pollfd polled[5] = {{0}};
    int64_t until = INT64_MAX;
    for (size_t i = 0; i < kept->count; i++) {
        const struct stream *const stream = &streams[i];
        polled[2 * i] = (struct pollfd){can_read(stream) ? stream->in : -1, POLLIN, 0};
        polled[2 * i + 1] = (struct pollfd){stream->place.fd, stream->is_full ? POLLOUT : 0, 0};
        if (looks(stream, kept->file) && stream->next_look < until)
            until = stream->next_look;
    }
    polled[2 * kept->count] = (struct pollfd){first->signals, POLLIN, 0};
    const int64_t ms = until == INT64_MAX ? 0 : until - now_ms();
    const uint32_t wait = ms > 0 ? (uint32_t)ms : 0;
    long limit[2] = {(long)(wait / 1000), (long)(wait % 1000) * 1000000};
    SYSCALL(SYS_ppoll, polled, 2 * kept->count + 1, until == INT64_MAX ? NULL : limit, NULL, 0);
    for (size_t i = 0; i < kept->count; i++) {
        if (polled[2 * i + 1].revents & (POLLERR | POLLHUP | POLLNVAL))
            lose_place(&streams[i], kept->file);
        if (polled[2 * i + 1].revents & POLLOUT)
            streams[i].is_full = false;
        if (polled[2 * i].revents)
            read_in(&streams[i]);
    }
}

static void begin(const struct kept *kept)
{
    const size_t capacity = KEEP_BUFFERS / kept->count;
    for (size_t i = 0; i < kept->count; i++) {
        struct stream *const stream = &streams[i];
        stream->in = kept->in[i];
        stream->left = SIZE_MAX;
        stream->last = '\n';
        stream->buffer = (struct buffer){memory + i * capacity, capacity, 0, 0};
        place_begin(&stream->place, kept->fd[i]);
    }
}

static void keep_only(const struct kept *kept, int signals)
{
    int fds[5] = {-1, -1, -1, -1, signals};
    for (size_t i = 0; i < kept->count; i++) {
        fds[2 * i] = streams[i].in;
        fds[2 * i + 1] = streams[i].place.fd;
    }
    close_others(fds, 5);
}

int keeper(const struct kept *kept, long command)
{
    static const uint64_t all = ~UINT64_C(0);
    struct first_process first = {.command = command, .signals = -1};
    if (command)
        first.signals = (int)SYSCALL(SYS_signalfd4, -1, &all, KERNEL_SIGSET_SIZE,
                                     SFD_NONBLOCK | SFD_CLOEXEC);
    begin(kept);
    keep_only(kept, first.signals);
    for (;;) {
        bool done = !command || first.has_ended;
        for (size_t i = 0; i < kept->count; i++) {
            look(&streams[i], kept->file);
            pass_on(&streams[i], kept->file);
            tell_other(kept);
            if (!streams[i].is_over && is_at_end(&streams[i], kept->file))
                close_stream(&streams[i]);
            done = streams[i].is_over && done;
        }
        if (done)
            return first.status;
        wait_for_any(kept, &first);
        if (command)
            take_signals(&first, kept);
    }
}
