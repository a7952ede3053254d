# For tests that make files for other CPUs.

# Runs make for what is below the folder of a CPU. Several files of tests want the same objects, at the same time.
make_for() { # TRIPLET ARGUMENT...
    mkdir -p "$BUILD/$1"
    (
        flock 9 && make -s -j "$(nproc)" -C "$ROOT" "${@:2}" >&2 9>&-
    ) 9>"$BUILD/$1/lock"
}
