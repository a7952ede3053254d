# bats file_tags=install
# `make sbom`: the bill of materials. It is checked against the files that it lists and, for what
# https://spdx.github.io/spdx-spec/v2.3/ requires, by a checker of the test's own.

load ../lib/tree

setup_file() {
    copy_tree "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
    build -s all
}

setup() {
    copy_tree "$BATS_TEST_TMPDIR/tree" "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
    VERSION=$(sed -n 's/^VERSION := //p' Makefile)
    BILL=build/nosigpipe-$VERSION.spdx.json
}

# Prints what is wrong with a bill, by the specification and by the files below a folder.
mistakes() { # BILL FOLDER
    python3 - "$@" <<'PYTHON'
import datetime, hashlib, json, os, re, sys

bill = json.load(open(sys.argv[1], encoding="utf-8"))
top = sys.argv[2]


def wrong(text):
    print(text)


# Each section's mandatory fields.
for key in "spdxVersion dataLicense SPDXID name documentNamespace creationInfo packages files relationships".split():
    if key not in bill:
        wrong("no " + key)
if (bill["spdxVersion"], bill["dataLicense"], bill["SPDXID"]) != ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"):
    wrong("not a document of SPDX 2.3")
if not re.fullmatch(r"https://[^ #]+", bill["documentNamespace"]):
    wrong("namespace: " + bill["documentNamespace"])
datetime.datetime.strptime(bill["creationInfo"]["created"], "%Y-%m-%dT%H:%M:%SZ")
for creator in bill["creationInfo"]["creators"]:
    if not re.match("(Tool|Organization|Person): .", creator):
        wrong("creator: " + creator)

elements = [bill["SPDXID"]]
for package in bill["packages"]:
    elements.append(package["SPDXID"])
    for key in "name", "downloadLocation":
        if not package.get(key):
            wrong(package["SPDXID"] + " has no " + key)
    if package["filesAnalyzed"] != ("packageVerificationCode" in package):
        wrong(package["SPDXID"] + ": a code is for analyzed files")

sums = {}
for file in bill["files"]:
    elements.append(file["SPDXID"])
    name = file["fileName"]
    if not name.startswith("./"):
        wrong("not relative: " + name)
    if set(file["fileTypes"]) - {"SOURCE", "BINARY", "DOCUMENTATION", "TEXT"}:
        wrong(name + ": types")
    content = open(os.path.join(top, name), "rb").read()
    given = {sum["algorithm"]: sum["checksumValue"] for sum in file["checksums"]}
    if given != {"SHA1": hashlib.sha1(content).hexdigest(), "SHA256": hashlib.sha256(content).hexdigest()}:
        wrong(name + ": sums")
    sums[file["SPDXID"]] = given["SHA1"]

for element in elements:
    if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", element):
        wrong("bad id: " + element)
if len(set(elements)) != len(elements):
    wrong("an id is there twice")

contained = []
for relation in bill["relationships"]:
    if relation["spdxElementId"] not in elements or relation["relatedSpdxElement"] not in elements:
        wrong("a relationship of nothing: " + str(relation))
    if relation["relationshipType"] == "CONTAINS":
        contained.append(relation["relatedSpdxElement"])
main = bill["packages"][0]
if {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
        "relatedSpdxElement": main["SPDXID"]} not in bill["relationships"]:
    wrong("nothing is described")
code = hashlib.sha1("".join(sorted(sums[id] for id in contained)).encode()).hexdigest()
if main["packageVerificationCode"]["packageVerificationCodeValue"] != code:
    wrong("the verification code is not that of the files")
PYTHON
}

paths() { # TYPE-OF-RELATION: of the files that are in it
    jq -r --arg type "$1" '(.files | map({(.SPDXID): .fileName}) | add) as $path |
        .relationships[] | select(.relationshipType == $type) | $path[.relatedSpdxElement] // $path[.spdxElementId]' \
        "$BILL" | sort
}

@test "the bill lists each source that is installed or compiled, with its sums, and nothing else" {
    run mistakes "$BILL" .
    assert_success
    assert_output ''
    run paths CONTAINS
    assert_output "$(find ./*.md ./LICENSE ./Makefile ./man ./scripts ./shim -type f | sort)"
    run jq -r '.packages[0] | .name, .versionInfo, .licenseDeclared' "$BILL"
    assert_output "nosigpipe
$VERSION
$(sed -n '1s/ License$//p' LICENSE)"
    grep -q -x -F "$(jq -r '.packages[0].copyrightText' "$BILL")" LICENSE
}

