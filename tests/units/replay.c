/* Replaces libFuzzer: calls the fuzz target once with each of the given files. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    static uint8_t data[1 << 20];
    for (int i = 1; i < argc; i++) {
        FILE *const file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        /* Of the exact size, so that tools detect a read beyond it. */
        const size_t size = fread(data, 1, sizeof(data), file);
        uint8_t *const input = malloc(size ? size : 1);
        fclose(file);
        for (size_t at = 0; at < size; at++)
            input[at] = data[at];
        LLVMFuzzerTestOneInput(input, size);
        free(input);
    }
    printf("%d cases\n", argc - 1);
    return argc == 1;
}
