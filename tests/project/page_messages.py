"""page_messages.py FOLDER PAGE FILE...: compares the messages in DIAGNOSTICS of a page with those in each FILE.

A message is split into clauses, the words between what is put in. Both sides are split at the same
places: variables and formats, words in capitals, and punctuation. Of a script its quoted texts are
read. Of a program FOLDER has NAME.rodata, its texts. What FOLDER/help has, the usage, is no message; nor
are those that the pages named in FOLDER/pages explain. Prints the clauses that only one side has."""
import os, re, sys

put_in = re.compile(r"""\$\{\w+|\$\w+|\$[#@*?]|%[a-z0-9]+|\\.|\b[A-Z_]+\b|['"(){}]|[,:;] """)
quoted = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|$)|\'([^\']*)(?:\'|$)')
# Commands that a script runs, and lists of values. FLEET says more of a metric than its help.
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


def diagnostics(page):
    sections = dict(re.findall(r"^\.Sh ([^\n]*)\n(.*?)(?=^\.Sh |\Z)", open(page).read(), re.M | re.S))
    explained = clauses(re.findall(r'^\.It Sy "(.*)"$', sections["DIAGNOSTICS"], re.M))
    # The audit's tables have words, too.
    tables = sections.get("TABLE", "") + sections.get("WATCH", "")
    return explained, clauses(re.findall(r'^\.(?:It Li|Ql) "?([^"\n]*)', tables, re.M))


def texts_of(file):
    if os.path.exists(rodata := f"{work}/{os.path.basename(file)}.rodata"):
        strings = re.findall(r"[ -~\n]{4,}", open(rodata, encoding="latin-1").read())
        return [line for string in strings for line in string.splitlines()]
    lines = open(file).read().replace("\\\n", "").splitlines()
    # Without comments and patterns of `case`.
    lines = [re.sub(r"""(^|\s)# .*|\*"[^"]*"\*?\)""", "", line) for line in lines if line not in known]
    lines = [line for line in lines if "describe_metric(" not in line]
    return [one or other for line in lines for one, other in quoted.findall(line)]


work, page, *files = sys.argv[1:]
explained, shown = diagnostics(page)
others = open(f"{work}/pages").read().split()
elsewhere = set().union(*(diagnostics(other)[0] for other in others))

# The texts of the system's errors, the values of the options and the usage are no messages.
known = {os.strerror(number) for number in range(200)} | set(open(f"{work}/help").read().splitlines())
options = set().union(*(re.findall(r"^\.It Cm (\S+)$", open(one).read(), re.M) for one in [page, *others]))
printed = {}
for file in files:
    texts = (text for text in texts_of(file) if text not in known and not set(text.split()) <= options)
    printed[os.path.basename(file)] = clauses(texts)
all_printed = set().union(*printed.values())

used = elsewhere.union(*(parts_of(clause, all_printed) for clause in explained | shown))
for name, messages in printed.items():
    for clause in sorted(messages - used):
        if re.search("[a-z]{2}.* .*[a-z]{2}", clause) and not no_message.match(clause):
            print(f"{name} can say, and DIAGNOSTICS does not explain: {clause}")
for clause in sorted(explained | shown):
    if " " in clause and not parts_of(clause, all_printed):
        print(f"DIAGNOSTICS explains, and {' or '.join(printed)} does not say: {clause}")
