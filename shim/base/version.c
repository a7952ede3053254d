/*
 * What the object says of its version: to who executes it, in a text that strings(1) finds, and
 * in an ELF note, which strip(1) keeps since it is part of what is loaded.
 */
#include "base/version.h"
#include "base/syscall.h"

#include <unistd.h>

#if defined(NOSIGPIPE_RESIDENT)
static const char text[] =
    "ld-nosigpipe.so " VERSION ": the interpreter of static programs; see nosigpipe-embed(1)\n";
#else
static const char text[] =
    "libnosigpipe.so " VERSION ": to be preloaded; see libnosigpipe(7) and nosigpipe(1)\n";

/* NT_VERSION of elf.h. The resident's note, whose descriptor is longer, begins so, too. */
__asm__(".pushsection .note.nosigpipe, \"a\", %note\n"
        ".balign 4\n"
        ".long 1f - 0f, 3f - 2f, 1\n"
        "0: .asciz \"nosigpipe\"\n"
        "1: .balign 4\n"
        "2: .asciz \"" VERSION "\"\n"
        "3: .balign 4\n"
        ".popsection\n");

/*
 * The library's entry point. Where the kernel itself maps the object, it looks up no symbol and
 * relocates nothing: so what runs here is in this file, and needs only addresses relative to
 * its own. No caller has aligned the stack as for a call (x86), so nothing may need that.
 *
 * No counter of gcov is kept when the object ends here.
 * GCOVR_EXCL_START
 */
__attribute__((used)) _Noreturn void _start(void);

_Noreturn void _start(void)
{
    version_show();
}
#endif

enum { STATUS_FAILED = 125 };

_Noreturn void version_show(void)
{
    const char *at = text;
    long written = 1;
    while (written > 0 && *at) {
        written = SYSCALL(SYS_write, STDOUT_FILENO, at, (size_t)(text + sizeof(text) - 1 - at));
        at += written;
    }
    for (;;)
        SYSCALL(SYS_exit_group, written > 0 ? 0 : STATUS_FAILED);
}
/* GCOVR_EXCL_STOP */
