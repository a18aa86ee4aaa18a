"""Who includes whom: of a tree's sources, for its test and its figures."""

import re

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def unit_graph(texts):
    """{unit: units it includes} of {"room/x.h": text}, where x.h and x.cc are one unit; others' headers are left out."""
    unit = lambda name: name.rsplit(".", 1)[0]
    graph = {}
    for name, text in texts.items():
        includes = {unit(i) for i in INCLUDE.findall(text) if i in texts}
        graph.setdefault(unit(name), set()).update(includes - {unit(name)})
    return graph


def find_cycle(graph):
    """One cycle as a list of nodes, its first again at the end, or []."""
    finished, path = set(), []

    def visit(room):
        if room in path:
            return path[path.index(room):] + [room]
        if room in finished:
            return []
        path.append(room)
        for dep in sorted(graph.get(room, ())):
            if cycle := visit(dep):
                return cycle
        path.pop()
        finished.add(room)
        return []

    for room in graph:
        if cycle := visit(room):
            return cycle
    return []
