/*
 * Options that travel with the object. nosigpipe-host(8) writes them into a copy of the
 * library, which /etc/ld.so.preload brings into every program of a machine: no variable is
 * needed, and no system call.
 */
#ifndef NOSIGPIPE_HOST_OPTIONS_H
#define NOSIGPIPE_HOST_OPTIONS_H

#include <stdbool.h>

/* Both take the environment, or NULL if that is not known, and whether it is where the kernel
   has put it (auxiliary_vector.h). In the package's object they look at nothing. */

/* Whether the words `only` and `except` of this object leave out the program, which then runs
   as if the object were not there. What is compared is the file as it was given to execve(2)
   (AT_EXECFN); where that is not known, it fits no word. */
bool host_options_leave_out(char **environment, bool at_start);

/* Reads the options of this object, if it has any. In secure execution these count: mode,
   stdio, storm, and log if it is syslog or journal. */
void host_options_read(char **environment, bool at_start);

#endif
