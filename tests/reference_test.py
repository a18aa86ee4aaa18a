"""What people read is what the declarations say: docs/reference.md and the options that documents mention."""

import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(os.environ["AFORO_SOURCE_DIR"])
AFORO = os.environ["AFORO"]


def aforo(*words):
    return subprocess.run([AFORO, *words], capture_output=True, text=True, check=True).stdout


def options_by_command(reference):
    """{command: its options' words, long and short} from the tables of the reference."""
    found = {}
    for section in re.split(r"^## ", reference, flags=re.MULTILINE)[1:]:
        if named := re.match(r"aforo (\w+)\n", section):
            rows = re.findall(r"^\| ((?:`-[\w-]+`(?:, )?)+)", section, flags=re.MULTILINE)
            found[named.group(1)] = {word for row in rows for word in re.findall(r"`(-[\w-]+)`", row)}
    return found


def command_lines(text):
    """Every 'aforo COMMAND ...' that a document shows, up to the end of its line or code span."""
    return re.findall(r"(?<![\w/-])(?:build/release/)?aforo ([a-z]+)((?: [^\n`|#]*)?)", text)


class ReferenceTest(unittest.TestCase):
    def setUp(self):
        self.reference = aforo("reference")
        self.options = options_by_command(self.reference)

    def test_the_reference_is_up_to_date(self):
        written = (ROOT / "docs/reference.md").read_text()
        self.assertEqual(written, self.reference, "run: build/release/aforo reference > docs/reference.md")

    def test_the_reference_has_every_command_of_the_overview(self):
        overview = aforo("--help")
        self.assertGreaterEqual(set(self.options), {"run", "generate", "inspect", "size", "catalogue"})
        for command in self.options:
            self.assertRegex(overview, rf"\b{command}\b")

    def test_help_of_every_command_names_each_of_its_options(self):
        for command, options in self.options.items():
            shown = aforo(command, "--help")
            for option in options:
                self.assertRegex(shown, rf"(?<![\w-]){option}(?![\w-])", f"aforo {command} --help")

    def test_documents_mention_only_options_that_exist(self):
        mentioned = 0
        for document in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]:
            if not document.exists():
                continue
            for command, words in command_lines(document.read_text()):
                for option in re.findall(r"(?<= )--?[a-z][\w-]*", words):
                    mentioned += 1
                    self.assertIn(option, self.options.get(command, ()),
                                  f"{document.name} shows: aforo {command}{words}")
        self.assertGreater(mentioned, 10)


if __name__ == "__main__":
    unittest.main()
