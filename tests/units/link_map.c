/* The loaded objects, from the list for debuggers (the r_debug of <link.h>) or from
   dl_iterate_phdr(3), both of which are made here. */
#include "../../shim/link/link_map.h"

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* The code under test makes no system call. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}

/* In place of libc's (rules.mk). */
struct r_debug unit_r_debug;

static unsigned iterations;
static ElfW(Dyn) others_dynamic[1];
static ElfW(Phdr) segments[] = {{.p_type = PT_LOAD, .p_vaddr = 0x10},
                                {.p_type = PT_DYNAMIC, .p_vaddr = 0x20},
                                {.p_type = PT_NOTE, .p_vaddr = 0x30}};

int unit_dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data);
int unit_dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data)
{
    struct dl_phdr_info object = {.dlpi_addr = 0x1000, .dlpi_phdr = segments, .dlpi_phnum = 3};
    struct dl_phdr_info without = {.dlpi_addr = 0x5000, .dlpi_phdr = segments, .dlpi_phnum = 1};
    iterations++;
    CHECK(visit(&object, sizeof(object), data) == 0); /* go on */
    return visit(&without, sizeof(without), data);
}

static struct {
    struct link_map maps[8];
    size_t count;
} visited;

static void visit(const struct link_map *map, void *data)
{
    CHECK(data == &visited && visited.count < 8);
    visited.maps[visited.count++] = *map;
}

static size_t visit_all(void)
{
    visited.count = iterations = 0;
    link_map_visit(visit, &visited);
    return visited.count;
}

static bool is_found_by_iteration(void)
{
    return visit_all() == 2 && iterations == 1 && visited.maps[0].l_addr == 0x1000 &&
           (uintptr_t)visited.maps[0].l_ld == 0x1020 && visited.maps[1].l_addr == 0x5000 &&
           visited.maps[1].l_ld == NULL;
}

int main(void)
{
    struct link_map maps[3] = {{.l_addr = 1, .l_ld = others_dynamic, .l_next = &maps[1]},
                               {.l_addr = 2, .l_ld = _DYNAMIC, .l_next = &maps[2]},
                               {.l_addr = 3, .l_ld = others_dynamic}};
    CHECK(link_map_is_own(&maps[1]) && !link_map_is_own(&maps[0]));
    /* No list. */
    CHECK(is_found_by_iteration());
    /* The whole list, wherever the shim is in it. */
    unit_r_debug.r_map = maps;
    for (size_t own = 0; own < 3; own++) {
        for (size_t i = 0; i < 3; i++)
            maps[i].l_ld = i == own ? _DYNAMIC : others_dynamic;
        CHECK(visit_all() == 3 && iterations == 0);
        for (size_t i = 0; i < 3; i++)
            CHECK(visited.maps[i].l_addr == i + 1 && visited.maps[i].l_ld == maps[i].l_ld);
    }
    /* A list without the shim. */
    maps[2].l_ld = others_dynamic;
    CHECK(is_found_by_iteration());
    return 0;
}
