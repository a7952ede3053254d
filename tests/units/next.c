/* The definitions behind the shim in the order of loading, as of RTLD_NEXT in dlsym(3), and the
   call whose code a program counter is in. The objects are made here. */
#include "../../shim/link/next.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/link/call_names.h"
#include "../../shim/link/link_map.h"
#include "../fuzz/kernel.h"
#include "apart.h"

enum { MOST = 8, CODE_SIZE = 1024, MANY = 20 };

/* An object as it is in memory, from its code on. Its hash table has one bucket (System V ABI,
   "Hash Table"): the symbols in a row. */
struct loaded {
    char code[CODE_SIZE];
    ElfW(Sym) symbols[MOST];
    char strings[MOST][32];
    uint32_t hash[3 + MOST];
    ElfW(Half) versions[MOST];
    ElfW(Dyn) dynamic[5];
    struct link_map map;
};
static struct loaded loaded[MANY];
static struct link_map self;

/* The loaded objects, in order. */
static const struct link_map *order[MANY + 1];
static size_t order_count;

bool link_map_is_own(const struct link_map *map)
{
    return map == &self;
}

void link_map_visit(void (*visit)(const struct link_map *map, void *data), void *data)
{
    for (size_t i = 0; i < order_count; i++)
        visit(order[i], data);
}

static void load(const struct link_map *map)
{
    order[order_count++] = map;
}

static void load_object(struct loaded *object)
{
    object->dynamic[0] = (ElfW(Dyn)){DT_SYMTAB, {(uintptr_t)object->symbols}};
    object->dynamic[1] = (ElfW(Dyn)){DT_STRTAB, {(uintptr_t)object->strings}};
    object->dynamic[2] = (ElfW(Dyn)){DT_HASH, {(uintptr_t)object->hash}};
    object->dynamic[3] = (ElfW(Dyn)){DT_VERSYM, {(uintptr_t)object->versions}};
    object->map.l_addr = (uintptr_t)object->code;
    object->map.l_ld = object->dynamic;
    object->hash[0] = 1;
    load(&object->map);
}

/* Adds a function to the object, and returns its address. */
static uintptr_t define(struct loaded *object, const char *name, unsigned at, unsigned size)
{
    const uint32_t number = object->hash[2] + 1;
    CHECK(number < MOST && strlen(name) < sizeof(object->strings[0]));
    memcpy(object->strings[number], name, strlen(name) + 1);
    object->symbols[number] = (ElfW(Sym)){.st_name = number * sizeof(object->strings[0]),
                                          .st_info = STT_FUNC,
                                          .st_shndx = 1,
                                          .st_value = at,
                                          .st_size = size};
    object->hash[3 + number] = object->hash[2];
    object->hash[2] = number;
    return (uintptr_t)object->code + at;
}

/* The part of the stack that can be read. */
static uintptr_t stack[32];
static unsigned readable = 32;
static unsigned reads;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct iovec *const to = (const struct iovec *)b;
    const struct iovec *const from = (const struct iovec *)d;
    (void)a, (void)c, (void)e, (void)f;
    if (number == SYS_getpid)
        return 1;
    CHECK(number == SYS_process_vm_readv && from->iov_len == sizeof(stack[0]));
    reads++;
    const size_t at = ((uintptr_t)from->iov_base - (uintptr_t)stack) / sizeof(stack[0]);
    if (at >= readable)
        return -EFAULT;
    memcpy(to->iov_base, &stack[at], sizeof(stack[0]));
    return (long)sizeof(stack[0]);
}

/* The same with a version, whose highest bit makes it hidden. */
static uintptr_t define_version(struct loaded *object, const char *name, unsigned version,
                                unsigned at)
{
    const uintptr_t there = define(object, name, at, 8);
    object->versions[object->hash[2]] = (ElfW(Half))version;
    return there;
}

#define FOUND(name) ((uintptr_t)NEXT(name))
#define THERE(name) ((uintptr_t)next.name)

