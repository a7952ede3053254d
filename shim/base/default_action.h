/* Ends of the process by a signal, as the kernel's default actions have them. */
#ifndef NOSIGPIPE_DEFAULT_ACTION_H
#define NOSIGPIPE_DEFAULT_ACTION_H

/* Does what SIGPIPE's default action does. It comes back only where that does not end the
   process: pid 1 of a namespace, or a debugger that keeps the signal. */
void take_default_action(void);

/* Ends the process with a core (core(5)) that shows this very place: by SIGABRT at its default
   and unblocked, as abort(3) leaves it. */
void dump_core(void);

#endif
