"""The house keeps its own rules: python3 architecture_test.py ROOT exits 1 and names every place that does not.

1. The room table of ARCHITECTURE.md, the folders of src/, the rooms named in CMakeLists.txt, each room's DEPS and
   the #includes between rooms all tell the same graph, and it has no cycle; nor have the files of a room, x.h and x.cc
   taken as one.
2. Every source and test lying in a folder is named in that folder's CMakeLists.txt: none is on disk without running.
3. No room but `cli` prints, exits or reads the environment; no clock is read but in `storage`, `world`, `serve` and `cli`.
4. Data are asked of a Store: outside `storage` no file includes what opens, lists, writes or deletes in a file system,
   nor a store of one kind, but for the files named in NO_DATA, which touch other things.
5. No free function that a header offers is called by tests alone, but for those named in FOR_TESTS.
6. What makes a document sees no width and no colour: no include leads from report/document_of.cc to a LOOKS header.
7. No sentence is searched for what it says, nor for the option or key that it begins with: facts are data
   (MESSAGE_SEARCH), but for the parsers in PARSERS.
8. Which layout a dataset has is asked of its LayoutTraits and its Container: `LayoutKind::` and the layouts' words
   stand in LAYOUT_PLACES and tests alone. What a framework does is asked of an Access: `Framework::` stands in
   FRAMEWORK_PLACES and tests alone.
9. A room that says SERIAL knows of no threads (THREADS): its tests are left out of the thread sanitizer's build. A source of a room that
   names tests as THREADED has its own among them if it knows of threads.
10. Files stay within 400 lines (a header that only declares: 500); nothing unfinished and no path of one person's machine is in the tree.
"""

import pathlib
import re
import subprocess
import sys

from cxx_text import is_contract, types_in, without_comments, without_strings
from include_graph import INCLUDE, find_cycle, unit_graph

MAX_LINES, MAX_CONTRACT_LINES = 400, 500  # the second of a header that only declares
THREADS = re.compile(r"std::(?:j?thread|atomic|mutex|stop_token|condition_variable)|parallel_for|pthread_|thread_local")
SPEAKING_ROOMS, CLOCK_ROOMS = {"cli"}, {"storage", "world", "serve", "cli"}
LOOKS = {"report/look.h", "report/page.h", "report/bar.h", "report/terminal.h", "report/live.h", "report/live_screen.h"}

SPEAKING = re.compile(
    r"(?<![\w.>])(?:std::)?(?:printf|fprintf|vprintf|puts|fputs|putchar|exit|_exit|quick_exit|getenv|secure_getenv)\s*\("
    r"|std::(?:cout|cerr|clog)|fmt::print(?:ln)?\b"
)
CLOCK = re.compile(r"\b(?:system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b")
FILE_SYSTEM = re.compile(
    r'^\s*#\s*include\s+(<(?:fcntl\.h|unistd\.h|dirent\.h|sys/(?:stat|statfs|statvfs|file|xattr)\.h|filesystem|fstream|cstdio)>'
    r'|"storage/(?:posix|s3)/[^"]*")', re.MULTILINE)
# What these touch is no dataset: {file: what it is}.
NO_DATA = {
    "src/base/control_group.cc": "the kernel's own files",
    "src/base/input_file.cc": "files that a person wrote",
    "src/base/test_directory.h": "directories of tests",
    "src/cli/full_screen.cc": "the terminal",
    "src/cli/main.cc": "the standard streams",
    "src/cli/output_file.cc": "result files",
    "src/cli/result_paths.cc": "where result files may not lie",
    "src/cli/signals.cc": "the process itself",
    "src/model/storage_yaml.cc": "files that a person wrote",
    "src/serve/http_server.cc": "sockets",
    "src/serve/record_files.cc": "Records and storage files",
    "src/serve/work.cc": "its own threads",
    "src/sizing/jobs_yaml.cc": "files that a person wrote",
    "src/train/steps_csv.h": "result files",
    "src/workload/dlio.cc": "files that a person wrote",
    "src/workload/parse.cc": "files that a person wrote",
    "src/world/home_loop.cc": "timers and wake-ups",
    "src/world/lane.cc": "a thread that waits for good",
}
# A literal with a space is a sentence, one that begins with "--" or ends in "=" or ":" the beginning of one; what is
# sought in one was known when it was written, and is to be kept as data.
MESSAGE_SEARCH = re.compile(
    r'\b(?:r?find|starts_with|ends_with|contains|search)\(\s*"[^"\n]* [^"\n]*"'
    r'|(?:\b(?:r?find|starts_with|ends_with|contains|search)\(\s*|[=!]=\s*)"(?:--[^"\n]*|[^"\n]*[=:])"')
