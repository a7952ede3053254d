#!/usr/bin/env bats
# --keep-output with the JVM, which lives on without its output: a later reader gets what it prints.

# shellcheck disable=SC2154 # `run` sets output
load ../lib/common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    cat >Service.java <<'TEXT'
import java.util.Scanner;

class Service {
    public static void main(String[] words) {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            System.out.println("says " + lines.nextLine());
            System.err.println(System.out.checkError() ? "fails" : "prints");
        }
    }
}
TEXT
    javac -J-XX:TieredStopAtLevel=1 Service.java
}

until_thought() { # TIMES
    until [ "$(wc -l <thoughts)" -ge "$1" ]; do sleep 0.02; done
}

# The service prints a line for a reader, which goes, and one for a later reader. Prints what those got, and what the
# service thought of it.
served() { # PROGRAM...
    local line
    mkfifo output input
    : >thoughts
    "$@" java -XX:TieredStopAtLevel=1 Service <input >output 2>thoughts &
    exec 7>input 8<output
    echo one >&7
    read -r line <&8
    echo "first reader: $line"
    until_thought 1
    exec 8<&-
    echo two >&7
    until_thought 2
    exec 8<output
    read -r -t "$WAIT" line <&8 || line='nothing'
    echo "later reader: $line"
    exec 7>&-
    wait "$!"
    cat thoughts
    exec 8<&-
    rm output input
}

@test "the JVM: what it prints while nobody reads is there for the next reader" {
    WAIT=1 run served env --default-signal=PIPE
    assert_output $'first reader: says one\nlater reader: nothing\nprints\nfails'
    WAIT=60 run served bare "$LAUNCHER" --keep-output
    assert_output $'first reader: says one\nlater reader: says two\nprints\nprints'
}
