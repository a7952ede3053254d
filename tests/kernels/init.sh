#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the system in QEMU. Runs the programs in /tests with the library and without, and sends what
# differs, with what the host compares itself, as an archive over the console. The line before the archive has
# the counts; a step is named before it begins, so that the last one named is the one that hangs.

/bin/busybox --install -s /bin
export PATH=/bin:/tests LC_ALL=C
mkdir -p /etc
printf '%s\n' root::0:0::/:/bin/sh user::1000:1000::/:/bin/sh >/etc/passwd
mount -t devtmpfs dev /dev
mkdir /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t proc proc /proc
mount -t sysfs sysfs /sys
ip link set lo up
# shellcheck source=/dev/null
. /tests/settings # TRANSCRIPTS, SURVIVAL, STEPS, MODES, STATES, MATRIX, UNKNOWN
mkdir -p /tmp/out/oracle
cd /tmp/out || poweroff -f
made=0
equal=0

# Names what begins now, and when.
step() { # NAME
    read -r uptime _ </proc/uptime
    echo "step $1 at $uptime s"
}

# Runs a command with SIGPIPE in a state; with options, under the library. FILE gets what it prints, and its status.
run() { # FILE STATE OPTIONS COMMAND...
    file=$1 state=$2 options=$3
    shift 3
    step "$file"
    in_state "$state" env ${options:+"LD_PRELOAD=/lib/libnosigpipe.so" "NOSIGPIPE_OPTIONS=$options"} "$@" \
        >"$file" 2>&1 </dev/null
    echo "status $?" >>"$file"
}

# What is equal to its oracle is not sent.
compare() { # NAME MODE STATE COMMAND...
    mode=$2
    file=$mode/$1
    state=$3
    mkdir -p "$mode"
    shift 3
    run "$file" "$state" "mode=$mode" "$@"
    made=$((made + 1))
    ! cmp -s "oracle/${file#*/}" "$file" || { equal=$((equal + 1)) && rm "$file"; }
}

matrix() {
    run bare default '' matrix write,unix,reset,none,main
    # shellcheck disable=SC2086 # words, or none
    run oracle/matrix ignored '' matrix $MATRIX
    for mode in $MODES; do
        # shellcheck disable=SC2086
        compare matrix "$mode" default matrix $MATRIX
    done
}

# One program in one state: without the library, and in each mode.
transcript() { # STATE PROGRAM [CASE]...
    program=$2
    name=$1.$2
    state=$1
    shift 2
    run "oracle/$name" "$state" '' "transcript_$program" "$@"
    for mode in $MODES; do
        compare "$name" "$mode" "$state" "transcript_$program" "$@"
    done
}

# shellcheck disable=SC2086 # one word a case
transcripts() {
    for state in $STATES; do
        while read -r program cases; do
            transcript "$state" "$program" $cases
        done <<-END
			$TRANSCRIPTS
		END
    done
}

# Broken writes under the default action, compared with the same where it is ignored.
# shellcheck disable=SC2086 # one word a case
survival() {
    while read -r program cases; do
        run "oracle/survival.$program" default '' "transcript_$program" oracle $cases
        for mode in $MODES; do
            compare "survival.$program" "$mode" default "transcript_$program" $cases
        done
    done <<-END
		$SURVIVAL
	END
}

# Each way to break a write on each kind of end, if it raises SIGPIPE there.
records() {
    for origin in $(record_event); do
        case " $UNKNOWN " in *" $origin "*) continue ;; esac
        step "records $origin"
        for end in pipe fifo pair unix tcp tcp6; do
            [ "$origin" != partial ] || [ "$end" = pipe ] || continue
            where=
            case $end in fifo) where=/tmp/out/w ;; unix) where=w ;; esac
            in_state default record_event "$origin" "$end" "$where" 3>/dev/null >/dev/null 2>&1
            status=$?
            rm -f w v
            [ "$status" = 141 ] || continue
            in_state default env LD_PRELOAD=/lib/libnosigpipe.so NOSIGPIPE_OPTIONS=log=file:/tmp/out/log \
                record_event "$origin" "$end" "$where" 3>>known
            rm -f w v
        done
    done
}

