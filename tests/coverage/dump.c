/*
 * Linked with the objects that `make coverage` builds and with libgcov: takes the counts from
 * COUNTERS_FILE, whose layout is that of its own counters, and writes gcov's data files (gcc's
 * manual, "Profiling and Test Coverage in Freestanding Environments"). With --size: says how
 * long the file is to be.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef COUNTERS_FILE
#define COUNTERS_FILE "counters"
#endif

/* From <gcov.h>, which is gcc's alone. */
struct gcov_info;
void __gcov_info_to_gcda(const struct gcov_info *info, void (*name)(const char *, void *),
                         void (*data)(const void *, unsigned, void *),
                         void *(*allocate)(unsigned, void *), void *argument);

extern char counters_start[];
extern char counters_end[];

/* The section of the pointers to gcov's records, which the linker marks the ends of. */
extern const struct gcov_info *__start_gcov_info[];
extern const struct gcov_info *__stop_gcov_info[];

static FILE *output;

static void open_data(const char *name, void *data)
{
    (void)data;
    output = fopen(name, "wb");
    if (!output) {
        perror(name);
        exit(1);
    }
}

static void write_data(const void *bytes, unsigned size, void *data)
{
    (void)data;
    if (fwrite(bytes, 1, size, output) != size) {
        perror("gcov's data");
        exit(1);
    }
}

static void *allocate(unsigned size, void *data)
{
    (void)data;
    return malloc(size);
}

/* All at once: what is done here is counted as well. */
static void take_counts(void)
{
    const int fd = open(COUNTERS_FILE, O_RDONLY);
    const size_t size = (size_t)(counters_end - counters_start);
    if (fd < 0 || read(fd, counters_start, size) != (ssize_t)size) {
        perror(COUNTERS_FILE);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--size") == 0)
        return printf("%td\n", counters_end - counters_start) < 0;
    take_counts();
    for (const struct gcov_info **info = __start_gcov_info; info < __stop_gcov_info; info++) {
        __gcov_info_to_gcda(*info, open_data, write_data, allocate, NULL);
        if (fclose(output) != 0) {
            perror("gcov's data");
            return 1;
        }
    }
    return 0;
}
