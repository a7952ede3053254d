/* The bytes that the calls of the matrix write. */
#ifndef MATRIX_PAYLOAD_H
#define MATRIX_PAYLOAD_H

/* More than any pipe or, with its small buffer, socket of the matrix holds. */
static char payload[4 << 20] = "12345";

#endif
