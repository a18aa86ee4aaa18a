"""std_includes_test.py finds what is missing, and nothing else: on a tree of its own."""

import pathlib
import tempfile
import unittest

from std_includes_test import missing


class StdIncludes(unittest.TestCase):
    def found(self, **files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root) / "src" / name.replace("_", "/", 1).replace("_", ".")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return list(missing(pathlib.Path(root)))

    def test_a_header_that_is_not_read(self):
        self.assertEqual(self.found(base_text_h="#include <string>\n\nstd::string f();\nstd::vector<int> g();\n"),
                         ["src/base/text.h:4: names std::vector, but reads no <vector>"])

    def test_what_an_included_file_reads_counts(self):
        self.assertEqual(self.found(base_text_h="#include <vector>\n",
                                    base_text_cc='#include "base/text.h"\nstd::vector<int> v;\n'), [])

    def test_what_a_header_brings_counts(self):
        self.assertEqual(self.found(base_text_h="#include <map>\nstd::pair<int, int> f();\n"), [])

    def test_comments_and_sentences_name_nothing(self):
        self.assertEqual(self.found(base_text_cc='// std::vector\nconst char* s = "std::vector";\n'), [])

    def test_each_header_once(self):
        self.assertEqual(len(self.found(base_text_cc="std::sqrt(1);\nstd::pow(1, 2);\nfmt::format();\n")), 2)


if __name__ == "__main__":
    unittest.main()
