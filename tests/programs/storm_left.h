/* What a process has, from proc(5), to see whether a storm leaves something over. */
#ifndef STORM_LEFT_H
#define STORM_LEFT_H

#include <dirent.h>

#include "storm_count.h"

enum { MOST_DESCRIPTORS = 4096 };

struct belongings {
    bool is_open[MOST_DESCRIPTORS];
    long threads;
    long mapped_files; /* mappings that have a name */
    long resident_kb;
};

static void look_at_descriptors(struct belongings *all)
{
    for (int fd = 0; fd < MOST_DESCRIPTORS; fd++)
        all->is_open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static long count_threads(void)
{
    long count = 0;
    DIR *const folder = opendir("/proc/self/task");
    must(folder != NULL, "/proc/self/task");
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void look_at_memory(struct belongings *all)
{
    char line[4400];
    FILE *file = fopen("/proc/self/maps", "r");
    must(file != NULL, "/proc/self/maps");
    while (fgets(line, sizeof(line), file))
        all->mapped_files += strchr(line, '/') != NULL;
    fclose(file);
    file = fopen("/proc/self/status", "r");
    must(file != NULL, "/proc/self/status");
    while (fgets(line, sizeof(line), file))
        sscanf(line, "VmRSS: %ld", &all->resident_kb);
    fclose(file);
}

/* A thread is gone for pthread_join before the kernel has taken it off its list. */
static struct belongings look_around(void)
{
    struct belongings all = {.threads = count_threads()};
    for (int i = 0; i < 5000 && all.threads > 1; i++) {
        poll(NULL, 0, 1);
        all.threads = count_threads();
    }
    look_at_memory(&all);
    look_at_descriptors(&all);
    return all;
}

/* libc keeps the stacks of some threads and what was freed, of which the first storm leaves as
   much as the second: a page for every hundredth event would be seen. */
enum { SPARE_KB = 1024 };

static void compare_belongings(const struct belongings *before, const struct belongings *after)
{
    expect("threads", after->threads, before->threads);
    expect("mapped files", after->mapped_files, before->mapped_files);
    for (int fd = 0; fd < MOST_DESCRIPTORS; fd++) {
        if (after->is_open[fd] != before->is_open[fd])
            say_wrong("descriptor opened or closed", fd, -1);
    }
    if (after->resident_kb > before->resident_kb + SPARE_KB)
        say_wrong("resident KiB", after->resident_kb, before->resident_kb);
}

#endif
