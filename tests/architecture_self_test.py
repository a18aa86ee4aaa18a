"""architecture_test.py finds each kind of violation: a tree that keeps the rules passes, each breach of one fails."""

import pathlib
import tempfile
import unittest

import architecture_test

SOUND = {
    "ARCHITECTURE.md": "# Map\n\n| room | sentence | may include |\n|---|---|---|\n"
    "| `base` | what all use | - |\n| `storage` | moves bytes | base |\n| `cli` | words | base, storage |\n",
    "CMakeLists.txt": "foreach(room base storage cli)\nendforeach()\n",
    "src/base/CMakeLists.txt": "aforo_room(NAME base\n  SOURCES text.cc\n  TESTS text_test.cc)\n",
    "src/base/text.h": "#pragma once\n",
    "src/base/text.cc": '#include "base/text.h"\n// printf("a comment may speak");\nint n = snprintf(0, 0, "");\n',
    "src/base/text_test.cc": '#include "base/text.h"\n',
    "src/storage/CMakeLists.txt": "aforo_room(NAME storage SOURCES read.cc DEPS base)\n",
    "src/storage/read.h": '#pragma once\n#include "base/text.h"\n',
    "src/storage/read.cc": '#include "storage/read.h"\n#include <unistd.h>\nauto now = std::chrono::steady_clock::now();\n',
    "src/cli/CMakeLists.txt": "aforo_room(NAME cli SOURCES main.cc DEPS base storage)\n",
    "src/cli/main.cc": '#include <unistd.h>\n#include "base/text.h"\n#include "storage/read.h"\nint main() { std::exit(printf("hello")); }\n',
    "tests/CMakeLists.txt": "add_test(NAME s COMMAND ${P} ${CMAKE_CURRENT_SOURCE_DIR}/session_test.py)\n",
    "tests/session_test.py": "print('ran')\n",
    "docs/notes.md": "mkdtemp(aforo-XXXXXX) in a temporary folder; see https://example.org/home/page\n",
}