# What they search is no sentence of ours: {file: what it is}.
PARSERS = {
    "src/cli/app.cc": "the words of a command line",
    "src/cli/command_line.cc": "the words of a command line",
    "src/dataset/tar.cc": "the keys of a tar's extended headers",
    "src/storage/machine.cc": "the kernel's tables",
}
LAYOUT_NAME = re.compile(r"\bLayoutKind::k\w+")
LAYOUT_PLACES = ("src/workload/spec.", "src/workload/fields.", "src/workload/access.", "src/workload/dlio.", "src/workload/dlio_dataset.",
                 "src/dataset/containers/")
# A word in a literal names a layout too, alone or within a sentence: advice takes it from the traits. "npy" is a
# content's word as well, which anyone may write, and "records" within a sentence is plain English.
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
LAYOUT_WORD = re.compile(r"\b(?:file-per-sample|tfrecord|webdataset|hdf5|parquet)\b|^records$")
# The formats of one sample call themselves so; and what a server lists are Records.
LAYOUT_WORD_PLACES = LAYOUT_PLACES + ("src/dataset/tar.cc", "src/dataset/tfrecord_example.cc", "src/workload/dlio_keys.cc", "src/serve/record_files.cc")
FRAMEWORK_NAME = re.compile(r"\bFramework::k\w+")
FRAMEWORK_PLACES = ("src/workload/spec.", "src/workload/fields.", "src/workload/access.", "src/workload/dlio.")
INCLUDE_LINE = re.compile(r"[ \t]*#[ \t]*include\b")
TABLE_ROW = re.compile(r"^\|\s*`(\w+)`\s*\|[^|]*\|([^|]*)\|\s*$", re.MULTILINE)
# Written apart so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.~$}/-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me")) + r")/\w")
# A function's declaration or definition begins in the first column, with its type; what is indented calls.
FUNCTION_HEAD = re.compile(r"(?!using |requires|static_assert|struct |class |enum |return |namespace |template |typedef |#|EXPECT|ASSERT|TEST|aforo_)[A-Za-z_]")
CALL = re.compile(r"\b([a-z]\w*)\s*(?:<[\w:, ]*>)?\(")
# A name after a type is declared there, as a member or a variable, not called; after one of these words it is called.
DECLARED = re.compile(r"(?:(\w+)|\S>)[&*]*\s+$")
CALLING_WORDS = {"return", "co_return", "co_await", "co_yield", "else", "throw", "new", "case", "and", "or", "not", "do"}
ADDRESS = re.compile(r"(?:[&(,=:{]\s*|^\s+)([a-z]\w+)\b(?!\s*\()")
# What tests alone call and yet belongs to its room: {function: why}.
FOR_TESTS = {
    "engine_table": "the choice of --engine is held to it",
    "make_faulty_engine": "the twin of the engines that fails",
    "parse_example": "what reads back the examples that are written",
    "storage_fields": "docs/storage-file.md is held to it",
}
TEST_HELPER = re.compile(r"(?:^|_)test(?:_|$)|_contract$|_harness$")
CODE = {".h", ".cc", ".py", ".sh", ".cmake", ".ts", ".mjs", ".css"}
TEXT = CODE | {".md", ".txt", ".json", ".yaml", ".yml", ".csv", ""}


