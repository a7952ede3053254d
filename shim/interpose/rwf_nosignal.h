/* mode=flags: write and writev as pwritev2(2) with RWF_NOSIGNAL, which raises no signal. */
#ifndef NOSIGPIPE_RWF_NOSIGNAL_H
#define NOSIGPIPE_RWF_NOSIGNAL_H

/* Puts the quiet calls into `next`, in front of what is there. For the constructor. */
void rwf_nosignal_install(void);

#endif
