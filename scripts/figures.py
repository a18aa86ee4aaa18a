#!/usr/bin/env python3
"""The figures of the house: scripts/figures.py [ROOT ...] prints one column per tree (default: this one).

Each figure is counted from the sources alone, so that trees of different commits can be held side by side:

    git worktree add /tmp/before COMMIT && scripts/figures.py /tmp/before .

Code is src/**/*.{h,cc} without tests and fuzz targets; comments do not count as mentions.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
from architecture_test import FRAMEWORK_PLACES, LAYOUT_PLACES, documented_rooms, layout_literals, without_comments  # noqa: E402
from include_graph import INCLUDE, unit_graph  # noqa: E402

# The rooms and files that may say which layouts and frameworks there are.
LAYOUT_OWNERS = tuple(place.removeprefix("src/") for place in LAYOUT_PLACES)
FRAMEWORK_OWNERS = tuple(place.removeprefix("src/") for place in FRAMEWORK_PLACES)
LONGEST_FUNCTION = 60


def is_test(path):
    return path.stem.endswith(("_test", "_fuzz", "_contract", "_harness")) or "test_" in path.name or "/testing/" in str(path)


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        src = self.root / "src"
        paths = sorted(p for p in src.rglob("*") if p.suffix in (".h", ".cc") and not is_test(p))
        self.texts = {p.relative_to(src).as_posix(): p.read_text() for p in paths}
        self.code = {name: without_comments(text) for name, text in self.texts.items()}

    def mentions(self, pattern, owners):
        """(mentions, files) outside the owners."""
        found = {name: len(re.findall(pattern, code)) for name, code in self.code.items()
                 if not name.startswith(owners)}
        return sum(found.values()), sum(1 for n in found.values() if n)


def knots(graph):
    """Circles of units: strongly connected components of more than one (Tarjan)."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        on_stack.add(v)
        for w in sorted(graph.get(v, ())):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on_stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = []
            while True:
                w = stack.pop()
                on_stack.discard(w)
                part.append(w)
                if w == v:
                    break
            if len(part) > 1:
                found.append(sorted(part))

    sys.setrecursionlimit(10_000)
    for v in sorted(graph):
        if v not in index:
            visit(v)
    return found


def upward(tree):
    rooms = list(documented_rooms(tree.root))
    order = {room: i for i, room in enumerate(rooms)}
    count = 0
    for name, text in tree.texts.items():
        room = name.split("/")[0]
        for included in INCLUDE.findall(text):
            other = included.split("/")[0]
            if included in tree.texts and other != room and order.get(other, -1) > order.get(room, -1):
                count += 1
    return count


def comment_share(tree, suffix):
    """Lines that are a comment and nothing else, of all that are not blank."""
    lines = [line.strip() for name, text in tree.texts.items() if name.endswith(suffix) for line in text.splitlines()]
    comments = sum(line.startswith("//") for line in lines)
    return comments / max(sum(map(bool, lines)), 1)


def function_lengths(tree):
    """Lines of each function body, its head included: a brace that opens after ')' where no control word stands."""
    head = re.compile(r"\)\s*(?:const|noexcept|override|final|mutable|->[^{;=]+|:[^{;]*)*\s*\{\s*$")
    control = re.compile(r"^\s*(?:\}?\s*else\s+)?(?:if|for|while|switch|catch|do)\b")
    lengths = []
    for text in tree.code.values():
        lines = text.splitlines()
        i = 0
        while i < len(lines):
            if head.search(lines[i]) and not control.match(lines[i]) and "[" not in lines[i].split("(")[0]:
                depth, j = 0, i
                while j < len(lines):
                    depth += lines[j].count("{") - lines[j].count("}")
                    if depth <= 0:
                        break
                    j += 1
                lengths.append(j - i + 1)
                i = j
            i += 1
    return lengths


def figures(root):
    tree = Tree(root)
    layout, layout_files = tree.mentions(r"\bLayoutKind::k", LAYOUT_OWNERS)
    framework, framework_files = tree.mentions(r"\bFramework::k", FRAMEWORK_OWNERS)
    format_files = sum(1 for code in tree.code.values()
                       if re.search(r"\bLayoutKind::k(?:Tfrecord|Webdataset)\b|\bis_tar\b|\btar_\b", code)
                       or any(re.search(r"\b(?:tfrecord|webdataset)\b", word.group(1)) for word in layout_literals(code)))
    by_word = sum(len(re.findall(r"\.(?:given|text|count|seconds|bytes|number|fraction|list|choice|dollars)\(\"", code))
                  for name, code in tree.code.items() if name.startswith(("cli/", "answer/")))
    circles = [c for c in knots(unit_graph(tree.texts)) if len({unit.split("/")[0] for unit in c}) == 1]
    lengths = function_lengths(tree)
    over = sum(1 for n in lengths if n > LONGEST_FUNCTION)
    lines = sorted(text.count("\n") for text in tree.texts.values())
    for circle in circles:
        print(f"  a circle of includes: {', '.join(circle)}", file=sys.stderr)
    return [
        ("rooms", f"{len(documented_rooms(tree.root))}"),
        ("files of code; lines, median and most", f"{len(lines)}; {lines[len(lines) // 2]} and {lines[-1]}"),
        ("files that name a packed format", f"{format_files}"),
        ("`LayoutKind::` outside its owners", f"{layout} in {layout_files} files"),
        ("`Framework::` outside its owners", f"{framework} in {framework_files} files"),
        ("options looked up by their word", f"{by_word}"),
        ("include knots inside rooms", f"{len(circles)}"),
        ("includes upward", f"{upward(tree)}"),
        ("comment share of headers", f"{comment_share(tree, '.h'):.1%}"),
        ("comment share of .cc files", f"{comment_share(tree, '.cc'):.1%}"),
        (f"functions over {LONGEST_FUNCTION} lines", f"{over} of {len(lengths)}"),
    ]


def main():
    roots = sys.argv[1:] or [pathlib.Path(__file__).resolve().parent.parent]
    columns = [figures(root) for root in roots]
    for row in zip(*columns):
        print("| " + " | ".join([row[0][0]] + [value for _, value in row]) + " |")


if __name__ == "__main__":
    main()
