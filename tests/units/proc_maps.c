/* /proc/self/maps: which mapping holds an address, whether it is code, and where the start of
   its file is mapped. The lines are those of proc_pid_maps(5), and what else the kernel writes
   (fs/proc/task_mmu.c, show_map_vma). */
#include "../../shim/unwind/proc_maps.h"

#include <link.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "made.h"

static struct proc_map found;

static bool find(uintptr_t address)
{
    made.maps_chunk = 0;
    const bool is_found = proc_maps_find(address, &found);
    /* However few bytes the kernel returns at a time. */
    static const size_t chunks[] = {1, 7, 250, 400};
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct proc_map again;
        made.maps_chunk = chunks[i];
        CHECK(proc_maps_find(address, &again) == is_found && !made.maps_open);
        CHECK(!is_found ||
              (again.file_start == found.file_start && again.name.size == found.name.size));
    }
    return is_found;
}

static bool is_named(const char *name)
{
    return found.name.size == strlen(name) && memcmp(found.name.bytes, name, strlen(name)) == 0;
}

/* Whether the address is mapped, with which rights, and from which file. */
static bool is_part(uintptr_t address, bool executable, uintptr_t file_start, const char *name)
{
    return find(address) && found.executable == executable && found.file_start == file_start &&
           is_named(name);
}

static void example_of_the_manual(void)
{
    made.maps = "00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon\n"
                "00651000-00652000 r--p 00051000 08:02 173521      /usr/bin/dbus-daemon\n"
                "00652000-00655000 rw-p 00052000 08:02 173521      /usr/bin/dbus-daemon\n"
                "00e03000-00e24000 rw-p 00000000 00:00 0           [heap]\n"
                "35b1800000-35b1820000 r-xp 00000000 08:02 135522  /usr/lib64/ld-2.15.so\n"
                "35b1a1f000-35b1a20000 r--p 0001f000 08:02 135522  /usr/lib64/ld-2.15.so\n"
                "35b1a21000-35b1a22000 rw-p 00000000 00:00 0 \n"
                "f2c6ff8c000-7f2c7078c000 rw-p 00000000 00:00 0    [stack:986]\n"
                "7fffb2c0d000-7fffb2c2e000 rw-p 00000000 00:00 0   [stack]\n"
                "7fffb2d48000-7fffb2d49000 r-xp 00000000 00:00 0   [vdso]\n"
                "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n";
    CHECK(!find(0) && !find(0x3fffff));
    CHECK(is_part(0x400000, true, 0x400000, "dbus-daemon"));
    CHECK(is_part(0x451fff, true, 0x400000, "dbus-daemon"));
    CHECK(!find(0x452000) && !find(0x650fff));
    CHECK(is_part(0x651000, false, 0x400000, "dbus-daemon"));
    CHECK(is_part(0x652000, false, 0x400000, "dbus-daemon"));
    CHECK(is_part(0x35b1812345, true, 0x35b1800000, "ld-2.15.so"));
    CHECK(is_part(0x35b1a1fabc, false, 0x35b1800000, "ld-2.15.so"));
    CHECK(is_part(0x7fffb2d48def, true, 0x7fffb2d48000, "[vdso]"));
    CHECK(!find(0x7fffb2d49000) && !find(UINTPTR_MAX));
    CHECK(find(0xffffffffff600000) && found.executable);
}

/* The start of a file may be mapped twice in a row, for its next segment. If it is another
   file, or the mapping is elsewhere, it is a new start. */
