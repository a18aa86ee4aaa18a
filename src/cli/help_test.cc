#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace aforo {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Help, NamesEveryOptionAndItsDefault) {
  for (const Command& command : commands()) {
    const std::string text = help_of(command, 100);
    for (const Row* row : options_of(command)) {
      const Option* option = &row->option;
      EXPECT_THAT(text, HasSubstr("--" + std::string(option->name))) << command.name;
      if (!option->fallback.empty()) {
        EXPECT_THAT(text, HasSubstr("[" + std::string(option->fallback) + "]")) << option->name;
      }
    }
    EXPECT_THAT(text, HasSubstr("Exit codes: 0"));
  }
}

TEST(Help, KeepsToTheWidthOfTheTerminal) {
  for (const Command& command : commands()) {
    std::istringstream lines(help_of(command, 80));
    std::string line;
    bool prose = true;  // usage, examples and exit codes are for copying, not for wrapping
    while (std::getline(lines, line)) {
      if (line == "Examples:") prose = false;
      if (prose && line.rfind("usage:", 0) != 0) {
        EXPECT_LE(line.size(), 80U) << line;
      }
    }
  }
}

TEST(Help, OverviewListsCommandsButNoHiddenOnes) {
  EXPECT_THAT(overview(), HasSubstr("  size       Say which storage to buy for a job"));
  EXPECT_THAT(overview(), Not(HasSubstr("  reference")));
}

TEST(Help, ReferenceListsEveryRow) {
  const std::string text = reference_markdown();
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    const auto begin = text.find("\n## aforo " + std::string(command.name) + "\n");
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    for (const Row* row : options_of(command))
      EXPECT_THAT(section, HasSubstr("`--" + std::string(row->option.name) + "`")) << command.name;
    for (const Row* word : words_of(command))
      EXPECT_THAT(section, HasSubstr("- `" + std::string(word->option.form) + "`: ")) << command.name;
  }
}

TEST(Help, ReferenceHasEveryCommandOnce) {
  const std::string text = reference_markdown();
  for (const Command& command : commands()) {
    const std::string heading = "\n## aforo " + std::string(command.name) + "\n";
    const auto first = text.find(heading);
    EXPECT_EQ(first == std::string::npos, command.hidden) << command.name;
    if (first != std::string::npos) {
      EXPECT_EQ(text.find(heading, first + 1), std::string::npos) << command.name;
    }
  }
  EXPECT_THAT(text, HasSubstr("`buffered\\|direct`"));  // a bar must not end the cell
}

}  // namespace
}  // namespace aforo
