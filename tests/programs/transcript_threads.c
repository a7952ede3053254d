/* The signal mask as threads inherit it and as jumps and contexts keep it. */
#include <setjmp.h>
#include <threads.h>
#include <ucontext.h>

#include "transcript_calls.h"

static void *say_thread_mask(void *broken)
{
    say_mask();
    if (broken) {
        broken_write();
        broken_send();
    }
    say_pending();
    return NULL;
}

static int say_c11_thread_mask(void *nothing)
{
    say_thread_mask(nothing);
    return 0;
}

static void start_both_kinds(void *broken)
{
    pthread_t thread;
    thrd_t c11_thread;
    pthread_create(&thread, NULL, say_thread_mask, broken);
    pthread_join(thread, NULL);
#ifndef __GLIBC__
    /* musl 1.2.3 begins such a thread with all signals blocked, and leaves it at that
       (src/thread/pthread_create.c, start_c11). */
    return;
#endif
    thrd_create(&c11_thread, say_c11_thread_mask, broken);
    thrd_join(c11_thread, NULL);
}

static void new_threads(void)
{
    char yes;
    start_both_kinds(NULL);
    block_sigpipe();
    start_both_kinds(&yes);
    unblock_sigpipe();
    start_both_kinds(NULL);
}

static void mask_in_attributes(void)
{
    const int signals[] = {SIGPIPE, SIGUSR1, 0};
    pthread_attr_t attributes;
    sigset_t set;
    pthread_attr_init(&attributes);
    say_result("getsigmask", pthread_attr_getsigmask_np(&attributes, &set));
    set = set_of(0);
    if (pthread_attr_setsigmask_np(&attributes, &set) == ENOSYS)
        return; /* only glibc, from 2.32 on, has it */
    for (size_t i = 0; i < COUNT(signals); i++) {
        pthread_t thread;
        set = set_of(signals[i]);
        say_result("setsigmask", pthread_attr_setsigmask_np(&attributes, &set));
        sigfillset(&set);
        say_result("getsigmask", pthread_attr_getsigmask_np(&attributes, &set));
        say_set("in the attributes", &set);
        pthread_create(&thread, &attributes, say_thread_mask,
                       signals[i] == SIGPIPE ? &thread : NULL);
        pthread_join(thread, NULL);
    }
    say_result("setsigmask", pthread_attr_setsigmask_np(&attributes, NULL));
    say_result("getsigmask", pthread_attr_getsigmask_np(&attributes, &set));
    say_mask();
}

static void jump_over(int save_mask, void (*before)(void), void (*after)(void))
{
    sigjmp_buf there;
    before();
    if (sigsetjmp(there, save_mask) == 0) {
        after();
        siglongjmp(there, 1);
    }
    say_mask();
}

static void jumps(void)
{
    for (int save_mask = 0; save_mask < 2; save_mask++) {
        jump_over(save_mask, block_sigpipe, unblock_sigpipe);
        jump_over(save_mask, unblock_sigpipe, block_sigpipe);
    }
    jmp_buf there;
    unblock_sigpipe();
    if (_setjmp(there) == 0) {
        block_sigpipe();
        _longjmp(there, 1);
    }
    say_mask();
}

static void say_context(const char *label)
{
    ucontext_t context = {0}; /* on i386 libc fills in the first 32 signals alone */
    getcontext(&context);
    say_set(label, &context.uc_sigmask);
}

static ucontext_t outer;
static ucontext_t inner;
static char inner_stack[1 << 16];

static void run_inside(void)
{
    say_mask();
    block_sigpipe();
    swapcontext(&inner, &outer);
    say_mask();
}

static void contexts(void)
{
    say_context("at first");
    block_sigpipe();
    say_context("blocked");
    unblock_sigpipe();
    getcontext(&inner);
    inner.uc_stack.ss_sp = inner_stack;
    inner.uc_stack.ss_size = sizeof inner_stack;
    inner.uc_link = &outer;
    makecontext(&inner, run_inside, 0);
    swapcontext(&outer, &inner);
    say_mask();
    say_set("inside", &inner.uc_sigmask);
    swapcontext(&outer, &inner);
    say_mask();

    static volatile int times;
    getcontext(&outer);
    say_mask();
    if (times++ == 0) {
        sigaddset(&outer.uc_sigmask, SIGPIPE);
        setcontext(&outer);
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(new_threads), CASE(mask_in_attributes),
                                             CASE(jumps), CASE(contexts)};
    return run_cases(argc, argv, cases, COUNT(cases));
}
