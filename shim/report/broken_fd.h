/* Which descriptor broke, on a CPU whose registers no longer hold it after the call. */
#ifndef NOSIGPIPE_BROKEN_FD_H
#define NOSIGPIPE_BROKEN_FD_H

/* The only open descriptor that a write would find broken now. -1 if there is none or more than
   one, or if too many are open to check them all. */
int broken_fd_find(void);

#endif
