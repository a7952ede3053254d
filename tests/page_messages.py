"""page_messages.py PAGE FILE FOLDER: compares the messages in DIAGNOSTICS of a page with those in FILE.

A message is split into clauses, the words between what is put in. Both sides are split at the same
places: variables and formats, words in capitals, and punctuation. Of a script its quoted texts are
read. Of a program FOLDER has `strings`, its .rodata; `help`, the usage, is no message. Prints the
clauses that only one side has."""
import os, re, sys

put_in = re.compile(r"""\$\{\w+|\$\w+|\$[#@*?]|%[a-z0-9]+|\\.|\b[A-Z_]+\b|['"(){}]|[,:;] """)
quoted = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|$)|\'([^\']*)(?:\'|$)')
# Commands that a script runs, lists of values, and words of the audit's table.
no_message = re.compile(r"(set|ls|od|grep) |(exposed|ignores?|dockerfile) \w+ |\w+ off$|seen vulnerable$")


def clauses(texts):
    split = (clause.strip(" :;,.?") for text in texts for clause in put_in.split(text))
    return {clause for clause in split if clause and not re.search("[=|<>]", clause)}


def is_in(clause, others):
    return any(f" {clause} " in f" {other} " for other in others)


# A script may put a clause together: "protected", "by inherited ignore".
def is_made_of(clause, parts):
    return clause in parts or any(
        clause.startswith(f"{part} ") and is_made_of(clause[len(part) + 1 :], parts) for part in parts
    )


page, built, work = sys.argv[1:]
source = open(page).read()
section = re.search(r"^\.Sh DIAGNOSTICS\n(.*?)^\.Sh ", source, re.M | re.S)[1]
explained = clauses(re.findall(r'^\.It Sy "(.*)"$', section, re.M))

# The texts of the system's errors, the values of the options and the usage are no messages.
known = {os.strerror(number) for number in range(200)} | set(open(f"{work}/help").read().splitlines())
options = set(re.findall(r"^\.It Cm (\S+)$", source, re.M))
if os.path.exists(f"{work}/strings"):
    strings = re.findall(r"[ -~\n]{4,}", open(f"{work}/strings", encoding="latin-1").read())
    texts = [line for string in strings for line in string.splitlines()]
else:
    lines = open(built).read().replace("\\\n", "").splitlines()
    lines = [re.sub(r"(^|\s)# .*", "", line) for line in lines if line not in known]
    texts = [one or other for line in lines for one, other in quoted.findall(line)]
printed = clauses(text for text in texts if text not in known and not set(text.split()) <= options)

for clause in sorted(printed):
    if re.search("[a-z]{2}.* .*[a-z]{2}", clause) and not no_message.match(clause):
        if not is_in(clause, explained):
            print(f"{os.path.basename(built)} can say, and DIAGNOSTICS does not explain: {clause}")
for clause in sorted(explained):
    if " " in clause and not is_made_of(clause, printed):
        print(f"DIAGNOSTICS explains, and {os.path.basename(built)} does not say: {clause}")
