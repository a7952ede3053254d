/* The entrypoint: where it finds the library, what it refuses and prints, and the environment
   of the command. */
#include "helper.h"

static bool has_variable(const char *name, const char *value)
{
    const char *const given = environment_value(done.variables, name);
    return given && strcmp(given, value) == 0;
}

static void check_found(const char *link, const char *executed, const char *library)
{
    begin();
    kernel.link = link;
    kernel.there[0] = library;
    CHECK(start_as(executed, WORDS("./argument", "true"), WORDS("PATH=/bin")) == STARTED);
    CHECK(has_variable("LD_PRELOAD=", library));
    CHECK(!*done.printed);
}

static void check_places(void)
{
    check_found("/opt/entrypoint", "/x", "/opt/libnosigpipe.so");
    check_found("/opt/bin/entrypoint", NULL, "/opt/lib/libnosigpipe.so");
    check_found("/opt/bin/entrypoint", NULL, "/opt/lib64/libnosigpipe.so");
    check_found("/opt/bin/entrypoint", NULL, "/opt/lib/x86_64-linux-gnu/libnosigpipe.so");
    check_found("/entrypoint", NULL, "/libnosigpipe.so");
    /* An unreachable path is not used; without /proc, the path comes from elsewhere. */
    check_found("(unreachable)/entrypoint", "/opt/entrypoint", "/opt/libnosigpipe.so");
    check_found("", "/opt/entrypoint", "/opt/libnosigpipe.so");
    check_found(NULL, "/opt/entrypoint", "/opt/libnosigpipe.so");
    check_found(NULL, "sub/entrypoint", "/home/sub/libnosigpipe.so");
    check_found(NULL, NULL, "/home/./libnosigpipe.so");
    begin();
    kernel.link = NULL;
    kernel.folder = "/";
    CHECK(start_as("opt/entrypoint", WORDS("x", "true"), WORDS("PATH=/bin")) == STARTED);
    kernel.folder = NULL;
    CHECK(start_as("opt/entrypoint", WORDS("x", "true"), WORDS("PATH=/bin")) == STARTED);
    kernel.there[0] = NULL;
    CHECK(START("true") == STATUS_FAILED && !*done.tried);
    /* A bad argument 0 is harmless, even if nothing else is known. */
    static char longest[2 * PATH_MAX];
    memset(longest, '/', sizeof(longest) - 1);
    kernel.link = NULL;
    CHECK(start_as(NULL, WORDS(longest, "true"), WORDS(NULL)) == STATUS_FAILED);
    CHECK(!*done.tried);
}

static void check_refused(void)
{
    begin();
    CHECK(start_as(NULL, WORDS(NULL), WORDS(NULL)) == STATUS_FAILED); /* no argument 0 either */
    check_printed("no command given (usage: nosigpipe-entrypoint [OPTION]... [--] COMMAND "
                  "[ARGUMENT]...)");
    CHECK(start_as(NULL, WORDS("x"), WORDS(NULL)) == STATUS_FAILED);
    CHECK(START("") == STATUS_FAILED && START("--") == STATUS_FAILED);
    CHECK(START("-x") == STATUS_FAILED && !*done.tried);
    static const char *const unusual[] = {" ", ":", "\t", "\n", "\v", "\f", "\r"};
    for (size_t i = 0; i < sizeof(unusual) / sizeof(unusual[0]); i++) {
        char link[100];
        char library[100];
        snprintf(link, sizeof(link), "/a%sb/entrypoint", unusual[i]);
        snprintf(library, sizeof(library), "/a%sb/libnosigpipe.so", unusual[i]);
        kernel.link = link;
        kernel.there[0] = library;
        CHECK(START("true") == STATUS_FAILED && !*done.tried);
    }
    check_found("/a\bb\016c\xff/entrypoint", NULL, "/a\bb\016c\xff/libnosigpipe.so");
}

static void check_shown(void)
{
    begin();
    CHECK(START("--version") == 0 && done.writes == 1);
    kernel.taken[0] = 5;
    kernel.taken[1] = 1;
    CHECK(START("-V") == 0 && done.writes == 3);
    CHECK(strncmp(done.shown, "nosigpipe-entrypoint ", 21) == 0);
    kernel.taken[1] = -EPIPE;
    CHECK(START("--help") == STATUS_FAILED && done.writes == 2);
    check_printed("cannot write to standard output: Broken pipe");
    kernel.taken[1] = 0;
    CHECK(START("-h") == STATUS_FAILED && done.writes == 2);
    check_printed("cannot write to standard output");
}

/* Every error is printed as by this system's strerror(3), or as its number. */
static void check_errors(void)
{
    char by_words[200];
    char by_number[200];
    unsigned words = 0;
    for (int error = 1; error < 134; error++) {
        done = (struct done){.writes = 0};
        print_message("before ", "a\x1f\x7f\xc2\x80\xc2\xa0\xc3\x80z", " after", -error);
        const char *front = "nosigpipe-entrypoint: before 'a???\xc2\xa0\xc3\x80z' after";
        snprintf(by_words, sizeof(by_words), "%s: %s\n", front, strerror(error));
        snprintf(by_number, sizeof(by_number), "%s: error %d\n", front, error);
        words += strcmp(done.printed, by_words) == 0;
        CHECK(strcmp(done.printed, by_words) == 0 || strcmp(done.printed, by_number) == 0);
    }
    CHECK(words > 10);
    static char longest[3 * PATH_MAX];
    memset(longest, 'x', sizeof(longest) - 1);
    done = (struct done){.writes = 0};
    print_message("", longest, "", 0);
    CHECK(strlen(done.printed) > PATH_MAX && done.printed[strlen(done.printed) - 1] == '\n');
}

static void check_environment(void)
{
    begin();
    CHECK(start_as(NULL, WORDS("x", "true"),
                   WORDS("LD_PRELOAD=/opt/libnosigpipe.so:/a.so", "PATH=/bin", "LD_PRELOAD=",
                         "NOSIGPIPE_OPTIONS=off", "LD_PRELOAD=/opt/libnosigpipe.so.x /b.so",
                         "NOSIGPIPE_OPTIONS=", "NOSIGPIPE_OPTIONS=of")) == STARTED);
    static const char *const expected[] = {
        "LD_PRELOAD=/opt/libnosigpipe.so:/a.so",
        "PATH=/bin",
        "LD_PRELOAD=/opt/libnosigpipe.so",
        "NOSIGPIPE_OPTIONS=off",
        "LD_PRELOAD=/opt/libnosigpipe.so.x /b.so:/opt/libnosigpipe.so",
        "NOSIGPIPE_OPTIONS=stdio=default,log=stderr",
        "NOSIGPIPE_OPTIONS=stdio=default,log=stderr,of"};
    size_t count = 0;
    for (; done.variables[count]; count++)
        CHECK(strcmp(done.variables[count], expected[count]) == 0);
    CHECK(count == sizeof(expected) / sizeof(expected[0]));
    CHECK(START("true", "a") == STARTED);
    CHECK(has_variable("NOSIGPIPE_OPTIONS=", "stdio=default,log=stderr"));
    CHECK(done.arguments[1] && strcmp(done.arguments[1], "a") == 0 && !done.arguments[2]);
}

int main(void)
{
    check_places();
    check_refused();
    check_shown();
    check_errors();
    check_environment();
    return 0;
}