static void try_behind_shim(void)
{
    static struct link_map without_tables;
    define(&loaded[0], "write", 8, 8);
    define(&loaded[0], "writev", 16, 8);
    const uintptr_t first_write = define(&loaded[1], "write", 24, 8);
    const uintptr_t first_action = define(&loaded[1], "sigaction", 32, 8);
    define(&loaded[1], "__sigaction", 36, 4);
    const uintptr_t own = define(&loaded[2], "pthread_self", 48, 8);
    const uintptr_t send = define(&loaded[2], "__sendmmsg", 56, 8);
    const uintptr_t last = define(&loaded[2], "prctl", 64, 8);
    define(&loaded[1], "pthread_self", 40, 8);
    define(&loaded[2], "write", 72, 8);
    define(&loaded[2], "sigaction", 80, 8);
    load_object(&loaded[0]);
    load(&self);
    load(&without_tables);
    load_object(&loaded[1]);
    load_object(&loaded[2]);
    CHECK(!NEXT(write) && !NEXT(sigaction)); /* before anything has been found */
    next_find();
    CHECK(THERE(write) == first_write && THERE(__sendmmsg) == send);
    CHECK(!next.writev && !next.sigaction && !next.prctl);
    CHECK(FOUND(write) == first_write && FOUND(sigaction) == first_action);
    CHECK(!next.__sigaction); /* is not needed */
    CHECK(FOUND(prctl) == last && THERE(sigaction) == first_action && THERE(prctl) == last);
    CHECK(!NEXT(writev) && !NEXT(signal) && !NEXT(fork));
    CHECK((uintptr_t)next_own.pthread_self == own && !next_own.pthread_getcpuclockid);
    CHECK(next_own.start == (uintptr_t)loaded[2].code);
    CHECK(next_own.start + next_own.size == (uintptr_t)loaded[2].dynamic);
}

/* If the shim was loaded by dlopen(3), libc comes before it: all calls are looked up at
   once. */
static void try_before_shim(void)
{
    const uintptr_t write_there = define(&loaded[0], "write", 8, 8);
    const uintptr_t action = define(&loaded[0], "sigaction", 16, 8);
    const uintptr_t clock = define(&loaded[1], "pthread_getcpuclockid", 24, 8);
    const uintptr_t last = define(&loaded[1], "prctl", 32, 8);
    load_object(&loaded[0]);
    load(&self);
    load_object(&loaded[1]);
    next_find();
    CHECK(THERE(write) == write_there && THERE(sigaction) == action && THERE(prctl) == last);
    CHECK((uintptr_t)next_own.pthread_getcpuclockid == clock && next_own.size == 0);
    define(&loaded[1], "signal", 40, 8);
    CHECK(!NEXT(signal));
}

/* Older versions are found in the first object that has the name, even with one version. */
static void try_older_versions(void)
{
    const uintptr_t older = define_version(&loaded[0], "pthread_kill", 0x8002, 8);
    const uintptr_t newer = define_version(&loaded[0], "pthread_kill", 3, 16);
    const uintptr_t spawn = define_version(&loaded[0], "posix_spawn", 2, 24);
    define_version(&loaded[1], "pthread_kill", 0x8002, 32);
    define(&loaded[0], "write", 40, 8);
    load(&self);
    load_object(&loaded[0]);
    load_object(&loaded[1]);
    next_find();
    CHECK(!next.pthread_kill && !next.old_pthread_kill);
    CHECK(FOUND(old_pthread_kill) == older && FOUND(pthread_kill) == newer);
    CHECK(FOUND(posix_spawn) == spawn);
#ifdef OLD_POSIX_SPAWN
    CHECK(FOUND(old_posix_spawn) == spawn && !NEXT(old_posix_spawnp));
#endif
}

