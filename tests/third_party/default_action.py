# Prints what Python sees of its SIGPIPE, which it ignores at first (Python/pylifecycle.c, init_signals), and takes the
# default action at last: two broken writes then end it.
import os
import signal
import subprocess
import sys
import threading


def say(what, value):
    print(f"{what}: {value}", flush=True)


def in_child(action):
    pid = os.fork()
    if pid == 0:
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def broken_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def signals_of_program(restore):
    """Of a program that is executed without a preload: pending, blocked, ignored and caught signals."""
    command = ["env", "-u", "LD_PRELOAD", "grep", "-E", "^Sig(Pnd|Blk|Ign|Cgt)", "/proc/self/status"]
    answer = subprocess.run(command, restore_signals=restore, capture_output=True, text=True)
    return answer.stdout.split()


def kill_self():
    os.kill(os.getpid(), signal.SIGPIPE)


def wait_for_signal():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE])
    kill_self()
    say("pending", signal.sigpending())
    say("waited for", signal.sigtimedwait([signal.SIGPIPE], 1).si_signo)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPIPE])


say("at first", signal.getsignal(signal.SIGPIPE))
try:
    os.write(broken_pipe(), b"x")
except BrokenPipeError:
    say("ignored", "EPIPE")
say("child of the ignoring", signals_of_program(False))
say("child with its signals restored", signals_of_program(True))

say("own handler replaces", signal.signal(signal.SIGPIPE, lambda number, frame: say("handled", number)))
kill_self()
try:
    os.write(broken_pipe(), b"x")
except BrokenPipeError:
    say("handled", "EPIPE")
wait_for_signal()

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
say("the default again", signal.getsignal(signal.SIGPIPE))
say("the default replaces", signal.signal(signal.SIGPIPE, signal.SIG_DFL))
say("child of the default", signals_of_program(False))
say("sent in a child", in_child(kill_self))
say("raised in a child", in_child(lambda: signal.raise_signal(signal.SIGPIPE)))
wait_for_signal()
signal.siginterrupt(signal.SIGPIPE, False)
say("sent in a child, calls restarted", in_child(kill_self))
# The last of the signals that are sent: the thread may still be there when join() returns, and have it delivered.
thread = threading.Thread(target=lambda: say("sent in a child of a thread", in_child(kill_self)))
thread.start()
thread.join()

try:
    os.write(broken_pipe(), b"x")
except BrokenPipeError:
    say("write", "EPIPE")
try:
    with os.fdopen(broken_pipe(), "w") as file:
        print("x", file=file, flush=True)
except BrokenPipeError:
    say("print", "EPIPE")
sys.exit(0)
