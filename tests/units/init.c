/* The constructor: which environment it uses, and its steps in their order. */
#include "../../shim/init.c" // NOLINT(bugprone-suspicious-include): its functions are its own

#include <string.h>

#include "../fuzz/check.h"

struct options options;
struct next next;

/* The steps taken, one letter each, and the options to return. */
static char steps[16];
static char **environment_searched;
static bool searched_at_start;
static char **environment_released;
static struct options wanted;
static bool matters;
static const char text[] = "a value";

static void step(char letter)
{
    const size_t size = strlen(steps);
    CHECK(size < sizeof(steps) - 1);
    steps[size] = letter;
    steps[size + 1] = '\0';
}

const char *options_find(char **environment, bool at_start)
{
    environment_searched = environment;
    searched_at_start = at_start;
    step('o');
    return text;
}

void next_find(void)
{
    step('n');
}

bool options_read_off(const char *given)
{
    CHECK(given == text);
    return wanted.off;
}

void guard_remove(void)
{
    step('-');
}

void guard_install(void)
{
    step('g');
}

void options_read(const char *given)
{
    CHECK(given == text);
    step('r');
    options = wanted;
}

/* What the object's own options say. */
static bool left_out;

bool host_options_leave_out(char **environment, bool at_start)
{
    CHECK(environment == environment_searched && at_start == searched_at_start);
    return left_out;
}

void host_options_read(char **environment, bool at_start)
{
    CHECK(environment == environment_searched && at_start == searched_at_start);
    step('h');
}

void environment_release(char **environment)
{
    environment_released = environment;
    step('c');
}

void guard_begin_suppression(void)
{
    step('q');
}

void guard_ignore_instead(void)
{
    step('i');
}

void hidden_mask_start(void)
{
    step('m');
}

bool event_matters(void)
{
    return matters;
}

void call_names_remember(void)
{
    step('l');
}

void observed_writes_install(void)
{
    step('w');
}

void event_end(void)
{
    step('e');
}

static char *vector[] = {(char[]){"name"}, (char[]){"argument"}, NULL, (char[]){"A=b"}, NULL};

static bool starts_by(struct options choice, const char *expected)
{
    wanted = choice;
    options = (struct options){0};
    steps[0] = '\0';
    start(2, vector, vector + 3);
    return strcmp(steps, expected) == 0;
}

static void order(void)
{
    CHECK(starts_by((struct options){.off = true}, "on-"));
    CHECK(starts_by((struct options){0}, "onghrw"));
    CHECK(starts_by((struct options){.mode = MODE_FLAGS}, "onghrqw"));
    CHECK(starts_by((struct options){.mode = MODE_IGNORE}, "onghrqiw"));
    CHECK(starts_by((struct options){.mode = MODE_MASK}, "onghrqmw"));
    matters = true;
    CHECK(starts_by((struct options){0}, "onghrlw"));
    CHECK(starts_by((struct options){.off = true}, "on-"));
    CHECK(starts_by((struct options){.mode = MODE_MASK}, "onghrqmlw"));
    CHECK(!environment_released);
    CHECK(starts_by((struct options){.children = CHILDREN_RELEASE}, "onghrclw"));
    CHECK(environment_released == vector + 3);
    left_out = true;
    CHECK(starts_by((struct options){0}, "on-") && options.off);
    left_out = false;
    steps[0] = '\0';
    finish();
    CHECK(strcmp(steps, "e") == 0);
}

/* glibc passes main's environment, which the kernel puts after the arguments (execve(2)); musl
   leaves any values in the registers. */
static bool takes(int argc, char **argv, char **handed, bool what_is_handed)
{
    environment_searched = NULL;
    start(argc, argv, handed);
    steps[0] = '\0';
    return searched_at_start == what_is_handed &&
           environment_searched == (what_is_handed ? handed : __environ);
}

static void environments(void)
{
    CHECK(__environ && __environ != vector + 3);
    CHECK(takes(2, vector, vector + 3, true));
    CHECK(takes(0, vector + 2, vector + 3, true));
    CHECK(takes(2, vector, vector + 2, false));
    CHECK(takes(2, vector, vector + 4, false));
    CHECK(takes(2, vector, NULL, false));
    CHECK(takes(-1, vector + 3, vector + 3, false));
    CHECK(takes(-5, NULL, vector, false));
}

int main(int argc, char **argv)
{
    /* The _init of the program, and of each library that looks for it, has called
       __gmon_start__, and the constructor has run with the program's own environment. */
    const size_t early = strspn(steps, "g");
    CHECK(early > 0 && strcmp(steps + early, "onghrw") == 0 && searched_at_start);
    CHECK(environment_searched == argv + argc + 1);
    order();
    environments();
    return 0;
}
