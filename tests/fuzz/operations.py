"""Random cases for tests/fixtures/differential/differential.c: lists of operations, which are also written as text,
read from text and made smaller.

An operation is (words, block): the block is None, or the operations of a child or a thread."""

import re

HANDLERS = ("DFL",) * 5 + ("IGN",) * 3 + ("tell",) * 4 + ("other", "again", "default", "ignore", "raise", "kill",
                                                       "unblock", "block", "jump")
SETS = ("PIPE",) * 6 + ("none", "USR1", "PIPE+USR1", "all", "RTMIN+PIPE", "USR2")
FLAGS = ("0", "0", "RESETHAND", "NODEFER", "RESTART", "ONSTACK", "SIGINFO", "SIGINFO+RESETHAND", "RESETHAND+NODEFER",
         "SIGINFO+ONSTACK", "RESTART+SIGINFO+NODEFER", "NOCLDSTOP", "UNSUPPORTED", "SIGINFO+UNSUPPORTED+RESETHAND")
SIGNALS = ("PIPE",) * 12 + ("USR1", "0", "65", "-1", "KILL", "RTMIN", "64")
SENT = ("PIPE",) * 30 + ("USR1", "USR1", "0", "65", "-1")
BAD = ("null", "low", "high", "none", "ro", "edge", "cut")
SIZES = ("8",) * 12 + ("0", "4", "16", "128", "-1")
SENDS = ("kill",) * 4 + ("raise", "raise", "kill0", "kill-group", "killpg", "killpg0", "syscall-kill", "pidfd",
                         "gsignal", "tgkill", "pthread_kill", "sigqueue", "pthread_sigqueue", "syscall-tgkill",
                         "syscall-tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "kill-nobody")
TAKES = ("sigtimedwait", "sigwaitinfo", "sigwait", "rt_sigtimedwait", "__sigtimedwait", "signalfd")
WAITS = ("sigsuspend", "rt_sigsuspend", "ppoll", "pselect", "syscall-ppoll", "syscall-pselect6", "epoll_pwait",
         "epoll_pwait2", "syscall-epoll_pwait")
WRITES = ("write", "write", "write", "__write", "writev", "pwritev2", "vmsplice", "send", "send", "__send", "sendto",
          "sendmsg", "sendmmsg", "__sendmmsg", "sendfile", "splice", "tee", "dprintf", "fwrite", "syscall-write",
          "syscall-writev", "syscall-pwritev2", "syscall-vmsplice", "syscall-sendto", "syscall-sendmsg",
          "syscall-sendmmsg", "syscall-sendfile", "syscall-splice", "syscall-tee")
BROKEN = ("pipe",) * 4 + ("unix",) * 4 + ("unix-shut", "tcp", "tcp-reset", "tcp-finished", "tcp-shut", "seqpacket",
                                          "seqpacket-shut", "dgram", "dgram-shut", "udp-shut", "out", "err")
WHOLE = ("whole", "whole-unix", "null", "full", "readonly", "closed", "high")
EXECS = ("execve", "execve", "execv", "execvpe", "execl", "fexecve", "syscall-execve")
COMMANDS = ("same", "bare", "trap", "kill", "exit")


def where(rng, chance=0.15):
    return rng.choice(BAD) if rng.random() < chance else "ok"


def old_where(rng):
    return rng.choice(("null", "ok", "ok", where(rng, 1)))


def libc_where(rng):
    """A place where libc itself reads or writes: an unreadable one would end the program."""
    return rng.choice(("ok", "ok", "ok", "edge"))


def make_write(rng):
    whole = rng.random() < 0.15
    data = where(rng, 0.1)
    size = rng.choice(("1", "1", "1", "100", "0", "70000", "-1", "0x7fffffff"))
    if rng.random() < 0.6:
        size = "1"
    call = rng.choice(WRITES)
    # An address, or an offset for a file that has none, is an error that the kernel checks first.
    structure = rng.choice(("ok",) * 9 + BAD)
    if re.search("sendto|splice", call) and rng.random() < 0.8:
        structure = "null"
    flags = rng.choice(("0",) * 9 + ("NOSIGNAL", "DONTWAIT", "OOB", "MORE", "EOR"))
    return ["write", call, rng.choice(WHOLE if whole else BROKEN), data, size, structure, flags,
            rng.choice(("1", "1", "1", "2", "3"))]


def make_signal(rng):
    function = rng.choice(("signal", "signal", "signal", "bsd_signal", "ssignal", "sysv", "sigset"))
    handler = "HOLD" if function == "sigset" and rng.random() < 0.2 else rng.choice(HANDLERS)
    return ["signal", function, rng.choice(SIGNALS), handler]


def make_sigaction(rng):
    return ["sigaction", rng.choice(SIGNALS), rng.choice(HANDLERS + ("-",) * 4), rng.choice(FLAGS),
            rng.choice(SETS + ("none",) * 6), rng.choice(("null", "ok", "edge"))]


def make_rt_sigaction(rng):
    return ["rt_sigaction", rng.choice(SIGNALS), rng.choice(("null", "ok", "ok", "ok", where(rng))),
            rng.choice(HANDLERS), rng.choice(FLAGS), rng.choice(SETS + ("none",) * 6), old_where(rng),
            rng.choice(SIZES)]


def make_mask(rng):
    how = rng.choice(("BLOCK",) * 4 + ("UNBLOCK",) * 3 + ("SETMASK",) * 2 + ("7", "-1"))
    way = rng.random()
    # libc removes two signals of its own from a full set, and then reads the whole sigset_t.
    if way < 0.5:
        place = rng.choice(("ok", "ok", "ok", "null", "ro", "edge"))
        return ["mask", rng.choice(("sigprocmask", "pthread_sigmask")), how, rng.choice(SETS).replace("all", "PIPE"),
                place, "ok" if place == "edge" else old_where(rng)]
    if way < 0.75:
        return ["rt_sigprocmask", how, rng.choice(SETS), where(rng), old_where(rng), rng.choice(SIZES)]
    return ["bsdmask", rng.choice(("sigblock", "sigsetmask", "siggetmask")),
            rng.choice(("PIPE", "PIPE", "none", "USR1"))]


def make_other(rng):
    return rng.choice((
        lambda: [rng.choice(("sighold", "sigrelse", "sighold", "sigrelse", "sigignore")), rng.choice(SIGNALS)],
        lambda: ["siginterrupt", rng.choice(SIGNALS), rng.choice(("0", "1"))],
        lambda: ["sigpending", where(rng)],
        lambda: ["rt_sigpending", where(rng), rng.choice(SIZES)],
        lambda: ["altstack", "65536"],
        lambda: ["no-new-privs"],
        lambda: ["context", rng.choice(SETS)],
        lambda: ["pause"],
        lambda: ["timer", "always"],
        lambda: ["kill-parent", "always"],
        lambda: ["partial", rng.choice(("write", "write", "writev", "syscall-write"))],
        lambda: ["exec-fails", rng.choice(("ok",) + BAD)]))()


def make_program(rng):
    """Operations that start programs are slow, so they are rare."""
    environment = rng.choice(("same", "bare", "bare"))
    return rng.choice((
        lambda: ["exec", rng.choice(EXECS)],
        lambda: ["exec", rng.choice(EXECS)],
        lambda: ["spawn", rng.choice(("posix_spawn", "posix_spawnp")), environment, rng.choice(("-", "PIPE", "USR1")),
                 rng.choice(("-", "-", "none", "PIPE"))],
        lambda: ["report", rng.choice(EXECS), environment],
        lambda: ["system", rng.choice(COMMANDS)],
        lambda: ["popen", rng.choice(COMMANDS)],
        lambda: ["popen-write"]))()


def make_take(rng):
    return ["take", rng.choice(TAKES), rng.choice(SETS + ("PIPE",) * 6), where(rng, 0.1), where(rng, 0.1)]


def make_wait(rng):
    return ["wait", rng.choice(WAITS), rng.choice(SETS + ("none",) * 6), where(rng, 0.1), rng.choice(("0", "0", "1"))]


MAKERS = ((make_write, 30), (make_signal, 10), (make_sigaction, 8), (make_rt_sigaction, 5), (make_mask, 14),
          (lambda rng: ["send", rng.choice(SENDS), rng.choice(SENT)], 10), (make_take, 4), (make_wait, 5),
          (make_other, 5), (make_program, 1), (lambda rng: [rng.choice(("state", "state", "rawstate"))], 8))


def holds_locks(words):
    """Whether libc holds a lock, or knows the owner of one, while a signal may come: then no handler may jump,
    and no child that shares the memory may die."""
    return words[0] in ("system", "popen", "popen-write", "partial") or words[1:2] in (["dprintf"], ["fwrite"])


def without_locks(case):
    return [(words, block if block is None else without_locks(block))
            for words, block in case if not holds_locks(words)]


def make_part(rng, most, depth):
    case = []
    for _ in range(rng.randrange(most) + 1):
        if depth < 2 and rng.random() < 0.08:
            way = rng.choice(("fork", "fork", "vfork", "clone", "_Fork", "thread", "thread"))
            words = [way, rng.choice(("-", "-", "-", "none", "PIPE"))] if way == "thread" else [way]
            block = make_part(rng, 4, depth + 1 if way != "vfork" else 2)
            case.append((words, without_locks(block) if way == "vfork" else block))
        else:
            case.append((rng.choices(*zip(*MAKERS))[0](rng), None))
    return case


def block_by(rng):
    return rng.choice((
        [["mask", "sigprocmask", "BLOCK", "PIPE", "ok", "null"]],
        [["mask", "pthread_sigmask", "SETMASK", "PIPE", "ok", "ok"]],
        [["rt_sigprocmask", "BLOCK", "PIPE", "ok", "ok", "8"]], [["bsdmask", "sigblock", "PIPE"]],
        [["sighold", "PIPE"]], [["signal", "sigset", "PIPE", "HOLD"]], [["context", "PIPE"]],
        [["sigaction", "USR1", "block", "SIGINFO", "none", "null"], ["send", "raise", "USR1"]]))


def unblock_by(rng):
    return rng.choice((
        ["mask", "sigprocmask", "UNBLOCK", "PIPE", "ok", "null"],
        ["mask", "pthread_sigmask", "SETMASK", "none", "ok", "ok"],
        ["rt_sigprocmask", "SETMASK", "none", "ok", "ok", "8"], ["bsdmask", "sigsetmask", "none"], ["sigrelse", "PIPE"],
        ["signal", "sigset", "PIPE", "DFL"]))


def break_by(rng):
    return ["write", rng.choice(WRITES), rng.choice(("pipe", "unix", "tcp")), "ok", "1", "null", "0", "1"]


def raise_by(rng):
    return ["send", rng.choice(SENDS), "PIPE"] if rng.random() < 0.6 else break_by(rng)


def end_by(rng):
    """What may happen to a pending signal."""
    return rng.choice((
        lambda: [["take", rng.choice(TAKES), "PIPE", "ok", "ok"]],
        lambda: [["take", rng.choice(TAKES), "PIPE", "ok", "ok"]],
        lambda: [["signal", "signal", "PIPE", "IGN"], ["signal", "signal", "PIPE", "DFL"]],
        lambda: [["signal", "signal", "PIPE", "tell"], unblock_by(rng), ["signal", "signal", "PIPE", "DFL"]],
        lambda: [["exec", rng.choice(EXECS)]], lambda: [["wait", rng.choice(WAITS), "none", "ok", "1"]],
        lambda: [["sigaction", "USR1", rng.choice(("tell", "jump")), "SIGINFO", "none", "null"], ["pause"]],
        lambda: []))()


def make_scene(rng):
    """A pending signal and what happens to it, with other operations in between: rare in purely random cases."""
    first = make_part(rng, 2, 0) if rng.random() < 0.5 else []
    scene = block_by(rng) + [raise_by(rng)] + [raise_by(rng)] * (rng.random() < 0.3) + end_by(rng)
    scene += [raise_by(rng)] * (rng.random() < 0.2) + [unblock_by(rng), break_by(rng)]
    scene = [(words, None) for words in scene]
    if rng.random() < 0.4:
        at = rng.randrange(len(scene))
        scene[at:at] = make_part(rng, 2, 0)
    if rng.random() < 0.3:
        scene = [([rng.choice(("fork", "clone", "_Fork"))], scene)] + make_part(rng, 2, 0)
    return first + scene


def make_case(rng):
    case = make_scene(rng) if rng.random() < 0.25 else make_part(rng, 10, 0)
    return without_locks(case) if " jump " in written(case) + " " else case


def written(case):
    return " ; ".join(" ".join(words) if block is None else f"{' '.join(words)} [ {written(block)} ]"
                      for words, block in case)


def read(text):
    """Returns the case that written() gives as this text."""
    words = text.split()

    def take():
        case = []
        while words and words[0] != "]":
            operation = []
            block = None
            while words and words[0] not in (";", "]"):
                word = words.pop(0)
                if word == "[":
                    block = take()
                    words.pop(0)
                else:
                    operation.append(word)
            if words and words[0] == ";":
                words.pop(0)
            if operation:
                case.append((operation, block))
        return case
    return take()


# Words that can replace each other, the simplest first.
KINDS = (("write", "send") + WRITES, ("pipe", "unix") + BROKEN + WHOLE, ("ok", "null", "none") + BAD,
         ("1", "8") + SIZES, ("0", "SIGINFO", "RESETHAND") + FLAGS, ("0", "NOSIGNAL", "DONTWAIT", "OOB", "MORE", "EOR"),
         ("none", "PIPE", "-") + SETS, ("tell", "IGN", "DFL") + HANDLERS, ("PIPE",) + SIGNALS,
         ("raise", "kill") + SENDS,
         ("signal", "bsd_signal", "ssignal", "sysv", "sigset"), ("sigprocmask", "pthread_sigmask"), TAKES, WAITS, EXECS)


def simpler(words):
    """The words with one of them replaced by a simpler one."""
    for i, word in enumerate(words[1:], 1):
        for kind in KINDS:
            for simple in kind[:kind.index(word)][:4] if word in kind else ():
                yield words[:i] + [simple] + words[i + 1:]


def smaller(case):
    """Cases with one operation fewer, with a child's operations moved to its parent, or with a simpler operation."""
    for i, (words, block) in enumerate(case):
        yield case[:i] + case[i + 1:]
        if block is not None:
            yield case[:i] + block + case[i + 1:]
    for i, (words, block) in enumerate(case):
        for less in smaller(block) if block is not None else ():
            yield case[:i] + [(words, less)] + case[i + 1:]
        for less in simpler(words) if block is None else ():
            yield case[:i] + [(less, None)] + case[i + 1:]
