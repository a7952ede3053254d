/* The resident's image: what this program has of it, and what is in a process. */
#include "attach/attach.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "config/options.h"
#include "signal/disposition.h"

extern const char resident_file[];
extern const uint32_t resident_file_size;

/* clang-format off */
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        ".hidden resident_file, resident_file_size\n"
        ".globl resident_file, resident_file_size\n"
        "resident_file: .incbin \"ld-nosigpipe.so\"\n"
        ".balign 4\n"
        "resident_file_size: .long . - resident_file\n"
        ".popsection\n");
/* clang-format on */

enum { MOST_HEADERS = 16, NOTES_SIZE = 256 };

/* The note's name, padded to 4 bytes, precedes its descriptor. */
enum { NOTE_NAME_SIZE = (sizeof(RESIDENT_NOTE_NAME) + 3) & ~3U };

/* linux/prctl.h, Linux 5.17 */
#if !defined(PR_SET_VMA)
#define PR_SET_VMA           0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

/* The start of the page of an address, at the largest size of pages that the CPU has. */
static uintptr_t page_of(const ElfW(Phdr) * segment, uintptr_t address)
{
    return address & ~(uintptr_t)(segment->p_align - 1);
}

static bool equals(const void *a, const void *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (((const char *)a)[i] != ((const char *)b)[i])
            return false;
    }
    return true;
}

/* Where an ELF file's bytes are: in this program, or in the target's memory. */
struct source {
    const struct target *target; /* NULL: resident_file */
    uintptr_t base;
};

static bool read_source(const struct source *source, void *to, size_t offset, size_t size)
{
    if (source->target)
        return read_memory(source->target, to, source->base + offset, size);
    if (size > resident_file_size || offset > resident_file_size - size)
        return false;
    memcpy(to, resident_file + offset, size);
    return true;
}

/* Reads the notes of a segment; elf(5), "Notes". Both parts are padded to 4 bytes. The
   descriptor of another version may have another size. */
static bool find_note(const char *notes, size_t size, struct resident *resident, size_t *at)
{
    ElfW(Nhdr) header;
    for (size_t i = 0; i + sizeof(header) <= size;) {
        memcpy(&header, notes + i, sizeof(header));
        const size_t name = i + sizeof(header);
        const size_t descriptor = name + ((header.n_namesz + 3) & ~3U);
        if (header.n_namesz > size || header.n_descsz > size || descriptor > size)
            return false;
        if (header.n_namesz == sizeof(RESIDENT_NOTE_NAME) &&
            header.n_type == RESIDENT_NOTE_TYPE &&
            equals(notes + name, RESIDENT_NOTE_NAME, sizeof(RESIDENT_NOTE_NAME))) {
            resident->known = header.n_descsz == sizeof(resident->note) &&
                              descriptor + sizeof(resident->note) <= size;
            if (resident->known)
                memcpy(&resident->note, notes + descriptor, sizeof(resident->note));
            *at = descriptor;
            return true;
        }
        i = descriptor + ((header.n_descsz + 3) & ~3U);
    }
    return false;
}

/* Reads the ELF headers; false if this is no resident. The addresses in the file begin at 0,
   and the first segment has the headers and the note at their offsets. */
static bool read_resident(const struct source *source, struct resident *resident,
                          ElfW(Phdr) * segments)
{
    ElfW(Ehdr) file;
    char notes[NOTES_SIZE];
    bool found = false;
    unsigned loaded = 0;
    *resident = (struct resident){.base = source->base};
    if (!read_source(source, &file, 0, sizeof(file)) ||
        !equals(file.e_ident, ELFMAG, SELFMAG) || file.e_phentsize != sizeof(*segments) ||
        file.e_phnum > MOST_HEADERS)
        return false;
    for (unsigned i = 0; i < file.e_phnum; i++) {
        ElfW(Phdr) segment;
        if (!read_source(source, &segment, file.e_phoff + i * sizeof(segment), sizeof(segment)))
            return false;
        if (segment.p_type == PT_LOAD && loaded < 2) {
            segments[loaded++] = segment;
            resident->size =
                page_of(&segment, segment.p_vaddr + segment.p_memsz + segment.p_align - 1);
        }
        size_t at = 0;
        const size_t size = segment.p_filesz < NOTES_SIZE ? segment.p_filesz : NOTES_SIZE;
        if (segment.p_type == PT_NOTE && read_source(source, notes, segment.p_vaddr, size) &&
            find_note(notes, size, resident, &at)) {
            resident->note_at = source->base + segment.p_vaddr + at;
            found = true;
        }
    }
    return found && loaded == 2;
}

static struct resident read_own(ElfW(Phdr) * segments)
{
    const struct source own = {NULL, 0};
    struct resident resident;
    read_resident(&own, &resident, segments);
    return resident;
}

size_t resident_mapped_size(void)
{
    ElfW(Phdr) segments[2] = {{0}};
    return read_own(segments).size;
}

struct search {
    const struct target *target;
    struct resident *resident;
};

