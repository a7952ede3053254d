/* sigvec(3): glibc keeps it for old programs only, and musl has none. The values of the flags
   are those of glibc's <signal.h> before 2.21. */
#include "base/sigset.h"
#include "interpose/sigaction.h"
#include "link/next.h"

enum { SV_ONSTACK = 1, SV_INTERRUPT = 2, SV_RESETHAND = 4 };

static struct sigaction action_for(const struct sigvec *vector)
{
    struct sigaction action = {.sa_handler = vector->sv_handler};
    set_first_signals(&action.sa_mask, (unsigned)vector->sv_mask);
    action.sa_flags = ((vector->sv_flags & SV_ONSTACK) ? SA_ONSTACK : 0) |
                      ((vector->sv_flags & SV_INTERRUPT) ? 0 : SA_RESTART) |
                      ((vector->sv_flags & SV_RESETHAND) ? (int)SA_RESETHAND : 0);
    return action;
}

static struct sigvec vector_for(const struct sigaction *action)
{
    return (struct sigvec){
        .sv_handler = action->sa_handler,
        .sv_mask = (int)first_signals(&action->sa_mask),
        .sv_flags = ((action->sa_flags & SA_ONSTACK) ? SV_ONSTACK : 0) |
                    ((action->sa_flags & SA_RESTART) ? 0 : SV_INTERRUPT) |
                    ((action->sa_flags & (int)SA_RESETHAND) ? SV_RESETHAND : 0),
    };
}

EXPORT int sigvec(int signal_number, const struct sigvec *vector, struct sigvec *old)
{
    struct sigaction action;
    struct sigaction old_action;
    if (signal_number != SIGPIPE && NEXT(sigvec))
        return next.sigvec(signal_number, vector, old);
    if (vector)
        action = action_for(vector);
    if (sigaction_through(NEXT(sigaction), signal_number, vector ? &action : NULL, &old_action))
        return -1;
    if (old)
        *old = vector_for(&old_action);
    return 0;
}
