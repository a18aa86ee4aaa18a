// The worked example of docs/sizing-requirement.md: its numbers are computed anew from its own workload
// block.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "plan/requirement.h"
#include "workload/parse.h"

namespace aforo {
namespace {

std::string document() {
  std::ifstream file(AFORO_SOURCE_DIR "/docs/sizing-requirement.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string yaml_block(const std::string& text) {
  const std::string open = "```yaml\n";
  const auto begin = text.find(open);
  if (begin == std::string::npos) return {};
  const auto end = text.find("```", begin + open.size());
  return text.substr(begin + open.size(), end - begin - open.size());
}

std::string row(const Figure& figure) {
  return "| `" + figure.key + "` | " + figure.label + " | " + figure.formula + " | " + figure.inputs + " | " +
         format_figure(figure) + " |";
}

TEST(RequirementDocument, QuotesTheNumbersThatTheFormulasGive) {
  const std::string text = document();
  ASSERT_FALSE(text.empty());
  Workload workload = parse_workload(yaml_block(text), "docs/sizing-requirement.md");
  ASSERT_EQ(workload.accelerator.count, 64U);
  RequirementAsk ask;
  ask.capacity = parse_bytes("220TB").value();
  std::string expected;
  bool differs = false;
  for (const auto& figure : explain(workload, ask, requirement(workload, ask))) {
    expected += row(figure) + "\n";
    differs = differs || text.find(row(figure) + "\n") == std::string::npos;
  }
  EXPECT_FALSE(differs) << "docs/sizing-requirement.md should hold these rows:\n" << expected;
}

}  // namespace
}  // namespace aforo
