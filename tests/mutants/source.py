"""The mutants of a C source: each token that can be another one, or none."""

import re

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<word>[A-Za-z_]\w*)
      | (?P<number>0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*)
      | (?P<operator><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#|.)""",
    re.VERBOSE | re.DOTALL,
)

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
    def __init__(self, path, text, start, end, new):
        self.path = path
        self.mutated = text[:start] + new + text[end:]
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", start)
        self.line = text.count("\n", 0, start) + 1
        line_end = max(line_end, text.find("\n", end))
        self.before = self.on_one_line(text[line_start:line_end])
        self.after = self.on_one_line(text[line_start:start] + new + text[end:line_end])

    @staticmethod
    def on_one_line(text):
        return " ".join(text.replace("\\\n", "\n").rstrip("\\").split())

    def key(self):
        return (self.path, self.before, self.after)


def directive_lines(text):
    """The lines, from 0, of directives with nothing to change: all but what macros stand for."""
    lines = set()
    for number, line in enumerate(text.split("\n")):
        if re.match(r"\s*#\s*(?!define)", line) or re.match(r"\s*#\s*define\s+\w+\s*$", line):
            lines.add(number)
    return lines


def closing(tokens, opening):
    """The index of the token that closes the bracket at an index."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index].group(), 0)
        if depth == 0:
            return index
    return opening


def changes(tokens, index):
    """What the token may be replaced by: pairs of the end and the new text."""
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
        suffix = text[len(text.rstrip("uUlL")) :]
        yield token.end(), str(value + 1) + suffix
        if value:
            yield token.end(), str(value - 1) + suffix
    elif text in ("true", "false") or text in SWAPS and (has_left or text in ("++", "--")):
        yield token.end(), SWAPS[text]
    elif text in ("!", "~") or text == "-" and not has_left:
        yield token.end(), ""
    elif text in ("if", "while") and after == "(":
        end = closing(tokens, index + 1)
        condition = f"{text} (!({token.string[tokens[index + 2].start() : tokens[end].start()]}))"
        yield tokens[end].end(), condition
    elif token.lastgroup == "word" and after == "(" and before is not None:
        end = closing(tokens, index + 1)
        is_statement = before.group() in (";", "{", "}", ")", "else")
        if is_statement and end + 1 < len(tokens) and tokens[end + 1].group() == ";":
            yield tokens[end].end(), ""


def mutants_of(path):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    skipped = directive_lines(text)
    tokens = [token for token in TOKEN.finditer(text) if token.lastgroup != "skip"]
    for index, token in enumerate(tokens):
        if text.count("\n", 0, token.start()) in skipped:
            continue
        for end, new in changes(tokens, index):
            yield Mutant(path, text, token.start(), end, new)