@test "the checker of this test finds what is wrong" {
    local change
    while IFS= read -r change; do
        jq "$change" "$BILL" >changed.json
        run mistakes changed.json .
        [ -n "$output" ] || fail "not found: $change"
    done <<'TEXT'
del(.documentNamespace)
.files[0].checksums[1].checksumValue |= sub("^.."; "zz")
.files[3].SPDXID = .files[4].SPDXID
.packages[0].packageVerificationCode.packageVerificationCodeValue = "0"
del(.packages[1].downloadLocation)
.relationships[1].relatedSpdxElement = "SPDXRef-nothing"
del(.relationships[0])
TEXT
    echo >>shim/init.c
    run mistakes "$BILL" .
    assert_output './shim/init.c: sums'
}

@test "the bill has what was made, with build IDs, and what the build took" {
    run paths GENERATED_FROM
    assert_output "$(printf './build/%s\n' ld-nosigpipe.so libnosigpipe.so nosigpipe-attach nosigpipe-entrypoint)"
    local id
    id=$(readelf -n build/libnosigpipe.so | sed -n 's/^ *Build ID: //p')
    [ -n "$id" ]
    run jq -r '.files[] | select(.fileName == "./build/libnosigpipe.so") | .comment' "$BILL"
    assert_output --partial "$id"
    run jq -r '.packages[1:][] | .name + ": " + (.versionInfo // "")' "$BILL"
    assert_line "compiler: $(cc --version | head -n 1)"
    assert_line "GNU make: $(make --version | sed -n '1s/.* //p')"
    assert_line "glibc headers: $(getconf GNU_LIBC_VERSION | sed 's/.* //')"
    assert_line 'sys/sdt.h (systemtap-sdt-dev): '
}

@test "the same source makes the same bill, wherever, whenever and with whichever awk" {
    local awk
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    copy_tree "$BATS_TEST_TMPDIR/elsewhere/tree" "$BATS_FILE_TMPDIR/built"
    cd "$TREE" && mkdir awks
    build -s clean
    (umask 077 && TZ=Asia/Tokyo build -s sbom)
    cmp "$BILL" "$BATS_FILE_TMPDIR/built/$BILL"
    for awk in mawk gawk 'busybox awk'; do
        command -v "${awk%% *}" >/dev/null || continue
        printf '#!/bin/sh\nexec %s "$@"\n' "$awk" >awks/awk
        chmod +x awks/awk
        rm "$BILL"
        PATH=$TREE/awks:$PATH build -s sbom
        cmp "$BILL" "$BATS_FILE_TMPDIR/built/$BILL"
    done
    [ "$(jq -r .creationInfo.created "$BILL")" = "$(date -u -d "@$(stat -c %Y Makefile)" +%Y-%m-%dT%H:%M:%SZ)" ]
    SOURCE_DATE_EPOCH=86400 build -s -B sbom
    [ "$(jq -r .creationInfo.created "$BILL")" = 1970-01-02T00:00:00Z ]
    rm "$BILL"
    SOURCE_DATE_EPOCH=tomorrow run build -s sbom
    assert_failure
    assert_line "make sbom: SOURCE_DATE_EPOCH is not a number of seconds: 'tomorrow'"
    [ ! -e "$BILL" ]
}

@test "odd names are written as JSON has them, and other folders do not count" {
    local name=$'man/a "b"\\c\td\ne ü.7'
    echo text >"$name"
    mkdir debian
    echo text >debian/scripts.md
    build -s sbom
    run mistakes "$BILL" .
    assert_output ''
    run jq --arg name "./$name" '[.files[] | select(.fileName == $name)] | length' "$BILL"
    assert_output 1
    run paths CONTAINS
    refute_line --partial debian/scripts
    # Where the tree has only what is compiled, there is a bill of that.
    rm -r man ./*.md LICENSE "$BILL"
    build -s sbom
    run mistakes "$BILL" .
    assert_output ''
}

@test "a changed, a new and a removed source make a new bill" {
    local before step
    for step in 'echo >>man/libnosigpipe.7' 'echo text >scripts/new' 'rm scripts/new'; do
        before=$(sha256sum <"$BILL")
        eval "$step"
        build -s sbom
        [ "$before" != "$(sha256sum <"$BILL")" ]
        run mistakes "$BILL" .
        assert_output ''
        run build -q sbom
        assert_success
    done
}
