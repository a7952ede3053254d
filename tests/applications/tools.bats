# Tools that write to pipes and sockets.

# shellcheck disable=SC2154 # programs.bash sets work, port, modes and prefix
load programs

@test "cat says that its socket broke" {
    scene() {
        start_peer close
        under bash -c 'exec 5<>"/dev/tcp/127.0.0.1/$1"; exec cat /dev/zero >&5' bash "$port"
    }
    goes_on() {
        assert_failure 1
        assert_output --partial 'cat: write error: Broken pipe'
    }
    outlives cat 'socket on descriptor 1' 'says "Broken pipe", exits with 1'
}

# An ignored SIGPIPE, the usual remedy, does not help here.
@test "git, which sets the default action itself, goes on after its pipe broke" {
    scene() {
        git init -q "$work/repository"
        into_pipe under git -C "$work/repository" config --list
    }
    when_ignored() { dies; }
    goes_on() { assert_success; }
    outlives git 'pipe on descriptor 1' 'exits with 0'
}

@test "tee still fills its file when its pipe broke" {
    scene() {
        seq 100000 >"$work/input"
        into_pipe under tee "$work/copy" <"$work/input"
    }
    dies() {
        assert_equal "$status" "$SIGPIPE_STATUS"
        run cmp -s "$work/input" "$work/copy"
        assert_failure 1
    }
    goes_on() {
        assert_success
        cmp "$work/input" "$work/copy"
    }
    outlives tee 'pipe on descriptor 1' 'fills its file, exits with 0'
}

@test "dd reports the error and its statistics" {
    scene() { into_pipe under dd if=/dev/zero count=9; }
    goes_on() {
        assert_failure 1
        assert_line --partial 'Broken pipe'
        assert_line '0+0 records out'
    }
    outlives dd 'pipe on descriptor 1' 'reports the error and its statistics'
}

@test "seq, sed, find, tail, tar and jq report the broken pipe" {
    scene() {
        into_pipe under $command
    }
    goes_on() {
        assert_failure
        assert_output --partial 'Broken pipe'
        refute [ "$status" -ge 128 ]
    }
    for command in 'seq 100000' 'sed p /etc/passwd' 'find /etc -maxdepth 1' 'tail -f /etc/passwd' \
        'tar -cf - -C / etc/passwd' 'jq -n 1'; do
        outlives "${command%% *}" 'pipe on descriptor 1' 'says "Broken pipe", exits by its own choice'
    done
}

@test "sqlite3 does the rest of its script" {
    scene() {
        into_pipe under sqlite3 "$work/base" \
            'create table t (n); select hex(zeroblob(9999)); insert into t values (7);'
        local own=$?
        bare sqlite3 "$work/base" 'select n from t'
        return $own
    }
    dies() {
        assert_equal "$status" "$SIGPIPE_STATUS"
        refute_output 7
    }
    goes_on() {
        assert_success
        assert_output 7
    }
    outlives sqlite3 'pipe on descriptor 1, in the midst of a script' 'writes its rows all the same'
}

@test "mawk says that the command is gone that it prints to" {
    scene() {
        under mawk 'BEGIN { for (;;) print "line" | "head -n 1 >/dev/null" }'
    }
    goes_on() {
        assert_failure 2
        assert_line 'mawk: write failure (Broken pipe)'
    }
    outlives mawk 'pipe to a command that had read enough' 'says "Broken pipe", exits with 2'
}

@test "sort, gawk, gzip and xz, which end themselves by SIGPIPE, do it as ever" {
    scene() {
        into_pipe under $command
    }
    goes_on() { dies; }
    for command in 'sort /etc/passwd' 'gawk 1 /etc/passwd' 'gzip -c /etc/passwd' 'xz -c /etc/passwd'; do
        unchanged "${command%% *}" 'pipe on descriptor 1' 'the same' 'ends itself by SIGPIPE'
    done
}
