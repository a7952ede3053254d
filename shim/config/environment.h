/* children=release: what the host starts runs without the shim. */
#ifndef NOSIGPIPE_ENVIRONMENT_H
#define NOSIGPIPE_ENVIRONMENT_H

/* Takes this object out of LD_PRELOAD in an environment, in place, and the variable with it
   where nothing else is preloaded. The rest stays as it is, in its order. */
void environment_release(char **environment);

#endif
