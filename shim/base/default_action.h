/* Signals that take the kernel's default action. */
#ifndef NOSIGPIPE_DEFAULT_ACTION_H
#define NOSIGPIPE_DEFAULT_ACTION_H

/* Takes SIGPIPE's default action. Returns only if that does not end the process: in pid 1 of a
   namespace, or if a debugger discards the signal. */
void take_default_action(void);

/* Ends the process by SIGABRT, at its default and unblocked as abort(3) leaves it, so that the
   core (core(5)) shows the caller's stack. */
void dump_core(void);

#endif
