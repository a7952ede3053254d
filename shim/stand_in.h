/*
 * The modes that have something else in the kernel than the guard and the host's own mask
 * (ignore: SIG_IGN, mask: SIGPIPE blocked) put the guard in its place while the host does what
 * would show the difference: start a program, which inherits both, or send itself a SIGPIPE.
 * In the other modes this does nothing.
 */
#ifndef NOSIGPIPE_STAND_IN_H
#define NOSIGPIPE_STAND_IN_H

#include <stdbool.h>

/* What stand_in_end has to undo. */
struct stand_in {
    bool replaced;
    bool opened;
};

/* For a call that always returns. Several threads may be between begin and end. */
struct stand_in stand_in_begin(void);
void stand_in_end(struct stand_in stand_in);

/* Whether any thread is in between. */
bool stand_in_is_up(void);

/* For an exec, which returns only when it fails; also in a vfork child, where nothing may be
   left behind in memory. */
struct stand_in stand_in_begin_exec(void);
void stand_in_end_exec(struct stand_in stand_in);

#endif
