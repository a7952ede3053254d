/*
 * backtrace_deep: makes a broken write from a function with a long name that has called itself
 * 40 times, so that not all frames have room in a record.
 */
#include "broken.h"

#define LONG_NAME                                                                              \
    a_function_whose_name_is_so_long_that_a_few_dozens_of_its_frames_can_not_stand_in_a_record

__attribute__((noinline, visibility("default"))) long LONG_NAME(int fd, int depth);

long LONG_NAME(int fd, int depth)
{
    const long answer = depth ? LONG_NAME(fd, depth - 1) : write(fd, "x", 1);
    __asm__ volatile("" ::: "memory");
    return answer;
}

int main(void)
{
    return LONG_NAME(broken_pipe(), 40) == -1 ? 0 : 1;
}
