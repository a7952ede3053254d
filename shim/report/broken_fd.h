/* Which descriptor broke, on a CPU whose registers do not tell it after the call. */
#ifndef NOSIGPIPE_BROKEN_FD_H
#define NOSIGPIPE_BROKEN_FD_H

/* The one open descriptor that a write would find broken now; -1 where there is none, or more
   than one, or where they are too many to look at. */
int broken_fd_find(void);

#endif
