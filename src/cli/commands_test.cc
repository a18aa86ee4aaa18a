// The table judges itself: every option is declared well, once, and means something.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "cli/command_line.h"
#include "workload/parse.h"

namespace aforo {
namespace {

std::vector<const Option*> plain(const Command& command) {
  std::vector<const Option*> out;
  for (const Row* row : options_of(command)) out.push_back(&row->option);
  return out;
}

TEST(Commands, NamesAndLettersAreUnique) {
  std::set<std::string_view> commands_seen;
  for (const Command& command : commands()) {
    EXPECT_TRUE(commands_seen.insert(command.name).second) << command.name;
    std::set<std::string_view> names;
    std::set<char> letters;
    for (const Option* option : plain(command)) {
      EXPECT_TRUE(names.insert(option->name).second) << command.name << " --" << option->name;
      if (option->letter != 0) {
        EXPECT_TRUE(letters.insert(option->letter).second) << command.name << " -" << option->letter;
      }
    }
    EXPECT_TRUE(names.count("help")) << command.name;
  }
}

TEST(Commands, AreCalledAsTheirAsks) {
  for (const Command& command : commands()) EXPECT_EQ(command.name, table_of(command).command);
}

TEST(Commands, EveryOptionIsDocumented) {
  for (const Command& command : commands())
    for (const Option* option : plain(command)) {
      SCOPED_TRACE(std::string(command.name) + " --" + std::string(option->name));
      EXPECT_GE(option->help.size(), 12U);
      EXPECT_TRUE(std::islower(static_cast<unsigned char>(option->help.front())));
      EXPECT_NE(option->help.back(), '.');
      EXPECT_FALSE(option->group.empty());
      EXPECT_EQ(option->kind == ValueKind::kFlag, form_of(*option).empty())
          << "a value has a name, a flag has none";
      for (const char c : option->name)
        EXPECT_TRUE(std::islower(static_cast<unsigned char>(c)) != 0 || c == '-');
    }
}

TEST(Commands, DefaultsAreGoodValues) {
  for (const Command& command : commands())
    for (const Option* option : plain(command))
      if (!option->fallback.empty()) {
        EXPECT_EQ(problem_with(*option, option->fallback), "") << option->name;
      }
}

TEST(Commands, KeysAreWorkloadFields) {
  std::set<std::string> fields;
  for (const FieldDoc& field : workload_fields()) fields.insert(field.key);
  for (const Command& command : commands())
    for (const Option* option : plain(command))
      if (!option->key.empty()) {
        EXPECT_TRUE(fields.count(std::string(option->key)))
            << "--" << option->name << " sets " << option->key;
      }
}

// "a | b": the words of a field, as its document lists them.
std::vector<std::string> words_of(const std::string& form) {
  std::vector<std::string> words;
  std::istringstream in(form);
  for (std::string word; in >> word;)
    if (word != "|") words.push_back(word);
  return words;
}

// An option that sets a field offers the field's own words, all of them or those that the command can do.
TEST(Commands, ChoicesAreTheWordsOfTheFieldThatTheySet) {
  std::set<std::string_view> seen;
  for (const Command& command : commands())
    for (const Option* option : plain(command)) {
      if (option->kind != ValueKind::kChoice || option->key.empty()) continue;
      for (const FieldDoc& field : workload_fields()) {
        if (field.key != option->key) continue;
        EXPECT_THAT(option->words(), testing::IsSubsetOf(words_of(field.form)))
            << command.name << " --" << option->name;
        seen.insert(option->name);
      }
    }
  EXPECT_EQ(seen, (std::set<std::string_view>{"content", "deliver", "layout", "read"}));
}

TEST(Commands, FlagsWithAKeyHaveAValueForIt) {
  for (const Command& command : commands())
    for (const Option* option : plain(command))
      EXPECT_EQ(!option->key_value.empty(), option->kind == ValueKind::kFlag && !option->key.empty())
          << option->name;
}

TEST(Commands, OptionsOfAGroupStandTogether) {
  for (const Command& command : commands()) {
    std::set<std::string_view> closed;
    std::string_view open;
    for (const Option* option : plain(command)) {
      if (option->group == open) continue;
      closed.insert(open);
      open = option->group;
      EXPECT_FALSE(closed.count(open)) << command.name << ": " << open << " is split at --" << option->name;
    }
  }
}

TEST(Commands, ExamplesAreCommandLinesThatParse) {
  for (const Command& command : commands()) {
    if (!command.hidden) {
      EXPECT_GE(command.examples.size(), 2U) << command.name;
    }
    for (const Example& example : command.examples) {
      std::vector<std::string> words;
      std::string word;
      for (const char c : std::string(example.line) + " ") {
        if (c != ' ') {
          word += c;
        } else if (!word.empty()) {
          words.push_back(std::exchange(word, {}));
        }
      }
      const auto redirection = std::find(words.begin(), words.end(), ">");
      words.erase(redirection, words.end());
      ASSERT_GE(words.size(), 2U) << example.line;
      EXPECT_EQ(words[0], "aforo");
      const Command* shown = find_command(words[1]);  // its own, or the one that goes on from here
      ASSERT_NE(shown, nullptr) << example.line;
      EXPECT_NO_THROW(read_command_line(*shown, std::span(words).subspan(2))) << example.line;
    }
  }
}

}  // namespace
}  // namespace aforo
