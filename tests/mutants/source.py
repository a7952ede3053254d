"""The mutants of a C source: each token that can be another one, or none."""

import collections
import re

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<word>[A-Za-z_]\w*)
      | (?P<number>0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*)
      | (?P<operator><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#|.)""",
    re.VERBOSE | re.DOTALL,
)
DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?P<kind>\w+)(?:[ \t]+(?P<name>\w+))?(?:\\\n|[^\n])*", re.M)

# What an operator with two operands becomes, and words.
SWAPS = {
    "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&",
    "+": "-", "-": "+", "&": "|", "|": "&", "<<": ">>", ">>": "<<", "+=": "-=", "-=": "+=",
    "|=": "&=", "&=": "|=", "++": "--", "--": "++", "/": "*", "%": "/", "^": "|",
    "true": "false", "false": "true",
}  # fmt: skip
# Before an operator with one operand.
NOT_OPERANDS = {"return", "case", "sizeof", "else"}


class Mutant:
    """`name` and `change` are what the lists of equivalent mutants call it (mutants.py)."""

    def __init__(self, path, text, start, end, new, name, change):
        self.path = path
        self.mutated = text[:start] + new + text[end:]
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", start)
        self.line = text.count("\n", 0, start) + 1
        line_end = max(line_end, text.find("\n", end))
        self.before = self.on_one_line(text[line_start:line_end])
        self.after = self.on_one_line(text[line_start:start] + new + text[end:line_end])
        self.name = name
        self.change = change

    def __str__(self):
        return (f"{self.path}:{self.line} {self.name} {self.change}\n"
                f"  - {self.before}\n  + {self.after}")  # fmt: skip

    @staticmethod
    def on_one_line(text):
        return " ".join(text.replace("\\\n", "\n").rstrip("\\").split())

    def key(self):
        """`shim/init.c` is in a folder of its own here."""
        return (re.split("[/.]", self.path)[1], self.name, self.change)


def closing(tokens, opening):
    """The index of the token that closes the bracket at an index."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index].group(), 0)
        if depth == 0:
            return index
    return opening


def changes(tokens, index):
    """What the token may be replaced by: the end of what is replaced, the new text, and a name for it."""
    token = tokens[index]
    text = token.group()
    before = tokens[index - 1] if index else None
    after = tokens[index + 1].group() if index + 1 < len(tokens) else ""
    has_left = before is not None and (
        before.lastgroup in ("word", "number") and before.group() not in NOT_OPERANDS
        or before.group() in (")", "]")
    )  # fmt: skip
    if token.lastgroup == "number":
        digits = text.rstrip("uUlL")
        value = int(digits, 8 if re.fullmatch("0[0-7]+", digits) else 0)
        suffix = text[len(digits) :]
        for other in [value + 1] + [value - 1] * bool(value):
            yield token.end(), f"{other}{suffix}", f"{text} to {other}{suffix}"
    elif text in ("true", "false") or text in SWAPS and (has_left or text in ("++", "--")):
        yield token.end(), SWAPS[text], f"{text} to {SWAPS[text]}"
    elif text in ("!", "~") or text == "-" and not has_left:
        yield token.end(), "", f"no {text}"
    elif text in ("if", "while") and after == "(":
        end = closing(tokens, index + 1)
        condition = f"{text} (!({token.string[tokens[index + 2].start() : tokens[end].start()]}))"
        yield tokens[end].end(), condition, f"{text} to {text} not"
    elif token.lastgroup == "word" and after == "(" and before is not None:
        end = closing(tokens, index + 1)
        is_statement = before.group() in (";", "{", "}", ")", "else")
        if is_statement and end + 1 < len(tokens) and tokens[end + 1].group() == ";":
            yield tokens[end].end(), "", "no call"


def names(text, tokens):
    """For each token, the function, macro, variable, type or enumerator that it is part of, or None
    where there is nothing to change."""
    directives = list(DIRECTIVE.finditer(text))
    name = None
    depth = 0
    in_enum = False
    for index, token in enumerate(tokens):
        while directives and directives[0].end() <= token.start():
            directives.pop(0)
        if directives and directives[0].start() <= token.start():
            is_macro = directives[0]["kind"] == "define" and token.start() > directives[0].end("name")
            yield directives[0]["name"] if is_macro else None
            continue
        after = tokens[index + 1].group() if index + 1 < len(tokens) else ""
        if token.lastgroup == "word" and token.group() not in ("__attribute__", "_Alignas"):
            if depth == 0 and after in ("(", "[", "=", "{") or in_enum and after == "=":
                name = token.group()
                in_enum = in_enum or name == "enum"
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(token.group(), 0)
        in_enum = in_enum and (depth > 0 or after == "{")
        yield name


def mutants_of(path):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    tokens = [token for token in TOKEN.finditer(text) if token.lastgroup != "skip"]
    mutants = [
        Mutant(path, text, tokens[index].start(), end, new, name, change)
        for index, name in enumerate(names(text, tokens)) if name
        for end, new, change in changes(tokens, index)
    ]  # fmt: skip
    # With the count of all: a key is stale, and not another mutant's, once there are more or fewer.
    of_a_kind = collections.Counter(mutant.key() for mutant in mutants)
    numbers = collections.Counter()
    for mutant in mutants:
        key = mutant.key()
        numbers[key] += 1
        if of_a_kind[key] > 1:
            mutant.change += f" ({numbers[key]}/{of_a_kind[key]})"
    return mutants
