/* Writes to a broken pipe; the status is 0 if it gets EPIPE for it. */
#include "broken.h"

#include <errno.h>

int main(void)
{
    return write(broken_pipe(), "x", 1) == -1 && errno == EPIPE ? 0 : 1;
}