class ArchitectureSelfTest(unittest.TestCase):
    def found(self, changes):
        """The violations of the sound tree with these files replaced (None: removed)."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**SOUND, **changes}.items():
                if text is not None:
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    (root / name).write_text(text)
            return list(architecture_test.violations(root))

    def assert_found(self, words, changes):
        found = self.found(changes)
        self.assertTrue(any(words in violation for violation in found), f"expected '{words}' in {found}")

    def test_a_sound_tree_passes(self):
        self.assertEqual(self.found({}), [])

    def test_a_room_that_the_map_does_not_name(self):
        self.assert_found("src/attic: a folder", {"src/attic/CMakeLists.txt": "aforo_room(NAME attic)\n"})

    def test_a_room_on_the_map_without_a_folder(self):
        self.assert_found("names room 'base'", {name: None for name in SOUND if name.startswith("src/base/")})

    def test_rooms_out_of_the_table_s_order(self):
        self.assert_found("expected the rooms in the table's order",
                          {"CMakeLists.txt": "foreach(room storage base cli)\nendforeach()\n"})

    def test_a_thread_in_a_room_that_says_it_has_none(self):
        serial = {"src/base/CMakeLists.txt": "aforo_room(NAME base SERIAL SOURCES text.cc TESTS text_test.cc)\n"}
        self.assertEqual(self.found(serial), [])
        self.assert_found("src/base/text.cc: knows of threads",
                          {**serial, "src/base/text.cc": '#include "base/text.h"\nstd::atomic<int> n;\n'})

    def test_a_thread_whose_test_the_thread_sanitizer_leaves_out(self):
        door = "aforo_room(NAME base SOURCES text.cc TESTS text_test.cc line_test.cc THREADED line_test.cc DEPS)\n"
        self.assertEqual(self.found({"src/base/CMakeLists.txt": door}), [])
        self.assert_found("src/base/text.cc: knows of threads; name text_test.cc after THREADED",
                          {"src/base/CMakeLists.txt": door,
                           "src/base/text.cc": '#include "base/text.h"\nstd::atomic<int> n;\n'})

    def test_a_room_that_names_its_test_program(self):
        self.assert_found("src/base/CMakeLists.txt: names aforo_base_test",
                          {"src/base/CMakeLists.txt": "aforo_room(NAME base SOURCES text.cc TESTS text_test.cc)\n"
                                                      "target_compile_definitions(aforo_base_test PRIVATE A=1)\n"})

    def test_files_that_include_each_other(self):
        self.assert_found("a circle of includes: base/line -> base/text -> base/line",
                          {"src/base/line.h": '#pragma once\n#include "base/text.h"\n',
                           "src/base/text.cc": '#include "base/text.h"\n#include "base/line.h"\n'})

    def test_two_types_of_one_name(self):
        one, other = "namespace aforo {\nstruct Twin {\n  int n;\n};\n}  // namespace aforo\n", "class Twin final : public Base {\n"
        apart = "namespace aforo {\nnamespace {\nclass Twin {\n};\n}  // namespace\n}  // namespace aforo\n"
        named = "namespace aforo {\nnamespace inner {\nclass Twin {\n};\n}  // namespace inner\n}  // namespace aforo\n"
        said = "defines aforo::Twin, as src/base/one.h does: give one of them another name"
        self.assert_found(said, {"src/base/one.h": one, "src/tool/other.h": "namespace aforo {\n" + other + "};\n}  // namespace aforo\n"})
        for text in (apart, named):
            self.assertNotIn("Twin", str(self.found({"src/base/one.h": one, "src/tool/other.cc": text})))

    def test_a_map_without_a_table(self):
        self.assert_found("expected a table of rooms", {"ARCHITECTURE.md": "# Map\n"})

    def test_an_include_through_a_closed_door(self):
        self.assert_found("room 'base' may not include 'storage'",
                          {"src/base/text.cc": '#include "storage/read.h"\n'})

    def test_a_test_may_not_use_a_closed_door_either(self):
        self.assert_found("room 'base' may not include 'storage'",
                          {"src/base/text_test.cc": '#include "storage/read.h"\n'})

    def test_a_door_in_cmake_that_the_map_does_not_show(self):
        self.assert_found("but ARCHITECTURE.md lets it include", {
            "src/base/CMakeLists.txt": "aforo_room(NAME base SOURCES text.cc TESTS text_test.cc DEPS storage)\n"})

    def test_a_door_that_nobody_uses(self):
        self.assert_found("which no source of 'storage' includes", {"src/storage/read.h": "#pragma once\n"})

    def test_rooms_in_a_circle(self):
        table = SOUND["ARCHITECTURE.md"].replace("| what all use | - |", "| what all use | storage |")
        self.assert_found("in a circle: base -> storage -> base", {"ARCHITECTURE.md": table})

    def test_an_include_without_its_room(self):
        self.assert_found('expected "room/file.h"', {"src/base/text.cc": '#include "text.h"\n'})

    def test_a_test_on_disk_that_never_runs(self):
        self.assert_found("src/base/lost_test.cc: named in no CMakeLists.txt", {"src/base/lost_test.cc": "\n"})
        self.assert_found("tests/lost_test.py: named in no CMakeLists.txt", {"tests/lost_test.py": "\n"})

    def test_a_test_that_is_only_commented_out(self):
        self.assert_found("session_test.py: named in no", {"tests/CMakeLists.txt": "# session_test.py\n"})

    def test_a_room_that_speaks(self):
        for speech in ('std::cout << "x";', 'std::fprintf(stderr, "x");', 'fmt::print("x");', 'getenv("HOME");',
                       "std::exit(1);", 'puts("x");'):
            self.assert_found("src/storage/read.cc:2: ",
                              {"src/storage/read.cc": f'#include "storage/read.h"\nvoid f() {{ {speech} }}\n'})

    def test_a_clock_where_time_must_be_given(self):
        self.assert_found("reads a clock", {"src/base/text.cc": "auto t = std::chrono::system_clock::now();\n"})

    def test_data_that_are_not_asked_of_a_store(self):
        for include in ("<fcntl.h>", "<sys/stat.h>", "<filesystem>", "<fstream>", '"storage/posix/walk.h"'):
            self.assert_found(f"src/base/text.cc: includes {include}; data are asked of a Store",
                              {"src/base/text.cc": f'#include "base/text.h"\n  # include {include}\n'})
        self.assert_found("src/cli/main.cc: named in NO_DATA", {"src/cli/main.cc": '#include "storage/read.h"\n'})

    def test_a_document_that_knows_how_it_looks(self):
        room = {"src/report/document_of.cc": '#include "report/run_document.h"\n', "src/report/run_document.h": "",
                "src/report/look.h": ""}
        knows = {**room, "src/report/run_document.cc": '#include "report/look.h"\n'}
        self.assert_found('src/report/run_document.cc: includes "report/look.h", but a document', knows)
        does_not = {**room, "src/report/run_document.cc": "", "src/report/terminal.cc": '#include "report/look.h"\n'}
        self.assertFalse([v for v in self.found(does_not) if "document may not know" in v])

    def test_a_sentence_that_is_searched(self):
        self.assert_found("searches a sentence",
                          {"src/storage/read.cc": '#include "base/text.h"\n#include <unistd.h>\n'
                                                  'bool late = text.find("gave up") != 0;\n'})
        for search in ('text.starts_with("--find-max")', 'text.find("samples=")', 'text.rfind("name:", 0)', 'text == "--all"'):
            self.assert_found("searches a sentence",
                              {"src/storage/read.cc": f'#include "base/text.h"\n#include <unistd.h>\nbool b = {search};\n'})
        for fine in ('text.starts_with("-")', 'text.find(name)', 'text == "all"', 'seen = "--all";', '// text.find("gave up")'):
            self.assertEqual(self.found({"src/storage/read.cc": f'#include "base/text.h"\n#include <unistd.h>\n{fine}\n'}), [])

    def test_a_layout_named_outside_its_places(self):
        code = '#include "base/text.h"\n// LayoutKind::kTar in a comment\nbool tar = kind == LayoutKind::kTar;\n'
        self.assert_found("src/base/text.cc:3: names LayoutKind::kTar", {"src/base/text.cc": code})
        self.assertEqual(self.found({"src/base/text_test.cc": code}), [])
        places = {"src/workload/spec.cc": code, "src/dataset/containers/tar.cc": code}
        self.assertFalse([found for found in self.found(places) if "LayoutKind" in found])

    def test_a_layout_s_word_in_quotes_outside_its_places(self):
        code = '#include "base/text.h"\n// "tfrecord" in a comment\nauto a = "give --layout tfrecord";\nauto b = "tfrecord";\n'
        self.assert_found('src/base/text.cc:3: names "give --layout tfrecord"', {"src/base/text.cc": code})
        self.assert_found('src/base/text.cc:4: names "tfrecord"', {"src/base/text.cc": code})
        self.assertEqual(len(self.found({"src/base/text.cc": code})), 2)
        fine = '#include "base/text.h"\nauto a = "fixed-size records", tfrecord = f("a", "b");\nauto b = "tfrecords";\n'
        self.assertEqual(self.found({"src/base/text.cc": fine}), [])
        self.assertFalse([found for found in self.found({"src/base/text.cc": '#include "dataset/tfrecord.h"\n'}) if "names" in found])
        self.assertEqual(self.found({"src/base/text_test.cc": code}), [])
        places = {"src/workload/dlio.cc": code, "src/dataset/tar.cc": code}
        self.assertFalse([found for found in self.found(places) if "names" in found and "tfrecord" in found])

    def test_a_framework_named_outside_its_places(self):
        code = '#include "base/text.h"\n// Framework::kIdeal in a comment\nbool ideal = f == Framework::kIdeal;\n'
        self.assert_found("src/base/text.cc:3: names Framework::kIdeal", {"src/base/text.cc": code})
        self.assertEqual(self.found({"src/base/text_test.cc": code}), [])
        places = {"src/workload/access.cc": code, "src/workload/dlio.cc": code}
        self.assertFalse([found for found in self.found(places) if "Framework" in found])

    def test_a_file_too_long(self):
        text = '#include "base/text.h"\n'
        self.assert_found("401 lines, expected at most 400", {"src/base/text.cc": text + "\n" * 400})
        self.assertEqual(self.found({"src/base/text.cc": text + "\n" * 399}), [])

    def test_a_header_that_only_declares_may_be_longer(self):
        self.assertEqual(self.found({"src/base/text.h": "// a promise\n" * 500}), [])
        self.assert_found("501 lines, expected at most 500", {"src/base/text.h": "// a promise\n" * 501})
        body = "inline int f(int x) {\n" + "  x += 1;\n" * 10 + "  return x;\n}\n"
        self.assert_found("413 lines, expected at most 400", {"src/base/text.h": "// a promise\n" * 400 + body})

    def test_a_function_that_tests_alone_call(self):
        offer = {"src/base/text.h": "#pragma once\nint count_words(int n);\n"}
        words = "src/base/text.h: count_words() is called by tests alone"
        self.assert_found(words, offer)
        used = "  return count_words(1);\n"
        self.assert_found(words, {**offer, "src/base/text_test.cc": '#include "base/text.h"\nint f() {\n' + used + "}\n"})
        self.assert_found(words, {**offer, "src/base/text.cc": "// count_words(1)\nint count_words(int n) { return n; }\n"})
        for other in ("int f() {\n  return text.count_words(1);\n}\n", "int f() {\n  return text->count_words(1);\n}\n",
                      "struct Text {\n  int count_words(int n);\n};\n", "int Text::count_words(int n) {\n  return n;\n}\n",
                      'const char* f() {\n  return "count_words(1)";\n}\n'):
            self.assert_found(words, {**offer, "src/storage/read.cc": '#include "base/text.h"\n' + other})
        for caller in ("int f() {\n" + used + "}\n", "const auto f = &count_words;\n", "int f() { return count_words(2); }\n"):
            found = self.found({**offer, "src/storage/read.cc": '#include "base/text.h"\n' + caller})
            self.assertFalse([violation for violation in found if "tests alone" in violation], caller)

    def test_a_method_that_a_header_defines_is_no_free_function(self):
        found = self.found({"src/base/text.h": "#pragma once\ninline int Text::count_words(int n) { return n; }\n"})
        self.assertFalse([violation for violation in found if "tests alone" in violation])

    def test_unfinished_work(self):
        self.assert_found("docs/notes.md:2: unfinished work", {"docs/notes.md": "\nTO" + "DO: later\n"})

    def test_a_path_of_one_machine(self):
        self.assert_found("docs/notes.md:1: a path of one machine", {"docs/notes.md": "see /ho" + "me/me/data\n"})


if __name__ == "__main__":
    unittest.main()