facts() {
    run facts default '' kernel_facts
}

# Starts tests/fixtures/attach/visited.c, which obeys lines. Sets `pid`.
start_visited() { # COMMAND...
    rm -f /tmp/lines
    : >/tmp/answers
    mkfifo /tmp/lines
    "$@" </tmp/lines >/tmp/answers 2>&1 &
    pid=$!
    exec 5>/tmp/lines
    answered=0
    await_answer
}

await_answer() {
    answered=$((answered + 1))
    until [ "$(grep -c '' /tmp/answers)" -ge "$answered" ] || ! readlink "/proc/$pid/exe" >/dev/null; do usleep 10000; done
}

say() { # LINE...
    for line in "$@"; do
        echo "$line" >&5
        await_answer
    done
}

end_visited() {
    exec 5>&-
    wait "$pid"
    echo "status $?"
    cat /tmp/answers
}

attach() { # ARGUMENT...
    nosigpipe-attach "$@" 2>&1 | sed "s/\<$pid\>/PID/; s/, until the program itself sets the default action//"
}

# Visits while a program runs.
visits() {
    for program in visited visited_static; do
        echo "$program"
        start_visited "$program"
        attach visit '' "$pid"
        say w p t f e
        attach status "$pid"
        attach release "$pid"
        say q
        end_visited
        start_visited "$program"
        say w
        end_visited
    done
}

# A static program that has the guard: its broken writes, the first record of them, and a signal that is sent.
guarded() { # COMMAND...
    rm -f /tmp/record
    start_visited env NOSIGPIPE_OPTIONS=log=file:/tmp/record "$@"
    say w p t f
    end_visited
    # Code that loads the number of the call further above is not read: "syscall".
    sed -n -E '1 s/.* call=(write|syscall) fd=[0-9]+ .*/recorded with its descriptor/p' /tmp/record
    start_visited "$@"
    kill -PIPE "$pid"
    end_visited
}

# A static program's start by the visitor.
starts() {
    guarded nosigpipe-attach run /tests/visited_static visited_static
}

# A program that has the guard in its file.
embedded() {
    guarded visited_embedded
}

# A writer whose reader goes and comes again, without the keeper of its output and with it.
# shellcheck disable=SC2086 # words, or none
kept() {
    mkfifo /tmp/place /tmp/go
    for front in '' 'nosigpipe-entrypoint --no-preload --keep-output'; do
        echo "by ${front:-itself}"
        in_state default $front sh -c 'echo one; read -r line </tmp/go; echo two' >/tmp/place &
        writer=$!
        read -r line </tmp/place
        echo "$line"
        echo >/tmp/go
        wait "$writer"
        echo "status $?"
    done
    timeout 60 cat /tmp/place
}

# What Yama's ptrace_scope leaves to a user, to root and to nobody; 3 cannot be left. The preload traces nothing.
yama() {
    for scope in 1 2 3; do
        echo "scope $scope"
        echo "$scope" >/proc/sys/kernel/yama/ptrace_scope
        start_visited su user -c 'exec visited'
        su user -c "nosigpipe-attach visit '' $pid" 2>&1 | sed "s/\<$pid\>/PID/"
        attach visit '' "$pid"
        say w
        end_visited
        su user -c 'echo w | nosigpipe-attach run /tests/visited_static visited_static' 2>&1
        echo "status $?"
        su user -c 'echo w | LD_PRELOAD=/lib/libnosigpipe.so visited'
        echo "status $?"
    done
}

for step in $STEPS; do
    step "$step"
    case $step in
    visits | yama | starts | embedded | kept) "$step" >"$step.seen" 2>&1 ;;
    *) "$step" ;;
    esac
done
# An oracle that did not run proves nothing.
grep -c '' oracle/* >lines
grep -H -B 6 -E 'cannot go on|SIGALRM|^status [^0]' oracle/* >unsound
for file in oracle/*; do
    differs=
    for mode in $MODES; do
        [ ! -e "$mode/${file#*/}" ] || differs=1
    done
    [ "$differs" ] || rm "$file"
done
echo "counts $made $equal $(uname -r)"
echo begin
tar -c . | gzip -9 | base64
echo end
poweroff -f
