"""What of a C++ source is code, as far as regular expressions can tell."""

import re


def without_comments(text):
    """The code alone, line numbers kept: a comment may speak of what code may not do."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or blank(m), text, flags=re.DOTALL)


def without_strings(code):
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', code)


def is_contract(text):
    """No function of the header is longer than a line or two: it says what others do."""
    return max((body.count("\n") for body in re.findall(r"\)[^;{}]*\{((?:[^{}]|\{[^{}]*\})*)\}", without_comments(text))), default=0) <= 4


OPENS = re.compile(r"^(?:inline )?namespace ?([\w:]*) ?\{$")
CLOSES = re.compile(r"^\}  // namespace ?[\w:]*$")
TYPE = re.compile(r"^(?:class|struct|union|enum class) (\w+)(?: final)?(?: :.*)? \{")


def types_in(text):
    """The names of types that a file defines for all others, with their namespaces."""
    inside = []
    for line in text.splitlines():
        if opened := OPENS.match(line):
            inside.append(opened[1])
        elif CLOSES.match(line) and inside:
            inside.pop()
        elif (found := TYPE.match(line)) and "" not in inside:
            yield "::".join([*inside, found[1]])
