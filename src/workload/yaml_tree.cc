#include "workload/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

constexpr std::size_t kLargestText = 1 << 20;
constexpr int kMostValues = 20'000;
constexpr int kDeepest = 20;

[[noreturn]] void fail(std::string_view file, int line, std::string_view message) {
  throw UserError(line > 0 ? fmt::format("{}:{}: {}", file, line, message)
                           : fmt::format("{}: {}", file, message));
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
}

int line_of(const YAML::Mark& mark) { return mark.is_null() ? 0 : mark.line + 1; }

// Copies yaml-cpp's graph into a tree. Aliases are written out, so the budget of values bounds what they can
// cost.
class Copier {
 public:
  explicit Copier(std::string_view file) : file_(file) {}

  YamlNode copy(const YAML::Node& node, int depth) {
    YamlNode result;
    result.line = line_of(node.Mark());
    if (++values_ > kMostValues) {
      fail(file_, result.line,
           fmt::format("expected at most {} values, found more (aliases count too)", kMostValues));
    }
    if (depth > kDeepest) {
      fail(file_, result.line, fmt::format("expected at most {} levels, found more", kDeepest));
    }
    if (node.IsScalar()) {
      result.kind = YamlNode::Kind::kScalar;
      result.text = node.Scalar();
    } else if (node.IsSequence()) {
      result.kind = YamlNode::Kind::kSequence;
      for (const auto& item : node) result.items.push_back(copy(item, depth + 1));
    } else if (node.IsMap()) {
      copy_map(node, depth, result);
    }
    return result;
  }

 private:
  void copy_map(const YAML::Node& node, int depth, YamlNode& result) {
    result.kind = YamlNode::Kind::kMap;
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const int line = line_of(entry.first.Mark());
      if (!entry.first.IsScalar())
        fail(file_, line, "expected a word as key, found a list, a mapping or nothing");
      const std::string& key = entry.first.Scalar();
      if (!seen.insert(key).second) {
        fail(file_, line, fmt::format("expected every key once, found {} again", quote(key)));
      }
      YamlNode item = copy(entry.second, depth + 1);
      item.key = key;
      item.line = line;
      result.items.push_back(std::move(item));
    }
  }

  std::string_view file_;
  int values_ = 0;
};

void require_text(std::string_view text, std::string_view file) {
  if (text.size() > kLargestText) {
    fail(file, 0,
         fmt::format("expected a YAML file of at most {} bytes, found {}", kLargestText, text.size()));
  }
  const auto control = std::find_if(text.begin(), text.end(), is_control);
  if (control != text.end()) {
    const auto line = std::count(text.begin(), control, '\n') + 1;
    fail(file, static_cast<int>(line),
         fmt::format("expected YAML text, found binary data (byte 0x{:02x})",
                     static_cast<unsigned char>(*control)));
  }
}

bool is_plain(std::string_view word) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto inside = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  if (word.empty() || !(letter(word.front()) || (word.front() >= '0' && word.front() <= '9'))) return false;
  if (!std::all_of(word.begin(), word.end(), inside)) return false;
  return to_lower(word) != "null";
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view name) const {
  if (kind != Kind::kMap) return nullptr;
  for (const YamlNode& item : items) {
    if (item.key == name) return &item;
  }
  return nullptr;
}

YamlNode read_yaml(std::string_view text, std::string_view file) {
  require_text(text, file);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.empty()) fail(file, 0, "expected keys and values, found an empty file");
    if (documents.size() > 1)
      fail(file, 0, fmt::format("expected one YAML document, found {}", documents.size()));
    return Copier(file).copy(documents.front(), 0);
  } catch (const YAML::Exception& error) {
    fail(file, line_of(error.mark), fmt::format("expected YAML, found what is none: {}", error.msg));
  }
}

std::string quote(std::string_view word) {
  constexpr std::size_t kShown = 40;
  std::string shown(word.substr(0, kShown));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return is_control(c) || c == '\n' || c == '\r'; }, ' ');
  return fmt::format("'{}{}'", shown, word.size() > kShown ? "..." : "");
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kScalar:
      return quote(node.text);
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a mapping";
    case YamlNode::Kind::kNull:
      break;
  }
  return "nothing";
}

std::string yaml_text(std::string_view word) {
  if (is_plain(word)) return std::string(word);
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c == '\t') {
      text += "\\t";
    } else if (is_control(c)) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text + '"';
}

}  // namespace aforo
