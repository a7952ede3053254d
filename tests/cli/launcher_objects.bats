# bats file_tags=launcher
# Which library is preloaded, and by which path, where there are several.

# shellcheck disable=SC2154,SC2016 # launcher.bash sets `shell`; $LIB is the loader's
load launcher_programs

setup_file() {
    build_programs
    make -s -C "$ROOT" CROSS=i686-linux-gnu BUILD="$BATS_FILE_TMPDIR/i386" "$BATS_FILE_TMPDIR/i386/libnosigpipe.so"
}

# Installs the launcher in PREFIX/bin, with a library for each ELF class in the folder of a distribution.
setup() {
    launcher_setup
    PREFIX=$BATS_TEST_TMPDIR/usr
    mkdir -p "$PREFIX/bin"
    cp "$LAUNCHER" "$PREFIX/bin"
    launcher=$PREFIX/bin/nosigpipe
}
put_object() { # CLASS FOLDER
    mkdir -p "$PREFIX/$2"
    case $1 in
    64) cp "$SHIM" "$PREFIX/$2" ;;
    32) cp "$BATS_FILE_TMPDIR/i386/libnosigpipe.so" "$PREFIX/$2" ;;
    esac
}

# Prints the paths of the libraries that the loader of a program maps, or would map.
mapped_in() { # PROGRAM
    launch sh -c 'LD_TRACE_LOADED_OBJECTS=1 "$0" 2>&1 | sed -n "s,.*[[:blank:]]\(/[^ ]*nosigpipe[^ ]*\) (.*,\1,p"' "$1"
}

assert_named() { # NAME PROGRAM...
    launch --check "$2"
    assert_success
    assert_output "protected by the library: '$1' in '$2'"
}

both_classes() {
    assert_named "$PREFIX/\$LIB/libnosigpipe.so" "$FILES/dynamic"
    assert_named "$PREFIX/\$LIB/libnosigpipe.so" "$FILES/i386"
    mapped_in "$FILES/dynamic"
    assert_output "$PREFIX/lib/x86_64-linux-gnu/libnosigpipe.so"
    mapped_in "$FILES/i386"
    assert_output "$PREFIX/lib/i386-linux-gnu/libnosigpipe.so"
    launch sh -c '"$0" && "$1"' "$FILES/i386" "$FILES/dynamic"
    assert_success
    assert_output ''
}
@test "with a library for each class, parents and children of both classes have theirs, without a message" {
    needs_i386
    put_object 64 lib/x86_64-linux-gnu
    put_object 32 lib/i386-linux-gnu
    in_each_shell both_classes
}

by_path() {
    assert_named "$PREFIX/lib/x86_64-linux-gnu/libnosigpipe.so" "$FILES/musl"
    run bare "${shell[@]}" "$launcher" "$FILES/musl"
    assert_success
    assert_output ''
}
@test "musl has no \$LIB: for a program of musl, LD_PRELOAD has the path" {
    put_object 64 lib/x86_64-linux-gnu
    put_object 32 lib/i386-linux-gnu
    in_each_shell by_path
}

other_folder() {
    assert_named "$PREFIX/lib32/libnosigpipe.so" "$FILES/i386"
    launch "$FILES/i386"
    assert_success
    assert_named "$PREFIX/\$LIB/libnosigpipe.so" "$FILES/dynamic"
}
@test "where \$LIB of the program's loader is another folder, LD_PRELOAD has the path" {
    needs_i386
    put_object 64 lib/x86_64-linux-gnu
    put_object 32 lib32
    in_each_shell other_folder
}

one_class() {
    assert_named "$PREFIX/lib/x86_64-linux-gnu/libnosigpipe.so" "$FILES/dynamic"
    launch --check "$FILES/i386"
    assert_output "protected by inherited ignore: '$FILES/i386' is for 32-bit i386, and libnosigpipe.so\
 for 64-bit x86-64"
}
@test "LD_PRELOAD has the path of a single library, also in the folder of a distribution" {
    put_object 64 lib/x86_64-linux-gnu
    in_each_shell one_class
}

same_class_twice() {
    assert_named "$PREFIX/lib/libnosigpipe.so" "$FILES/dynamic"
}
@test "two libraries of one class do not lead to \$LIB" {
    put_object 64 lib
    put_object 64 lib/x86_64-linux-gnu
    ln -s lib "$PREFIX/lib64"
    in_each_shell same_class_twice
}

for_static() {
    launch --quiet "$FILES/static_parent"
    assert_output "$PREFIX/\$LIB/libnosigpipe.so"
}
@test "a static program may start programs of either class" {
    put_object 64 lib/x86_64-linux-gnu
    put_object 32 lib/i386-linux-gnu
    printf '#include <unistd.h>\nint main(void) { execl("/bin/sh", "sh", "-c", "%s", (char *)0); }' \
        'echo \"$LD_PRELOAD\"' | cc -static -x c -o "$FILES/static_parent" -
    in_each_shell for_static
}

only_other() {
    launch --check "$FILES/dynamic"
    assert_output "protected by inherited ignore: '$FILES/dynamic' is for 64-bit x86-64, and\
 libnosigpipe.so for 32-bit i386"
}
@test "a library for another machine than that of the build is recognized" {
    put_object 32 lib/i386-linux-gnu
    in_each_shell only_other
}

installed_elsewhere() {
    assert_named "$PREFIX/far/lib/libnosigpipe.so" "$FILES/dynamic"
    cp "$SHIM" "$PREFIX/bin"
    assert_named "$PREFIX/bin/libnosigpipe.so" "$FILES/dynamic"
    rm "$PREFIX/bin/libnosigpipe.so"
}
@test "LIBDIR of make install is tried after the folder of the launcher, and before lib beside that" {
    put_object 64 lib
    put_object 64 far/lib
    sed "s|@LIBDIR@|$PREFIX/far/lib|" "$BUILD/obj/nosigpipe.in" >"$launcher"
    in_each_shell installed_elsewhere
}
