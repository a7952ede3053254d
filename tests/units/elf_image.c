/* The object that code is part of, by its headers in memory (System V ABI, "Object Files"), and
   code that is part of none. */
#include "../../shim/unwind/elf_image.h"

#include <elf.h>
#include <link.h>

#include "made.h"

/* The address of the headers in memory, and the address in the file. */
enum { HEADERS = 0x200, VIRTUAL = 0x400000, CODE = 0x1000, CODE_SIZE = 0x1800, MOST = 64 };
enum { BIAS = MEMORY_START - VIRTUAL };

static struct elf_image image;
static ElfW(Ehdr) header;
static ElfW(Phdr) segments[MOST + 1];

/* A file as linkers make it, with code in two segments. */
static void sound_file(void)
{
    header = (ElfW(Ehdr)){.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3},
                          .e_phoff = HEADERS,
                          .e_phentsize = sizeof(ElfW(Phdr)),
                          .e_phnum = 7};
    memset(segments, 0, sizeof(segments));
    segments[0] = (ElfW(Phdr)){.p_type = PT_NOTE, .p_vaddr = VIRTUAL + 0x10};
    segments[1] =
        (ElfW(Phdr)){.p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr = VIRTUAL, .p_memsz = 0x800};
    segments[2] = (ElfW(Phdr)){.p_type = PT_LOAD,
                               .p_flags = PF_R | PF_X,
                               .p_offset = 0x900,
                               .p_vaddr = VIRTUAL + CODE,
                               .p_filesz = 0x10,
                               .p_memsz = 0x800};
    segments[3] = (ElfW(Phdr)){.p_type = PT_LOAD,
                               .p_flags = PF_X,
                               .p_offset = 0x1100,
                               .p_vaddr = VIRTUAL + CODE + 0x1000,
                               .p_memsz = CODE_SIZE - 0x1000};
    segments[4] = (ElfW(Phdr)){.p_type = PT_LOAD,
                               .p_flags = PF_R | PF_W,
                               .p_vaddr = VIRTUAL + 0x3000,
                               .p_memsz = 0x800};
    segments[5] = (ElfW(Phdr)){.p_type = PT_DYNAMIC, .p_vaddr = VIRTUAL + 0x3100};
    segments[6] = (ElfW(Phdr)){.p_type = PT_GNU_EH_FRAME, .p_vaddr = VIRTUAL + 0x700};
}

static void make_file(void)
{
    made.maps = "10000-12000 r--p 00000000 fe:01 5 /lib/liba.so\n"
                "12000-14000 r-xp 00001000 fe:01 5 /lib/liba.so\n"
                "20000-21000 r-xp 00000000 00:00 0 \n";
    made.size = 0;
    make_bytes(&header, sizeof(header));
    make_until(HEADERS);
    make_bytes(segments, header.e_phnum <= MOST ? header.e_phnum * sizeof(segments[0])
                                                : sizeof(segments));
}

/* Finds the image at an address of the file's code. */
static bool is_found(void)
{
    make_file();
    image = (struct elf_image){0};
    CHECK(elf_image_find(MEMORY_START + 0x2100, &image));
    const bool found = image.name.size != 0;
    CHECK(found || (!image.start && !image.end && !image.load_bias && !image.eh_frame_hdr &&
                    !image.dynamic));
    return found;
}
#define FOUND_WITH(member, value) (sound_file(), (member) = (value), is_found())

static void sound(void)
{
    sound_file();
    CHECK(is_found());
    CHECK(image.start == MEMORY_START + CODE && image.end == MEMORY_START + CODE + CODE_SIZE);
    CHECK(image.load_bias == (uintptr_t)BIAS);
    CHECK(image.eh_frame_hdr == MEMORY_START + 0x700 && image.dynamic == MEMORY_START + 0x3100);
    CHECK(image.name.size == 7 && memcmp(image.name.bytes, "liba.so", 7) == 0);
    /* A file whose first segment does not begin at its start, and a file without tables. */
    sound_file();
    for (unsigned i = 1; i <= 4; i++)
        segments[i].p_vaddr += 0x5000;
    segments[1].p_offset = 0x5000;
    segments[5].p_type = segments[6].p_type = PT_NULL;
    for (unsigned i = 2; i <= 4; i++)
        segments[i].p_vaddr -= 0x5000;
    CHECK(is_found() && image.load_bias == (uintptr_t)BIAS && !image.eh_frame_hdr &&
          !image.dynamic);
    CHECK(image.start == MEMORY_START + CODE);
}

/* Code alone, in the first segment. */
static void one_segment(void)
{
    sound_file();
    header.e_phnum = 1;
    segments[0] = segments[2];
    segments[0].p_offset = CODE;
    segments[0].p_memsz = CODE_SIZE;
    CHECK(is_found() && image.load_bias == (uintptr_t)BIAS);
    CHECK(image.start == MEMORY_START + CODE && image.end == image.start + CODE_SIZE);
}

static void found_before(void)
{
    sound_file();
    CHECK(is_found());
    made.maps = NULL; /* so that nothing new is found */
    const struct elf_image before = image;
    CHECK(elf_image_find(image.start, &image) && elf_image_find(image.end - 1, &image));
    CHECK(image.start == before.start && image.load_bias == before.load_bias);
    CHECK(!elf_image_find(image.end, &image) && image.start == 0 && image.name.size == 0);
    image = before;
    CHECK(!elf_image_find(image.start - 1, &image) && image.end == 0);
}

static void no_object(void)
{
    for (unsigned i = 0; i < 4; i++)
        CHECK(!FOUND_WITH(header.e_ident[i], 'x'));
    CHECK(!FOUND_WITH(header.e_phentsize, sizeof(segments[0]) + 1));
    CHECK(!FOUND_WITH(header.e_phnum, 0) && !FOUND_WITH(header.e_phnum, 1));
    CHECK(FOUND_WITH(header.e_phnum, MOST) && !FOUND_WITH(header.e_phnum, MOST + 1));
    /* Headers that are not mapped: all of them, and only the last. */
    CHECK(!FOUND_WITH(header.e_phoff, 0x100000));
    CHECK(!FOUND_WITH(header.e_phoff, HEADERS + sizeof(segments[0])));
    /* An address outside the code of the segments. */
    CHECK(!FOUND_WITH(segments[3].p_memsz, 0x100) && FOUND_WITH(segments[3].p_memsz, 0x101));
    CHECK(!FOUND_WITH(segments[3].p_flags, PF_R));
    CHECK(!FOUND_WITH(segments[2].p_vaddr, VIRTUAL + 0x2101));
    CHECK(FOUND_WITH(segments[2].p_vaddr, VIRTUAL + 0x2100));
    made.size = 8;
    made_ready();
    image = (struct elf_image){0};
    CHECK(elf_image_find(MEMORY_START + 0x2100, &image) && !image.name.size);
}

/* Code that is in no file, and memory that is not code. */
static void no_file(void)
{
    sound_file();
    make_file();
    CHECK(!elf_image_find(MEMORY_START + 0x100, &image) && !image.start && !image.name.size);
    CHECK(!elf_image_find(MEMORY_START + 0x4000, &image));
    made.maps = "20000-21000 r-xp 00000000 00:00 0 \n";
    CHECK(elf_image_find(0x20000, &image) && !image.start && !image.end && !image.name.size);
    made.maps = NULL;
    CHECK(!elf_image_find(0x20000, &image));
}

int main(void)
{
    sound();
    one_segment();
    found_before();
    no_object();
    no_file();
    return 0;
}
