#!/bin/sh
# sbom.sh VERSION CC MAKE-VERSION FILE...   (`make sbom`)
# Prints a bill of materials in JSON, as SPDX 2.3 has it (https://spdx.github.io/spdx-spec/v2.3/): the sources, each
# FILE that was made of them, and what the build takes from the system. The same source and tools give the same
# bytes. CC is the compiler with its flags.

set -eu
export LC_ALL=C
version=$1 cc=$2 make=$3
shift 3
cd -- "$(dirname -- "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { # MESSAGE
    printf 'make sbom: %s\n' "$1" >&2
    exit 1
}

# The tests are no part of what is made, nor is what the tools of a distribution add to the tree.
sums() { # COMMAND
    find . -path './*/*' ! -path './man/*' ! -path './scripts/*' ! -path './shim/*' -prune -o -type f \
        \( -path './*/*' -o -name '*.md' -o -name LICENSE -o -name Makefile \) -exec "$1" '{}' +
}

# By the path, which begins behind the sum and two characters more.
sort_by_path() {
    sed 's/^\(\\\{0,1\}[0-9a-f]*\)  /\1 /' | sort -t ' ' -k 2
}

date=${SOURCE_DATE_EPOCH-}
[ -n "$date" ] || [ ! -e .git ] || date=$(git log -1 --format=%ct 2>/dev/null) || date=
[ -n "$date" ] || date=$(stat -c %Y Makefile)
created=$(date -u -d "@$date" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null) ||
    fail "SOURCE_DATE_EPOCH is not a number of seconds: '$date'"

sums sha1sum >"$work/sums1"
sums sha256sum >"$work/sums256"
sort_by_path <"$work/sums1" >"$work/source1"
sort_by_path <"$work/sums256" >"$work/source256"
# What identifies the sources: section 7.9 of the specification.
code=$(sed 's/^\\//; s/ .*//' "$work/source1" | sort | tr -d '\n' | sha1sum | sed 's/ .*//')

# A build ID stays where strip(1) changes the sum.
for file; do
    sha1=$(sha1sum <"$file")
    sha256=$(sha256sum <"$file")
    id=$(readelf -n "$file" 2>/dev/null | sed -n 's/^ *Build ID: //p')
    echo "${sha1%% *} ${sha256%% *} ${file##*/} $id"
done >"$work/made"

# shellcheck disable=SC2086 # CC may have flags
{
    printf 'compiler\t%s\n' "$($cc --version 2>/dev/null | head -n 1)"
    printf 'GNU make\t%s\n' "$make"
    printf 'glibc headers\t%s\n' "$(echo '#include <features.h>' | $cc -E -dM -x c - 2>/dev/null |
        awk '$2 == "__GLIBC__" { major = $3 } $2 == "__GLIBC_MINOR__" { minor = $3 } END { if (major) print major "." minor }')"
    ! echo '#include <sys/sdt.h>' | $cc -E -x c - >/dev/null 2>&1 || printf 'sys/sdt.h (systemtap-sdt-dev)\t\n'
} >"$work/taken"