def tracked_files(root):
    """What git tracks or would; everything outside build folders where there is no git."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        files = [root / name for name in names]
    else:
        files = [path for path in root.rglob("*") if not {"build", ".git", ".venv"} & set(path.parts)]
    return sorted(path for path in files if path.is_file() and not path.is_symlink())


def documented_rooms(root):
    """{room: rooms it may include}, in the order of ARCHITECTURE.md's table."""
    path = root / "ARCHITECTURE.md"
    text = path.read_text() if path.exists() else ""
    return {room: set(re.findall(r"\w+", deps)) for room, deps in TABLE_ROW.findall(text)}


def cmake_words(path):
    return re.sub(r"#[^\n]*", "", path.read_text()) if path.exists() else ""


def declared_deps(root, room):
    """(NAME, DEPS, rooms its tests may use besides) of the room's aforo_room call."""
    words = re.search(r"aforo_room\(([^)]*)\)", cmake_words(root / "src" / room / "CMakeLists.txt"))
    if not words:
        return None, set(), set()
    arguments, key = {}, ""
    for word in words.group(1).split():
        if word in ("NAME", "SOURCES", "TESTS", "FUZZ", "DEPS", "LIBS", "TEST_LIBS", "TEST_DEFINES"):
            key = word
        else:
            arguments.setdefault(key, []).append(word)
    in_tests = {lib[len("aforo_"):] for lib in arguments.get("TEST_LIBS", []) if lib.startswith("aforo_")}
    return arguments.get("NAME", [None])[0], set(arguments.get("DEPS", [])), in_tests


def check_graph(root):
    table = documented_rooms(root)
    if not table:
        yield "ARCHITECTURE.md: expected a table of rooms with rows '| `room` | sentence | rooms |', found none"
    folders = {path.name for path in (root / "src").iterdir() if path.is_dir() and any(path.glob("*.*"))}
    for room in sorted(folders - set(table)):
        yield f"src/{room}: a folder that the table of ARCHITECTURE.md does not name"
    for room in sorted(set(table) - folders):
        yield f"ARCHITECTURE.md: names room '{room}', but src/{room} does not exist"
    built = re.search(r"foreach\(room ([^)]*)\)", cmake_words(root / "CMakeLists.txt"))
    order = built.group(1).split() if built else []
    if order != list(table):
        yield f"CMakeLists.txt: expected the rooms in the table's order {list(table)}, found {order}"
    if cycle := find_cycle(table):
        yield f"ARCHITECTURE.md: rooms may not include each other in a circle: {' -> '.join(cycle)}"
    for room in sorted(folders & set(table)):
        yield from check_room(root, room, table[room])