static void starts_of_files(void)
{
    made.maps = "1000-2000 r--p 00000000 fe:01 5 /a\n"
                "2000-3000 r-xp 00000000 fe:01 5 /a\n"
                "3000-4000 r-xp 00000000 fe:01 6 /b\n"
                "4000-5000 r-xp 00000000 fe:02 6 /c\n"
                "5000-6000 r-xp 00000000 fd:02 6 /d\n"
                "6000-7000 r-xp 00001000 fd:02 6 /d\n"
                "7000-8000 r-xp 00000000 fd:02 6 /d\n"
                "9000-a000 r-xp 00000000 fd:02 6 /e\n"
                "b000-c000 r-xp 00001000 fd:02 9 /f\n"
                "c000-d000 r-xp 00000000 00:00 0 \n"
                "d000-e000 r-xp 00000000 00:00 0 [anon:[vdso]\n"
                "e000-f000 r-xp 00000000 00:00 0 [vdsn]\n"
                "f000-10000 r-xp 00000000 00:00 0 [vdso]\n";
    CHECK(is_part(0x1800, false, 0x1000, "a") && is_part(0x2800, true, 0x1000, "a"));
    CHECK(is_part(0x3800, true, 0x3000, "b") && is_part(0x4800, true, 0x4000, "c"));
    CHECK(is_part(0x5800, true, 0x5000, "d") && is_part(0x6800, true, 0x5000, "d"));
    CHECK(is_part(0x7800, true, 0x7000, "d") && is_part(0x9800, true, 0x9000, "e"));
    CHECK(is_part(0xb800, true, 0x9000, "e") && is_part(0xc800, true, 0x9000, "e"));
    CHECK(is_part(0xd800, true, 0x9000, "e") && is_part(0xe800, true, 0x9000, "e"));
    CHECK(is_part(0xf800, true, 0xf000, "[vdso]"));
    made.maps = "1000-2000 rw-p 00000000 00:00 0 [heap]\n3000-4000 r-xp 00000000 00:00 0 \n";
    CHECK(is_part(0x1000, false, 0, "") && is_part(0x3000, true, 0, ""));
    /* 2 to the power of 20 minor numbers (include/linux/kdev_t.h). */
    made.maps = "1000-2000 r--p 00000000 01:00 5 /a\n2000-3000 r-xp 00000000 00:80000 5 /b\n";
    CHECK(is_part(0x2000, true, 0x2000, "b"));
}

static void names(void)
{
    made.maps = "1000-2000 r-xp 00000000 fe:01 5   /x y/lib c.so\n"
                "2000-3000 r-xp 00000000 fe:01 6   /a/b (deleted)\n"
                "3000-4000 r-xp 00000000 fe:01 7   /a/b (deleted).so\n"
                "4000-5000 r-xp 00000000 fe:01 8   /a\\012b\n"
                "5000-6000 r-xp 00000000 fe:01 9   / (deleted)\n"
                "6000-7000 r-xp 00000000 fe:01 10  /a/(deleted)\n"
                "7000-8000 r-xp 00000000 fe:01 11  /a/b_(deleted)\n";
    CHECK(is_part(0x7000, true, 0x7000, "b_(deleted)"));
    CHECK(is_part(0x1000, true, 0x1000, "lib c.so") && is_part(0x2000, true, 0x2000, "b"));
    CHECK(is_part(0x3000, true, 0x3000, "b (deleted).so"));
    CHECK(is_part(0x4000, true, 0x4000, "a\\012b"));
    CHECK(is_part(0x6000, true, 0x6000, "(deleted)"));
    made.maps = "1000-2000 r-xp 00000000 fe:01 5 "
                "/lib/123456789 123456789 123456789 123456789 123456789 123456789 1234\n";
    CHECK(is_part(0x1000, true, 0x1000,
                  "123456789 123456789 123456789 123456789 123456789 123456789 1234"));
    made.maps = "1000-2000 r-xp 00000000 fe:01 5 "
                "/lib/123456789 123456789 123456789 123456789 123456789 123456789 12345\n";
    CHECK(is_part(0x1000, true, 0x1000,
                  "123456789 123456789 123456789 123456789 123456789 123456789 1234"));
}

static int check_object(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size, (void)data;
    const char *const slash = strrchr(info->dlpi_name, '/');
    for (unsigned i = 0; slash && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const segment = &info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD)
            CHECK(is_part(start, segment->p_flags & PF_X, info->dlpi_addr, slash + 1));
    }
    return 0;
}

/* The mappings of this process, against what the loader and the kernel report. */
static void this_process(void)
{
    static char lines[1 << 16];
    const int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    ssize_t got = 0;
    for (size_t size = 0; (got = read(fd, lines + size, sizeof(lines) - 1 - size)) > 0;)
        size += (size_t)got;
    CHECK(fd >= 0 && got == 0 && close(fd) == 0);
    made.maps = lines;
    dl_iterate_phdr(check_object, NULL);
    const uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
    CHECK(!vdso || is_part(vdso, true, vdso, "[vdso]"));
}

/* Lines that end too early, and no line at all. */
static void ends(void)
{
    made.maps = "";
    CHECK(!find(0x1000));
    made.maps = "1000-2000 r-xp 00000000 fe:01 5 /a";
    CHECK(is_part(0x1fff, true, 0x1000, "a") && !find(0x2000));
    made.maps = "1000-2000 r-xp";
    CHECK(!find(0x2000));
    made.maps = "1000-\n1000-2000 r-xp 00000000 fe:01 5 /a\n";
    CHECK(!find(0x1000));
    made.maps = NULL;
    CHECK(!find(0x1000));
}

int main(void)
{
    example_of_the_manual();
    starts_of_files();
    names();
    this_process();
    ends();
    return 0;
}
