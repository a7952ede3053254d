#include "link/next.h"

#include "link/call_names.h"
#include "link/elf_lookup.h"

struct next next;

enum { CALL_COUNT = sizeof(struct next) / sizeof(void *) };

/* struct next ends with the older versions. */
static enum version version_of(size_t i)
{
    return i < offsetof(struct next, old_pthread_kill) / sizeof(void *) ? NEWEST : OLDEST;
}

/* The objects to look up a call in when it is first needed, to save time at the start. The
   write family is looked up at the start, so that its calls do not have to check. The objects
   that are there at the start are never unloaded, and no others are kept. */
enum { MOST_OBJECTS = 16 };
static struct elf_object objects[MOST_OBJECTS];
static size_t object_count;

static void look_up(const struct elf_object *object, size_t first, size_t count)
{
    void **const slots = (void **)&next;
    const char *name = call_names;
    for (size_t i = 0; i < first + count; i++, name = following_name(name)) {
        if (i >= first && !slots[i])
            slots[i] = elf_lookup_function(object, name, version_of(i));
    }
}

uintptr_t next_look_up(size_t offset)
{
    const size_t index = offset / sizeof(void *);
    void *const *const slot = (void **)&next + index;
    for (size_t i = 0; i < object_count && !*slot; i++)
        look_up(&objects[i], index, 1);
    return (uintptr_t)*slot;
}

struct next_own next_own;

static bool look_up_one(const struct elf_object *object, const char *name, void **slot)
{
    void *const found = elf_lookup_function(object, name, NEWEST);
    if (found)
        *slot = found;
    return found;
}

/* libc's definition is the last in the order of loading. One of the program's or a sanitizer's
   may not be ready when the constructor runs. */
static void look_up_own(const struct elf_object *object, const struct link_map *map,
                        bool behind)
{
    if (look_up_one(object, "pthread_self", (void **)&next_own.pthread_self) && behind) {
        next_own.start = object->base;
        next_own.size = (uintptr_t)map->l_ld - object->base;
    }
    look_up_one(object, "pthread_getcpuclockid", (void **)&next_own.pthread_getcpuclockid);
}

struct walk {
    bool everywhere; /* look up in the objects before the shim as well */
    bool behind;     /* the shim has been visited */
    bool keeps;      /* keep the objects for a lookup later */
    bool too_many;   /* there are more objects than can be kept */
};

static void visit(const struct link_map *map, void *data)
{
    struct walk *walk = data;
    struct elf_object object;
    if (link_map_is_own(map)) {
        walk->behind = true;
    } else if ((walk->behind || walk->everywhere) && elf_object_read(map, &object)) {
        look_up(&object, 0, walk->keeps ? WRITE_FAMILY : CALL_COUNT);
        look_up_own(&object, map, walk->behind);
        if (walk->keeps && object_count < MOST_OBJECTS)
            objects[object_count++] = object;
        else
            walk->too_many = true;
    }
}

void next_find(void)
{
    struct walk walk = {.keeps = true};
    link_map_visit(visit, &walk);
    if (next.write && !walk.too_many)
        return;
    object_count = 0;
    /* If the app has loaded the shim by dlopen(3), libc comes before the shim. */
    walk = (struct walk){.everywhere = !next.write};
    link_map_visit(visit, &walk);
}
