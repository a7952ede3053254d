/* Reads of memory that may not be mapped, by either system call; and the functions that
   compilers call to copy and to clear. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../../shim/base/safe_read.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* The functions of builtins.c by these names (rules.mk), since the usual names are the
 * compiler's. */
void *shim_memcpy(void *restrict to, const void *restrict from, size_t size);
void *shim_memset(void *to, int byte, size_t size);
size_t shim_strlen(const char *string);
int shim_strcmp(const char *a, const char *b);

/* Those that gcc calls for ARM, which the unit has on every CPU: a rest above a quotient. */
uint64_t __aeabi_uidivmod(uint32_t number, uint32_t divisor);
uint32_t __aeabi_uidiv(uint32_t number, uint32_t divisor);
uint64_t __aeabi_idivmod(int32_t number, int32_t divisor);
int32_t __aeabi_idiv(int32_t number, int32_t divisor);
void __aeabi_unwind_cpp_pr0(void);
void __aeabi_unwind_cpp_pr1(void);

/* Returned instead of the kernel's results if not 0. */
static long process_vm_readv_answer;
static long openat_answer;
static long pread_answer;

static unsigned opened;
static unsigned closed;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_process_vm_readv) {
        CHECK(a == getpid() && c == 1 && e == 1 && f == 0);
        if (process_vm_readv_answer)
            return process_vm_readv_answer;
    } else if (number == SYS_openat) {
        CHECK(a == AT_FDCWD && strcmp((const char *)b, "/proc/self/mem") == 0);
        CHECK(c == (O_RDONLY | O_CLOEXEC));
        if (openat_answer)
            return openat_answer;
        opened++;
    } else if (number == SYS_pread64) {
        if (pread_answer)
            return pread_answer;
    } else if (number == SYS_close) {
        closed++;
    } else {
        CHECK(number == SYS_getpid);
    }
    const long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -errno : result;
}

static uintptr_t page; /* no page follows it */
static size_t page_size;

static void check_reads(void)
{
    static const char text[] = "what is to be read";
    char copy[sizeof(text)] = "";
    CHECK(safe_read(copy, (uintptr_t)text, sizeof(copy)) &&
          memcmp(copy, text, sizeof(copy)) == 0);
    memset(copy, '-', sizeof(copy));
    CHECK(safe_read(copy, (uintptr_t)text + 5, 2) && memcmp(copy, "is--", 4) == 0);
    CHECK(safe_read(copy, page + page_size - 4, 4) && memcmp(copy, "end.", 4) == 0);
    CHECK(!safe_read(copy, page + page_size - 4, 5));
    CHECK(!safe_read(copy, page + page_size, 1));
    CHECK(!safe_read(copy, 0, 1) && !safe_read(copy, UINTPTR_MAX - 8, 4));
}

/* The file is read only if the call is refused or unknown. */
static void reads(void)
{
    char byte;
    check_reads();
    CHECK(opened == 0);
    process_vm_readv_answer = -EPERM;
    check_reads();
    CHECK(opened == 7 && closed == 7);
    process_vm_readv_answer = -ENOSYS;
    check_reads();
    CHECK(opened == 14 && closed == 14);
    pread_answer = -EIO;
    CHECK(!safe_read(&byte, page, 1) && opened == 15 && closed == 15);
    openat_answer = -EMFILE;
    CHECK(!safe_read(&byte, page, 1) && opened == 15 && closed == 15);
    process_vm_readv_answer = -EFAULT;
    openat_answer = 0;
    CHECK(!safe_read(&byte, page, 1) && opened == 15);
    process_vm_readv_answer = -ENOMEM;
    CHECK(!safe_read(&byte, page, 1) && opened == 15);
}

/* Descriptor 0 is valid too. */
static void with_descriptor_0(void)
{
    char copy[4];
    close(0);
    process_vm_readv_answer = -ENOSYS;
    pread_answer = 0;
    CHECK(safe_read(copy, page + page_size - 4, 4) && memcmp(copy, "end.", 4) == 0);
    CHECK(opened == 16 && closed == 16);
}

static void copies(void)
{
    char bytes[] = "0123456789";
    CHECK(shim_memcpy(bytes + 2, "abc", 3) == bytes + 2 && strcmp(bytes, "01abc56789") == 0);
    CHECK(shim_memcpy(bytes, "xyz", 0) == bytes && strcmp(bytes, "01abc56789") == 0);
    CHECK(shim_memset(bytes + 8, '-' + 256, 2) == bytes + 8 &&
          strcmp(bytes, "01abc567--") == 0);
    CHECK(shim_memset(bytes + 1, 0, 0) == bytes + 1 && strcmp(bytes, "01abc567--") == 0);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void strings(void)
{
    static const char *const examples[] = {"", "a", "b", "ab", "abc", "abd", "\xff"};
    enum { COUNT = sizeof(examples) / sizeof(examples[0]) };
    for (size_t i = 0; i < COUNT; i++) {
        CHECK(shim_strlen(examples[i]) == strlen(examples[i]));
        for (size_t j = 0; j < COUNT; j++)
            CHECK(sign(shim_strcmp(examples[i], examples[j])) ==
                  sign(strcmp(examples[i], examples[j])));
    }
}

static void division(void)
{
    static const uint32_t numbers[] = {
        0,  1,   2,          3,          7,          10,         99,
        60, 365, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffff9, 0xffffffff};
    enum { COUNT = sizeof(numbers) / sizeof(*numbers) };
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 1; j < COUNT; j++) {
            const uint32_t a = numbers[i];
            const uint32_t b = numbers[j];
            CHECK(__aeabi_uidivmod(a, b) == ((uint64_t)(a % b) << 32 | a / b));
            CHECK(__aeabi_uidiv(a, b) == a / b);
            if (a == 0x80000000 && b == 0xffffffff)
                continue; /* the quotient is too large */
            const int32_t x = (int32_t)a;
            const int32_t y = (int32_t)b;
            CHECK(__aeabi_idivmod(x, y) ==
                  ((uint64_t)(uint32_t)(x % y) << 32 | (uint32_t)(x / y)));
            CHECK(__aeabi_idiv(x, y) == x / y);
        }
    }
    __aeabi_unwind_cpp_pr0();
    __aeabi_unwind_cpp_pr1();
}

int main(void)
{
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    void *const pages =
        mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    page = (uintptr_t)pages;
    CHECK(munmap((char *)pages + page_size, page_size) == 0);
    memcpy((char *)pages + page_size - 4, "end.", 4);
    reads();
    with_descriptor_0();
    copies();
    strings();
    division();
    return 0;
}
