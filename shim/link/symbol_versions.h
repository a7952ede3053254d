/*
 * Names that have two versions in glibc which are different functions. A program uses the one
 * that it was linked with. calls.def has them with the numbers of the two versions:
 *
 * OLD(name, older, newer)    two functions: old_NAME is the interposer of the older one
 * SAME(name, older, newer)   two versions of one function; old_NAME is NAME in the older
 *                            version. A still older version, another function, is left to libc
 *
 * All other names are exported without a version, which the dynamic linker accepts for every
 * version that glibc has or will have. But if one version of a name is exported, each one that
 * is interposed must be (glibc, elf/dl-lookup.c, check_match).
 */
#ifndef NOSIGPIPE_SYMBOL_VERSIONS_H
#define NOSIGPIPE_SYMBOL_VERSIONS_H

/* glibc has an older function only on CPUs that it supported at that time; glibc,
   shlib-versions. */
#if defined(__x86_64__)
#define OLD_PTHREAD_KILL 2.2.5
#define OLD_POSIX_SPAWN  2.2.5
#elif defined(__i386__)
#define OLD_PTHREAD_KILL   2.0
#define OLD_POSIX_SPAWN    2.2
#define OLD_PTHREAD_CREATE 2.1
#elif defined(__aarch64__)
#define OLD_PTHREAD_KILL 2.17
#elif defined(__powerpc64__)
#define OLD_PTHREAD_KILL 2.17
#elif defined(__s390x__)
#define OLD_PTHREAD_KILL 2.2
#define OLD_POSIX_SPAWN  2.2
#elif defined(__arm__)
#define OLD_PTHREAD_KILL 2.4
#define OLD_POSIX_SPAWN  2.4
#else
#define OLD_PTHREAD_KILL 2.27
#endif

/* EXPORT_OLD(name, version), in the file that defines old_NAME, exports it as NAME in that
   version. The export map (Makefile) hides the name old_NAME itself. */
#if defined(NOSIGPIPE_OBJECT)
#define EXPORT_OLD(name, version) EXPORT_OLD_NUMBER(name, version)
#define EXPORT_OLD_NUMBER(name, version)                                                       \
    __asm__(".symver old_" #name ", " #name "@GLIBC_" #version);
#else
#define EXPORT_OLD(name, version)
#endif

#endif
