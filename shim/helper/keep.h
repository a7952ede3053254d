/*
 * --keep-output: standard output and error of a command go through pipes to the keeper, which
 * passes them on. The keeper holds the reading ends until the command has ended, so a write of
 * the command never finds its reader gone. See shim/README.md, "The keeper".
 */
#ifndef NOSIGPIPE_KEEP_H
#define NOSIGPIPE_KEEP_H

#include "helper/helper.h"

/* In bytes: all memory of the buffers, one for each stream; and the space that a read needs,
   which is what a pipe holds (pipe(7)): smaller reads would cost more time. */
enum { KEEP_BUFFERS = 1 << 20, KEEP_ROOM = 1 << 16 };

/* --- keep_buffer.c: a ring of bytes */

struct buffer {
    char *bytes;
    size_t capacity;
    size_t start; /* of what is in it */
    size_t size;
};

/* What was dropped and not reported yet. A line is counted with its first lost byte. */
struct loss {
    uint64_t lines;
    uint64_t bytes;
    bool within_line; /* the last dropped byte did not end its line */
};

/* The free space, or the first `limit` bytes of what is there, in up to two parts. Each returns
   the number of parts. */
unsigned buffer_space(const struct buffer *buffer, size_t limit, struct iovec parts[2]);
unsigned buffer_data(const struct buffer *buffer, size_t limit, struct iovec parts[2]);

/* Removes the first bytes. */
void buffer_remove(struct buffer *buffer, size_t size);

/* The size of the whole lines from `from` on, of at most `limit` of them; 0 if none ends. */
size_t buffer_lines(const struct buffer *buffer, size_t from, size_t limit);

/* Removes at least `size` bytes, if there are so many, and the rest of the last line if it is
   complete, and counts them. */
void buffer_drop(struct buffer *buffer, struct loss *loss, size_t size);

/* --- keep_place.c: where a stream goes */

/* How the place that the command was started with is reached again once it is broken. */
enum again { AGAIN_NEVER, AGAIN_OPEN, AGAIN_CONNECT, AGAIN_JOURNAL };

/* How bytes are written: by write(2), by send(2), or as a datagram of syslog for each line. */
enum way { WAY_WRITE, WAY_SEND, WAY_SYSLOG };

struct place {
    int fd;       /* -1 while there is none */
    int broken;   /* see place_lose(); -1 if there is none */
    bool is_file; /* FILE of --keep-output=FILE is in use */
    enum way way;
    enum again again;
    size_t most;    /* the bytes that one write may have */
    socklen_t size; /* of the address, for AGAIN_CONNECT and AGAIN_JOURNAL */
    struct sockaddr_storage address;
    char path[PATH_CAPACITY]; /* for AGAIN_OPEN */
};

/* Whether output to the descriptor can be kept: a pipe, a FIFO or a stream socket, open for
   writing. Fills in its status. */
bool place_is_keepable(int fd, struct file_status *status);

/* Whether FILE can be written: 0, or a negated errno value. A FIFO without a reader can. */
long place_try_file(const char *file);

/* Takes the descriptor that the command was started with, by a description of its own where
   possible: the flags of the one that is shared with others stay as they are. */
void place_begin(struct place *place, int fd);

/* Looks for a place: that of the start, else FILE (may be NULL). Returns whether there is a new
   one. If FILE is in use already, only the former is tried. */
bool place_look(struct place *place, const char *file);

/* Gives up a place that is broken, until place_look() finds another one. The writing end of a
   FIFO stays open so long: its next reader, which may be there already, would see an end. */
void place_lose(struct place *place);

/* Closes all that is open. */
void place_close(struct place *place);

/* Writes what the place takes at once, to a file whole lines as long as not `all` is wanted.
   Returns the number of bytes that were passed on and can be removed, 0 if there is nothing to
   write now, or a negated errno value; -EAGAIN while the place is full. */
long place_write(const struct place *place, const struct buffer *buffer, bool all);
long place_write_bytes(const struct place *place, const char *bytes, size_t size);

/* --- keep_unit.c: as whom journald and syslog know the command */

struct identity {
    char identifier[64];
    char process[16];   /* the command's number, in digits */
    char unit[256];     /* or nothing */
    char priority[8];   /* facility and level, as in syslog(3) */
    char has_levels[4]; /* "1" if a line may begin with "<LEVEL>", else "0" */
    char **variables;
    bool was_asked;
};
extern struct identity identity;

/* The name of the command, for when systemd knows no other, its number, and the environment. */
void identity_begin(const char *command, long process, char **variables);

/* Finds the unit, and what it sets for its log. Takes at most 2 seconds, at the first call. */
void identity_find(void);

/* --- keeper.c */

/* The streams that are kept: for each the reading end of the command's pipe, the descriptor
   that the command was started with, and its name. */
struct kept {
    size_t count;
    int in[2];
    int fd[2];
    const char *file;
};

/* The keeper. Returns when all writers have closed their ends and all was passed on; for
   process 1, whose child `command` is, when that has ended, with its exit status. Otherwise
   `command` is 0 and so is the result. */
int keeper(const struct kept *kept, long command);

/* --- keep.c */

/* Puts the keeper between this process and its standard streams where there is something to
   keep, or says why there is none. This process is then to become the command; as process 1
   this returns in a child that is. `file` is a path from the root, or NULL. */
void keep_output(const struct process *process, const char *file, const char *command);

/* The number of a new process, 0 in that process, or a negated errno value. */
long fork_process(void);

#endif
