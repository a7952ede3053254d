#include "unwind/elf_image.h"

#include <link.h>

#include "base/safe_read.h"

enum { MOST_SEGMENTS = 64 };

static bool is_elf(const ElfW(Ehdr) * header)
{
    return header->e_ident[EI_MAG0] == ELFMAG0 && header->e_ident[EI_MAG1] == ELFMAG1 &&
           header->e_ident[EI_MAG2] == ELFMAG2 && header->e_ident[EI_MAG3] == ELFMAG3 &&
           header->e_phentsize == sizeof(ElfW(Phdr)) && header->e_phnum <= MOST_SEGMENTS;
}

static void read_segment(const ElfW(Phdr) * segment, struct elf_image *image)
{
    const uintptr_t start = image->load_bias + segment->p_vaddr;
    if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X)) {
        image->start = image->start ? image->start : start;
        image->end = start + segment->p_memsz;
    } else if (segment->p_type == PT_GNU_EH_FRAME) {
        image->eh_frame_hdr = start;
    } else if (segment->p_type == PT_DYNAMIC) {
        image->dynamic = start;
    }
#if defined(HAS_EXIDX)
    if (segment->p_type == PT_ARM_EXIDX)
        image->exidx = (struct exidx_table){start, segment->p_memsz};
#endif
}

/* `file_start` is the address at which the start of the file is mapped. */
static uintptr_t find_load_bias(const ElfW(Ehdr) * header, uintptr_t file_start)
{
    ElfW(Phdr) segment = {0};
    for (unsigned i = 0; i < header->e_phnum && segment.p_type != PT_LOAD; i++)
        safe_read(&segment, file_start + header->e_phoff + i * sizeof(segment),
                  sizeof(segment));
    return file_start - (segment.p_vaddr - segment.p_offset);
}

/* Whether an object is mapped at `file_start` that has code at `address`. */
static bool read_headers(uintptr_t file_start, uintptr_t address, struct elf_image *image)
{
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    if (!file_start || !safe_read(&header, file_start, sizeof(header)) || !is_elf(&header))
        return false;
    image->load_bias = find_load_bias(&header, file_start);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!safe_read(&segment, file_start + header.e_phoff + i * sizeof(segment),
                       sizeof(segment)))
            return false;
        read_segment(&segment, image);
    }
    return address - image->start < image->end - image->start;
}

bool elf_image_find(uintptr_t address, struct elf_image *image)
{
    struct proc_map map;
    if (address - image->start < image->end - image->start)
        return true;
    *image = (struct elf_image){0};
    if (!proc_maps_find(address, &map) || !map.executable)
        return false;
    if (read_headers(map.file_start, address, image))
        image->name = map.name;
    else
        *image = (struct elf_image){0};
    return true;
}
