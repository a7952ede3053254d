# What shim/options.def says: the keys, and the values of a key.

keys() {
    sed -n 's/^[CN][A-Z]*(\([a-z]*\),.*/\1/p' "$ROOT/shim/options.def"
}

values() { # KEY
    sed -n "s/^CHOICE($1,.*\"\(.*\)\")\$/\1/p" "$ROOT/shim/options.def"
}

largest() { # KEY
    sed -n "s/^NUMBER($1,.*, \([0-9]*\))\$/\1/p" "$ROOT/shim/options.def"
}
