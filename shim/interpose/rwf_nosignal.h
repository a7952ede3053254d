/* mode=flags: write and writev become pwritev2(2) with RWF_NOSIGNAL, which raises no signal. */
#ifndef NOSIGPIPE_RWF_NOSIGNAL_H
#define NOSIGPIPE_RWF_NOSIGNAL_H

/* Replaces the writes in `next`, if libc has pwritev2; what was there serves the writes that
   pwritev2 refuses. For the constructor. */
void rwf_nosignal_install(void);

#endif