/* A mapping of its own has the name that resident_map() gives it, or none. */
static bool look_at(const struct mapping *mapping, void *data)
{
    ElfW(Phdr) segments[2] = {{0}};
    struct search *const search = data;
    struct resident found;
    const struct source there = {search->target, mapping->start};
    if (!mapping->executable || mapping->writable || mapping->offset != 0 ||
        (mapping->name[0] && strcmp(mapping->name, "[anon:" RESIDENT_NOTE_NAME "]") != 0 &&
         strcmp(mapping->name, "ld-nosigpipe.so") != 0) ||
        !read_resident(&there, &found, segments))
        return false;
    const struct resident own = read_own(segments);
    found.same_build = found.known && equals(&own.note, &found.note, sizeof(own.note));
    *search->resident = found;
    return found.same_build;
}

void resident_find(const struct target *target, struct resident *resident)
{
    struct search search = {target, resident};
    *resident = (struct resident){0};
    proc_maps(target->pid, look_at, &search);
}

static bool write_image(const struct target *target, uintptr_t base,
                        const ElfW(Phdr) * segments)
{
    for (int i = 0; i < 2; i++) {
        if (!write_memory(target, base + segments[i].p_vaddr,
                          resident_file + segments[i].p_offset, segments[i].p_filesz))
            return false;
    }
    return true;
}

static bool set_names(const struct target *target, const struct resident *resident)
{
    const uintptr_t program = resident_place(resident, resident->note.state) +
                              offsetof(struct resident_state, program);
    return write_memory(target, program, target->name, sizeof(target->name)) &&
           write_memory(target, resident_place(resident, resident->note.program_name), &program,
                        sizeof(program)) &&
           write_memory(target, resident_place(resident, resident->note.sandboxed),
                        &target->filtered, sizeof(target->filtered));
}

/* All is mapped without PROT_WRITE, and the part with variables gets it instead of PROT_EXEC: a
   process may refuse both at once (prctl(2), PR_SET_MDWE). A tracer may write all the same. */
long resident_map(const struct target *target, struct thread *thread, uintptr_t hint,
                  struct resident *resident)
{
    ElfW(Phdr) segments[2] = {{0}};
    *resident = read_own(segments);
#if defined(SYS_mmap2)
    const long map = SYS_mmap2;
#else
    const long map = SYS_mmap;
#endif
    const long base = THREAD_CALL(thread, map, hint, resident->size, PROT_READ | PROT_EXEC,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* EAGAIN is the limit of locked memory (mmap(2)), and has another meaning to the caller. */
    if (base < 0 && base >= -4095)
        return base == -EAGAIN ? -ENOMEM : base;
    resident->base = (uintptr_t)base;
    resident->note_at += (uintptr_t)base;
    resident->same_build = true;
    const uintptr_t variables = page_of(&segments[1], segments[1].p_vaddr);
    long answer = -EIO;
    if (write_image(target, resident->base, segments)) {
        thread->instruction = resident_place(resident, resident->note.call);
        answer = THREAD_CALL(thread, SYS_mprotect, resident->base + variables,
                             resident->size - variables, PROT_READ | PROT_WRITE);
    }
    if (answer == 0 && !set_names(target, resident))
        answer = -EIO;
    /* The name is shown in /proc/PID/maps as [anon:nosigpipe]. A kernel without
       CONFIG_ANON_VMA_NAME refuses it, and nothing depends on it. */
    THREAD_CALL(thread, SYS_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, resident->base,
                resident->size, resident->note_at - NOTE_NAME_SIZE, 0);
    if (answer != 0) {
        /* Where that call cannot be made either, no later visit must find the remains. */
        static const char none[SELFMAG];
        write_memory(target, resident->base, none, sizeof(none));
        THREAD_CALL(thread, SYS_munmap, resident->base, resident->size);
    }
    return answer;
}

/* The log is off while its path changes, since other threads may be in the guard. */
bool resident_set_options(const struct target *target, const struct resident *resident)
{
    const struct options none = {0};
    const uintptr_t at = resident_place(resident, resident->note.options);
    return write_memory(target, at, &none, sizeof(none)) &&
           write_memory(target, resident_place(resident, resident->note.log_path),
                        options_log_path, LOG_PATH_SIZE) &&
           write_memory(target, at, &options, sizeof(options));
}

struct kernel_sigaction resident_guard_action(const struct target *target,
                                              const struct resident *resident)
{
    const uintptr_t table = resident_place(resident, resident->note.stubs);
    int32_t distance = 0;
    read_memory(target, &distance, table + START_STUB * sizeof(distance), sizeof(distance));
    const struct disposition guard = {table + (uintptr_t)(intptr_t)distance, GUARD_FLAGS,
                                      guard_mask};
    struct kernel_sigaction action = kernel_sigaction_for(guard);
    if (resident->note.restorer)
        action.restorer = (void (*)(void))resident_place(resident, resident->note.restorer);
    return action;
}
