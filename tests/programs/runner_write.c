/* One write to a broken pipe; says how it went on. */
#include <errno.h>
#include <string.h>

#include "broken.h"

int main(void)
{
    const ssize_t result = write(broken_pipe(), "x", 1);
    printf("%zd %s\n", result, strerror(errno));
    return 0;
}
