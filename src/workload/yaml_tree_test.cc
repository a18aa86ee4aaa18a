#include "workload/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

std::string tree_error(std::string_view text) {
  try {
    read_yaml(text, "f.yaml");
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(YamlTree, KeepsLinesAndWords) {
  const YamlNode root = read_yaml("a: 1\nb:\n  - x\n  - {c: \"two words\"}\n", "f.yaml");
  ASSERT_TRUE(root.is_map());
  EXPECT_EQ(root.find("a")->text, "1");
  EXPECT_EQ(root.find("b")->line, 2);
  EXPECT_EQ(root.find("b")->items[1].find("c")->text, "two words");
  EXPECT_EQ(root.find("missing"), nullptr);
  EXPECT_EQ(root.find("a")->find("below a scalar"), nullptr);
}

TEST(YamlTree, WritesAliasesOut) {
  const YamlNode root = read_yaml("a: &x {b: 1}\nc: *x\n", "f.yaml");
  EXPECT_EQ(root.find("c")->find("b")->text, "1");
  EXPECT_EQ(root.find("c")->line, 2);
}

TEST(YamlTree, NamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(tree_error("a: 1\nb: 2\na: 3\n"), "f.yaml:3: expected every key once, found 'a' again");
  EXPECT_THAT(tree_error("a: 1\nb: [1, 2\n"), HasSubstr("f.yaml:3: expected YAML"));
  EXPECT_THAT(tree_error("a: {b: 1, b: 2}\n"), HasSubstr("f.yaml:1: expected every key once"));
  EXPECT_THAT(tree_error("a: 1\n? [x]\n: 2\n"), HasSubstr("f.yaml:2: expected a word as key"));
}

TEST(YamlTree, RefusesWhatIsNoWorkload) {
  EXPECT_EQ(tree_error(""), "f.yaml: expected keys and values, found an empty file");
  EXPECT_THAT(tree_error(std::string_view("a: 1\nb: \0\x01", 10)),
              HasSubstr("f.yaml:2: expected YAML text, found binary"));
  EXPECT_THAT(tree_error("a: 1\n---\nb: 2\n"),
              HasSubstr("f.yaml:2: expected one YAML document, found another"));
  EXPECT_THAT(tree_error(std::string(2 << 20, 'a')), HasSubstr("at most 1048576 bytes"));
}

TEST(YamlTree, IsNotBlownUpByAliases) {
  // Each level holds ten of the level before: 10^9 values from ten lines.
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    std::string uses;
    for (int k = 0; k < 10; ++k) uses += (k > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + uses + "]\n";
  }
  EXPECT_THAT(tree_error(bomb), HasSubstr("expected at most 20000 values, found more"));
}

TEST(YamlTree, IsNotBlownUpByDepth) {
  EXPECT_THAT(tree_error(std::string(30, '[') + std::string(30, ']')), HasSubstr("at most 20 levels"));
  EXPECT_NE(tree_error(std::string(100'000, '[')), "no error");
  EXPECT_THAT(tree_error("a: &a [*a]\n"), HasSubstr("found one inside it"));
}

TEST(YamlTree, EndsOnTextThatYamlCppReadsForEver) {
  EXPECT_NE(tree_error(", a\n"), "no error");
  EXPECT_NE(tree_error("] b\n"), "no error");
}

TEST(YamlText, ComesBackAsItWas) {
  for (const std::string word :
       {"plain", "two words", "", "null", "~", "a: b", "# no comment", "\"quoted\"", "back\\slash",
        "line\nbreak", "tab\t", "-dash", "{brace}", "h\u00e9", "true", "1e3", "x\x01y"}) {
    const YamlNode node = read_yaml("key: " + yaml_text(word), "f.yaml");
    EXPECT_EQ(node.find("key")->text, word);
    EXPECT_EQ(node.find("key")->kind, YamlNode::Kind::kScalar) << word;
  }
}

TEST(Quote, IsShortAndPrintable) {
  EXPECT_EQ(quote("abc"), "'abc'");
  EXPECT_EQ(quote(std::string(100, 'x')), "'" + std::string(40, 'x') + "...'");
  EXPECT_EQ(quote("a\x1b[2J\n"), "'a [2J '");
}

}  // namespace
}  // namespace aforo