awk -v version="$version" -v created="$created" -v code="$code" -v path_of_256="$work/source256" \
    -v path_of_made="$work/made" -v path_of_taken="$work/taken" '
    # sha1sum(1) has escaped backslashes and ends of lines as JSON does, and says so by a backslash in front.
    function quoted(text, is_escaped) {
        if (!is_escaped) {
            gsub(/\\/, "&&", text)
        }
        gsub(/"/, "\\\"", text)
        gsub(/\t/, "\\t", text)
        gsub(/[\001-\010\013-\037]/, "?", text)
        return "\"" text "\""
    }
    function file_entry(id, path, is_escaped, sha1, sha256, type, comment) {
        return "    {\"SPDXID\": \"" id "\", \"fileName\": " quoted(path, is_escaped) ", \"fileTypes\": [\"" type "\"],\n" \
            "     \"checksums\": [{\"algorithm\": \"SHA1\", \"checksumValue\": \"" sha1 "\"}, " \
            "{\"algorithm\": \"SHA256\", \"checksumValue\": \"" sha256 "\"}]" \
            (comment ? ",\n     \"comment\": " quoted(comment) : "") "}"
    }
    function relation(from, type, to) {
        relations = relations (relations ? ",\n" : "") "    {\"spdxElementId\": \"" from "\", \"relationshipType\": \"" type \
            "\", \"relatedSpdxElement\": \"" to "\"}"
    }
    function add_file(entry) {
        files = files (files ? ",\n" : "") entry
    }
    function type_of(path) {
        return path ~ /\.[0-9]$|\.md$|LICENSE$/ ? "DOCUMENTATION" : path ~ /\.(catalog|conf|yaml)$/ ? "TEXT" : "SOURCE"
    }
    BEGIN {
        package = "SPDXRef-Package-nosigpipe"
        relation("SPDXRef-DOCUMENT", "DESCRIBES", package)
        while ((getline <path_of_256) > 0) {
            sub(/^\\/, "")
            sha256[substr($0, 66)] = substr($0, 1, 64)
        }
    }
    {
        is_escaped = sub(/^\\/, "")
        path = substr($0, 42)
        id = "SPDXRef-Source-" NR
        add_file(file_entry(id, path, is_escaped, substr($0, 1, 40), sha256[path], type_of(path)))
        relation(package, "CONTAINS", id)
    }
    END {
        for (i = 1; (getline <path_of_made) > 0; i++) {
            id = "SPDXRef-Made-" $3
            gsub(/_/, "-", id)
            add_file(file_entry(id, "./build/" $3, 0, $1, $2, "BINARY", "As built, with debug information." \
                ($4 ? " Without it, the build ID is the same: " $4 : "")))
            relation(id, "GENERATED_FROM", package)
        }
        for (i = 1; (getline line <path_of_taken) > 0; i++) {
            split(line, part, "\t")
            id = "SPDXRef-Taken-" i
            taken = taken ",\n    {\"SPDXID\": \"" id "\", \"name\": " quoted(part[1]) \
                (part[2] ? ", \"versionInfo\": " quoted(part[2]) : "") \
                ",\n     \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false}"
            relation(id, i <= 2 ? "BUILD_TOOL_OF" : "BUILD_DEPENDENCY_OF", package)
        }
        print "{"
        print "  \"spdxVersion\": \"SPDX-2.3\","
        print "  \"dataLicense\": \"CC0-1.0\","
        print "  \"SPDXID\": \"SPDXRef-DOCUMENT\","
        print "  \"name\": \"nosigpipe-" version "\","
        print "  \"documentNamespace\": \"https://spdx.org/spdxdocs/nosigpipe-" version "-@SUM@\","
        print "  \"creationInfo\": {\"created\": \"" created "\", \"creators\": " \
            "[\"Organization: nosigpipe contributors\", \"Tool: nosigpipe-sbom-" version "\"]},"
        print "  \"packages\": ["
        print "    {\"SPDXID\": \"" package "\", \"name\": \"nosigpipe\", \"versionInfo\": \"" version "\","
        print "     \"supplier\": \"Organization: nosigpipe contributors\", \"downloadLocation\": \"NOASSERTION\","
        print "     \"primaryPackagePurpose\": \"LIBRARY\", \"filesAnalyzed\": true,"
        print "     \"packageVerificationCode\": {\"packageVerificationCodeValue\": \"" code "\"},"
        print "     \"licenseConcluded\": \"MIT\", \"licenseDeclared\": \"MIT\", \"licenseInfoFromFiles\": [\"MIT\"],"
        print "     \"copyrightText\": \"Copyright (c) 2026 nosigpipe contributors\","
        print "     \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\","
        print "                       \"referenceLocator\": \"pkg:generic/nosigpipe@" version "\"}],"
        print "     \"comment\": \"The library is linked with no other, and the commands need a POSIX shell and awk. " \
            "The tests are not listed.\"}" taken
        print "  ],"
        print "  \"files\": [\n" files "\n  ],"
        print "  \"relationships\": [\n" relations "\n  ]"
        print "}"
    }' "$work/source1" >"$work/sbom"

# Each bill has a name of its own (section 6.5).
sum=$(sha256sum <"$work/sbom")
sed "s/@SUM@/${sum%% *}/" "$work/sbom"
