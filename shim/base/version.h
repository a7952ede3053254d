/* The version of nosigpipe as a string. The Makefile defines NOSIGPIPE_VERSION without quotes.
 */
#ifndef NOSIGPIPE_VERSION_H
#define NOSIGPIPE_VERSION_H

#define VERSION_QUOTED(word)   #word
#define VERSION_EXPANDED(word) VERSION_QUOTED(word)
#define VERSION                VERSION_EXPANDED(NOSIGPIPE_VERSION)

/* Prints the object's name and version, and ends the process. */
_Noreturn void version_show(void);

#endif
