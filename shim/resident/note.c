#include "base/version.h"
#include "resident/resident.h"

struct resident_state resident_state;

char *program_invocation_short_name;

_Static_assert(sizeof(VERSION) <= 16, "the note has 16 bytes for it");

#if defined(RESTORER)
#define RESTORER_DISTANCE ".long __restore_rt - 2b\n"
#else
#define RESTORER_DISTANCE ".long 0\n"
#endif

#if defined(__x86_64__)
#define HOOK_DISTANCE ".long resident_hook - 2b\n"
#else
#define HOOK_DISTANCE ".long 0\n"
#endif

/* For a thread that makes a system call for a visitor. It stops behind that; if the visitor is
   gone by then, it must not go on with registers that are not its own. */
#if defined(CALL_FOR_VISITOR)
#define CALL_DISTANCE ".long resident_call - 2b\n"
__asm__(".text\n"
        ".hidden resident_call\n"
        "resident_call:\n" CALL_FOR_VISITOR);
#else
#define CALL_DISTANCE ".long 0\n"
#endif

/* In assembly, since C has no difference of addresses as a constant. */
/* clang-format off */
__asm__(".pushsection .note.nosigpipe, \"a\", %note\n"
        ".balign 4\n"
        ".long 1f - 0f, 3f - 2f, 1\n"
        "0: .asciz \"" RESIDENT_NOTE_NAME "\"\n"
        "1: .balign 4\n"
        "2: .ascii \"" VERSION "\"\n"
        ".zero 16 - (. - 2b)\n"
        ".long handler_stub_offsets - 2b\n"
        RESTORER_DISTANCE
        ".long resident_state - 2b\n"
        ".long options - 2b\n"
        ".long options_log_path - 2b\n"
        ".long sandboxed - 2b\n"
        ".long program_invocation_short_name - 2b\n"
        HOOK_DISTANCE
        CALL_DISTANCE
        "3:\n"
        ".popsection\n");
/* clang-format on */
