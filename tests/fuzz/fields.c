/* A record's fields: decoding gives what was put in, in each form, and nothing is written
   beyond the capacity. */
#include "../../shim/report/fields.h"

#include "decode.h"

enum { PUT_IN = 48, ALL = 1 << 16 };
static const char *const keys[] = {"time", "fd",   "peer_pid",   "by_call",
                                   "a",    "call", ".error.type"};

struct put {
    const char *key;
    struct taken taken;
    int64_t number;
};

/* Adds fields until the input ends. */
static size_t put_in(struct fields *fields, struct input input, struct put *puts)
{
    size_t count = 0;
    while (input.left && count < PUT_IN) {
        struct put *const put = &puts[count++];
        put->key = keys[take_choice(&input, sizeof(keys) / sizeof(keys[0]))];
        if (*put->key == '.' && fields->form != FIELDS_OTEL)
            put->key = keys[0];
        put->taken = take_bytes(&input, 255);
        put->number = 0;
        if (put->taken.size) {
            fields_add(fields, put->key, put->taken.bytes, put->taken.size);
        } else {
            put->number = (int64_t)take_number(&input, 8);
            fields_add_number(fields, put->key, put->number);
        }
    }
    fields_end(fields);
    return count;
}

/* If the last character is cut off, only that is removed. */
static void check_whole(const char *bytes, size_t size)
{
    uint32_t number = 0;
    const size_t whole = utf8_complete_prefix(bytes, size);
    CHECK(whole <= size && size - whole < 4);
    for (size_t i = whole; i < size; i++)
        CHECK(bytes[i] & 0x80);
    size_t at = 0;
    for (size_t length = 1; at < size && length; at += length)
        length = decode_character(bytes + at, size - at, &number);
    CHECK(at < size || whole == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char all[ALL];
    static struct put puts[PUT_IN];
    static struct record record;
    struct input input = {data, size};
    const enum fields_form form = (enum fields_form)take_choice(&input, 4);
    const size_t room = take_number(&input, 2) % 5000;
    check_whole((const char *)input.at, input.left < 40 ? input.left : 40);

    struct fields fields = fields_begin(form, all, sizeof(all));
    const size_t count = put_in(&fields, input, puts);
    if (count) {
        const size_t used = fields.text.size;
        CHECK(all[used - 1] == '\n');
        decode(form, all, form == FIELDS_JOURNAL ? used : used - 1, &record);
        CHECK(record.count == count);
    }
    for (size_t i = 0; i < count; i++) {
        if (puts[i].taken.size)
            check_field(form, &record.fields[i], puts[i].key, puts[i].taken.bytes,
                        puts[i].taken.size);
        else
            check_number(form, &record.fields[i], puts[i].key, puts[i].number);
    }

    char *const little = malloc(room + 1);
    struct fields cut = fields_begin(form, little, room);
    put_in(&cut, input, puts);
    CHECK(cut.text.size <= room);
    for (size_t i = 0; i < cut.text.size && form != FIELDS_JOURNAL; i++)
        CHECK((unsigned char)little[i] >= ' ' || (little[i] == '\n' && i == cut.text.size - 1));
    free(little);
    return 0;
}

/* The code under test makes no system call. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}
