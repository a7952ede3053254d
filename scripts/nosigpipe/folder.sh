# Where this script is.

# Prints the folder of this script, with symbolic links resolved.
own_folder() {
    self=$0
    case $self in
    */*) ;;
    # For `sh nosigpipe` the shell looks in the current folder first.
    *) [ -f "./$self" ] || self=$(command -v -- "$self") || return ;;
    esac
    # With "./" in front, cd neither takes it for "-" nor searches CDPATH.
    case $self in
    /*) ;;
    *) self=./$self ;;
    esac
    [ ! -L "$self" ] || self=$(readlink -f -- "$self") || return
    cd -P -- "${self%/*}/" && pwd -P
}