def check_room(root, room, allowed):
    (name, deps, in_tests), door = declared_deps(root, room), f"src/{room}/CMakeLists.txt"
    if name != room:
        yield f"{door}: expected aforo_room(NAME {room} ...), found NAME {name}"
    if deps != allowed:
        yield f"{door}: DEPS {sorted(deps)}, but ARCHITECTURE.md lets it include {sorted(allowed)}"
    used = set()
    for path in sorted((root / "src" / room).rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        is_test = path.stem.endswith(("_test", "_fuzz"))
        for included in INCLUDE.findall(path.read_text()):
            other = included.split("/")[0] if "/" in included else None
            if other is None or not (root / "src" / included).exists():
                if other is None or (root / "src" / other).is_dir():
                    yield f"{path.relative_to(root)}: includes \"{included}\"; expected \"room/file.h\" that exists in src/"
                continue
            if other == room:
                continue
            if other not in deps and not (is_test and other in in_tests):
                yield f"{path.relative_to(root)}: includes \"{included}\", but room '{room}' may not include '{other}'"
            if not is_test:
                used.add(other)
    for unused in sorted(deps - used):
        yield f"{door}: DEPS names '{unused}', which no source of '{room}' includes: take it out of DEPS and the table"


def check_named(root):
    for top in ("src", "tests", "bench"):
        for path in sorted((root / top).rglob("*")):
            if "__pycache__" in path.parts or not path.is_file():
                continue
            if path.suffix == ".cc" or path.name.endswith("_test.py"):
                owner = path.parent
                while owner != root and not (owner / "CMakeLists.txt").exists():
                    owner = owner.parent
                named = path.relative_to(owner).as_posix()
                if owner == root or not re.search(rf"(?<![\w/.]){re.escape(named)}(?![\w.])|/{re.escape(named)}(?![\w.])",
                                                  cmake_words(owner / "CMakeLists.txt")):
                    yield f"{path.relative_to(root)}: named in no CMakeLists.txt, so it is never built or run"


def check_speech(root):
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc") or path.stem.endswith(("_test", "_fuzz")):
            continue
        room = path.relative_to(root / "src").parts[0]
        code = without_comments(path.read_text())
        for forbidden, speakers, what in (
            (SPEAKING, SPEAKING_ROOMS, "prints, exits or reads the environment"),
            (CLOCK, CLOCK_ROOMS, "reads a clock"),
        ):
            if room in speakers:
                continue
            for match in forbidden.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                yield f"{path.relative_to(root)}:{line}: '{match.group(0)}' {what}; only {sorted(speakers)} may"


def check_data_doors(root):
    needed = set()
    for path in sorted((root / "src").rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in (".h", ".cc") or path.stem.endswith(("_test", "_fuzz")) or name.startswith("src/storage/"):
            continue
        for match in FILE_SYSTEM.finditer(path.read_text()):
            needed.add(name)
            if name not in NO_DATA:
                yield f"{name}: includes {match.group(1)}; data are asked of a Store (src/storage/store.h)"
    for name in sorted(set(NO_DATA) - needed):
        if (root / name).exists():
            yield f"{name}: named in NO_DATA of this test ({NO_DATA[name]}), but includes nothing that needs it"


def check_documents(root):
    """Follows includes, and from x.h to x.cc: by which file a maker of documents comes to know how a page looks."""
    waiting, seen = ["report/document_of.cc"], set()
    while waiting:
        name = waiting.pop()
        path = root / "src" / name
        if name in seen or not path.exists():
            continue
        seen.add(name)
        for included in INCLUDE.findall(path.read_text()):
            if included in LOOKS:
                yield f"src/{name}: includes \"{included}\", but a document may not know how it looks"
            waiting += [included, included.removesuffix(".h") + ".cc"]


def check_sentences(root):
    needed = set()
    for path in sorted((root / "src").rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in (".h", ".cc") or path.stem.endswith(("_test", "_fuzz")):
            continue
        code = without_comments(path.read_text())
        for match in MESSAGE_SEARCH.finditer(code):
            needed.add(name)
            if name not in PARSERS:
                line = code.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: '{match.group(0)}' searches a sentence; keep what it says as data"
    for name in sorted(set(PARSERS) - needed):
        if (root / name).exists():
            yield f"{name}: named in PARSERS of this test ({PARSERS[name]}), but searches no sentence"


def is_for_tests(path):
    return path.stem.endswith(("_test", "_fuzz")) or TEST_HELPER.search(path.stem) is not None


def calls_in(line):
    """Names that the line calls as free functions: `x.name(` and `x->name(` are members, `Type name(` is declared."""
    for match in CALL.finditer(line):
        before = line[:match.start()]
        declared = DECLARED.search(before)
        if before.endswith((".", "->")) or (declared and declared.group(1) not in CALLING_WORDS):
            continue
        yield match.group(1)


def check_only_in_tests(root):
    """A function that a header offers is called by something that is no test. By name: an overload speaks for all."""
    offered, called = {}, set()
    sources = [path for top in ("src", "bench") for path in sorted((root / top).rglob("*")) if path.suffix in (".h", ".cc")]
    for path in sources:
        if is_for_tests(path):
            continue
        for line in without_strings(without_comments(path.read_text())).splitlines():
            head = CALL.search(line) if FUNCTION_HEAD.match(line) else None
            if head and line[head.start() - 1] != ":" and path.suffix == ".h" and path.is_relative_to(root / "src"):
                offered.setdefault(head.group(1), path)
            called.update(calls_in(line[head.end():] if head else line))
            called.update(ADDRESS.findall(line))
    for name in sorted(set(offered) - called - set(FOR_TESTS)):
        yield f"{offered[name].relative_to(root)}: {name}() is called by tests alone, or by nobody: move it to them or take it out"


def layout_literals(code):
    """Literals, but for the names of included files, with a layout's word in them."""
    for match in LITERAL.finditer(code):
        included = INCLUDE_LINE.match(code, code.rfind("\n", 0, match.start()) + 1)
        if included is None and LAYOUT_WORD.search(match.group(1)):
            yield match


def check_names(root):
    for path in sorted((root / "src").rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in (".h", ".cc") or is_for_tests(path):
            continue
        code = without_comments(path.read_text())
        for found, places, what in (
            (LAYOUT_NAME.finditer, LAYOUT_PLACES, "what a layout is, its LayoutTraits and its Container say"),
            (layout_literals, LAYOUT_WORD_PLACES, "what a layout is called, its LayoutTraits say"),
            (FRAMEWORK_NAME.finditer, FRAMEWORK_PLACES, "what a framework's loader does, its Access says"),
        ):
            if name.startswith(places):
                continue
            for match in found(code):
                line = code.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: names {match.group(0)}; {what}"


def check_texts(root):
    for path in tracked_files(root):
        if path.suffix not in TEXT or path.name == "LICENSE":
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        name = path.relative_to(root)
        lines = text.count("\n")
        most = MAX_CONTRACT_LINES if path.suffix == ".h" and is_contract(text) else MAX_LINES
        if path.suffix in CODE and lines > most:
            yield f"{name}: {lines} lines, expected at most {most}: split it"
        for pattern, what in ((UNFINISHED, "unfinished work"), (MACHINE_PATH, "a path of one machine")):
            for match in pattern.finditer(text):
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {what}: '{match.group(0)}'"


def check_serial(root):
    for door in sorted((root / "src").glob("*/CMakeLists.txt")):
        for target in re.findall(r"\baforo_\w+_test\b", cmake_words(door)):
            yield f"{door.relative_to(root)}: names {target}, which not every build has; aforo_room's TEST_DEFINES and TEST_LIBS reach it"
        words = cmake_words(door)
        serial, threaded = (re.search(rf"aforo_room\([^)]*\b{word}\b([^)]*)", words) for word in ("SERIAL", "THREADED"))
        for path in sorted(door.parent.rglob("*.h")) + sorted(door.parent.rglob("*.cc")) if serial or threaded else []:
            text, own = without_comments(path.read_text()), path.stem.removesuffix("_test") + "_test.cc"
            if serial and THREADS.search(text):
                yield f"{path.relative_to(root)}: knows of threads, but its room says SERIAL; take that out of {door.relative_to(root)}"
            # A stop token that is handed on is no thread.
            if threaded and THREADS.search(text.replace("std::stop_token", "")) and own in words and own not in threaded[1]:
                yield f"{path.relative_to(root)}: knows of threads; name {own} after THREADED in {door.relative_to(root)}"


def check_knots(root):
    src = root / "src"
    paths = [path for path in sorted(src.rglob("*")) if path.suffix in (".h", ".cc") and not is_for_tests(path)]
    texts = {path.relative_to(src).as_posix(): path.read_text() for path in paths}
    if cycle := find_cycle(unit_graph(texts)):
        yield f"a circle of includes: {' -> '.join(cycle)}; move what both need into a file of its own"


def check_types(root):
    """Two types of one name are one to the linker, which then takes one's destructor for the other's."""
    homes = {}
    for path in [path for path in sorted((root / "src").rglob("*.*")) if path.suffix in (".h", ".cc") and not is_for_tests(path)]:
        for found, name in [(found, path.relative_to(root).as_posix()) for found in types_in(path.read_text())]:
            if homes.setdefault(found, name) != name:
                yield f"{name}: defines {found}, as {homes[found]} does: give one of them another name"


def violations(root):
    for check in (check_graph, check_knots, check_types, check_named, check_speech, check_data_doors, check_documents, check_only_in_tests, check_sentences,
                  check_names, check_serial, check_texts):
        yield from check(root)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    found = list(violations(root))
    print(*found, sep="\n", end="\n" if found else "")
    rooms = documented_rooms(root)
    print(f"{len(rooms)} rooms, {sum(map(len, rooms.values()))} doors between them, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
