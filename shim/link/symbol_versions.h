/*
 * Names of which glibc has two versions that are different functions: a program has the one
 * that it was linked with. In calls.def, with the numbers of the two versions:
 *
 * OLD(name, older, newer)    the older function: old_NAME is its interposer
 * SAME(name, older, newer)   two versions of one function, and a still older one of another,
 *                            which is left to libc; old_NAME is NAME in the older version
 *
 * All other names are exported without a version, since the dynamic linker takes that for any,
 * whichever glibc comes to have. But where one version of a name is exported, each one that is
 * interposed has to be (glibc, elf/dl-lookup.c, check_match).
 */
#ifndef NOSIGPIPE_SYMBOL_VERSIONS_H
#define NOSIGPIPE_SYMBOL_VERSIONS_H

/* A CPU's glibc has an older function only where it is itself as old; glibc, shlib-versions. */
#if defined(__x86_64__)
#define OLD_PTHREAD_KILL 2.2.5
#define OLD_POSIX_SPAWN  2.2.5
#elif defined(__i386__)
#define OLD_PTHREAD_KILL   2.0
#define OLD_POSIX_SPAWN    2.2
#define OLD_PTHREAD_CREATE 2.1
#elif defined(__aarch64__)
#define OLD_PTHREAD_KILL 2.17
#else
#define OLD_PTHREAD_KILL 2.27
#endif

/* EXPORT_OLD(name, version), in the file that has old_NAME, exports it as NAME in that version:
   under its own name the export map (Makefile) keeps it within the object. */
#if defined(NOSIGPIPE_OBJECT)
#define EXPORT_OLD(name, version) EXPORT_OLD_NUMBER(name, version)
#define EXPORT_OLD_NUMBER(name, version)                                                       \
    __asm__(".symver old_" #name ", " #name "@GLIBC_" #version);
#else
#define EXPORT_OLD(name, version)
#endif

#endif