/* Of `count` objects behind the shim, the last one has the definitions. */
static void check_objects(size_t count, bool at_once)
{
    const uintptr_t write_there = define(&loaded[count - 1], "write", 8, 8);
    const uintptr_t action = define(&loaded[count - 1], "sigaction", 16, 8);
    const uintptr_t last = define(&loaded[count - 1], "prctl", 24, 8);
    load(&self);
    for (size_t i = 0; i < count; i++)
        load_object(&loaded[i]);
    next_find();
    CHECK(THERE(write) == write_there);
    CHECK(THERE(sigaction) == (at_once ? action : 0) && THERE(prctl) == (at_once ? last : 0));
    CHECK(FOUND(sigaction) == action && FOUND(prctl) == last);
}

static void try_most_objects(void)
{
    check_objects(16, false);
}

/* More objects than can be kept: all calls are looked up at once. */
static void try_too_many_objects(void)
{
    check_objects(17, true);
}

static bool is_call(const char *name, uintptr_t program_counter, unsigned words_up)
{
    memset(stack, 0, sizeof(stack));
    stack[words_up] = (uintptr_t)loaded[1].code + 320; /* in send */
    reads = 0;
    return strcmp(call_name_at(program_counter, (uintptr_t)stack), name) == 0;
}

/* The names of calls are those of the last object that defines them, which is libc. */
static void try_call_name_at(void)
{
    static struct link_map without_tables;
    const uintptr_t wrapper = define(&loaded[0], "write", 64, 16);
    const uintptr_t write_there = define(&loaded[1], "write", 64, 16);
    define(&loaded[1], "prctl", 128, 16);
    define_version(&loaded[1], "pthread_kill", 0x8002, 500);
    define_version(&loaded[1], "pthread_kill", 3, 600);
    const uintptr_t end = (uintptr_t)loaded[1].dynamic;
    define(&loaded[1], "send", 300, 24);
    define(&loaded[1], "getpid", 400, 16);
    load_object(&loaded[0]);
    load(&self);
    load(&without_tables);
    load_object(&loaded[1]);
    load(&(struct link_map){.l_addr = 1});
    CHECK(strcmp(call_name_at(write_there, (uintptr_t)stack), "syscall") == 0);
    CHECK(!call_names_are_remembered());
    call_names_remember();
    CHECK(call_names_are_remembered());
    CHECK(is_call("write", write_there, 0) && reads == 0);
    CHECK(is_call("write", write_there + 16, 0) && reads == 0); /* behind the instruction */
    /* In the function that all calls share: the caller is found on the stack, if it is near. */
    CHECK(is_call("send", write_there - 1, 0) && reads == 1);
    CHECK(is_call("send", write_there + 17, 5) && reads == 6);
    CHECK(is_call("send", (uintptr_t)loaded[1].code, 23) && reads == 24);
    CHECK(is_call("syscall", (uintptr_t)loaded[1].code + 400, 24) && reads == 24);
    CHECK(is_call("send", end - 1, 0));
    /* Outside libc, the stack is not read. */
    CHECK(is_call("syscall", end, 0) && reads == 0);
    /* A definition like libpthread's, which comes before libc. */
    CHECK(is_call("write", wrapper, 0) && reads == 0);
    CHECK(is_call("syscall", 0, 0) && reads == 0);
    readable = 5;
    CHECK(is_call("send", write_there + 17, 4));
    CHECK(is_call("syscall", write_there + 17, 5));
}

static void try_call_name(void)
{
    const char given[] = "write";
    CHECK(call_name(given) != given && strcmp(call_name(given), given) == 0);
    CHECK(strcmp(call_name("__sendmmsg"), "__sendmmsg") == 0);
    CHECK(strcmp(call_name("prctl"), "prctl") == 0);
    CHECK(strcmp(call_name("getpid"), "syscall") == 0);
    CHECK(strcmp(call_name("writ"), "syscall") == 0);
    CHECK(strcmp(call_name(""), "syscall") == 0);
}

int main(void)
{
    apart(try_behind_shim);
    apart(try_before_shim);
    apart(try_older_versions);
    apart(try_most_objects);
    apart(try_too_many_objects);
    apart(try_call_name_at);
    apart(try_call_name);
    return 0;
}
