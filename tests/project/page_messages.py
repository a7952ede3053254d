"""page_messages.py PAGE FILE FOLDER: compares the messages in DIAGNOSTICS of a page with those in FILE.

A message is split into clauses, the words between what is put in. Both sides are split at the same
places: variables and formats, words in capitals, and punctuation. Of a script its quoted texts are
read. Of a program FOLDER has `strings`, its .rodata; `help`, the usage, is no message. Prints the
clauses that only one side has."""
import os, re, sys

put_in = re.compile(r"""\$\{\w+|\$\w+|\$[#@*?]|%[a-z0-9]+|\\.|\b[A-Z_]+\b|['"(){}]|[,:;] """)
quoted = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|$)|\'([^\']*)(?:\'|$)')
# Commands that a script runs, and lists of values.
no_message = re.compile(r"(set|ls|od|grep) |(exposed|ignores?|dockerfile) \w+ ")


def clauses(texts):
    split = (clause.strip(" :;,.?") for text in texts for clause in put_in.split(text))
    return {clause for clause in split if clause and not re.search("[=|<>]", clause)}


# A script may put a clause together of two: "protected", "by inherited ignore".
def parts_of(clause, printed):
    words = clause.split(" ")
    halves = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    pairs = [pair for pair in halves if printed.issuperset(pair) and len(words) > 2]
    return {clause} if clause in printed else set(pairs[0] if pairs else ())


page, built, work = sys.argv[1:]
source = open(page).read()
sections = dict(re.findall(r"^\.Sh ([^\n]*)\n(.*?)(?=^\.Sh |\Z)", source, re.M | re.S))
explained = clauses(re.findall(r'^\.It Sy "(.*)"$', sections["DIAGNOSTICS"], re.M))
# The audit's table has words, too.
shown = clauses(re.findall(r'^\.(?:It Li|Ql) "?([^"\n]*)', sections.get("TABLE", ""), re.M))

# The texts of the system's errors, the values of the options and the usage are no messages.
known = {os.strerror(number) for number in range(200)} | set(open(f"{work}/help").read().splitlines())
options = set(re.findall(r"^\.It Cm (\S+)$", source, re.M))
if os.path.exists(f"{work}/strings"):
    strings = re.findall(r"[ -~\n]{4,}", open(f"{work}/strings", encoding="latin-1").read())
    texts = [line for string in strings for line in string.splitlines()]
else:
    lines = open(built).read().replace("\\\n", "").splitlines()
    # Without comments and patterns of `case`.
    lines = [re.sub(r"""(^|\s)# .*|\*"[^"]*"\*?\)""", "", line) for line in lines if line not in known]
    texts = [one or other for line in lines for one, other in quoted.findall(line)]
printed = clauses(text for text in texts if text not in known and not set(text.split()) <= options)

used = set().union(*(parts_of(clause, printed) for clause in explained | shown))
for clause in sorted(printed - used):
    if re.search("[a-z]{2}.* .*[a-z]{2}", clause) and not no_message.match(clause):
        print(f"{os.path.basename(built)} can say, and DIAGNOSTICS does not explain: {clause}")
for clause in sorted(explained | shown):
    if " " in clause and not parts_of(clause, printed):
        print(f"DIAGNOSTICS explains, and {os.path.basename(built)} does not say: {clause}")
