#include "workload/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

// Chosen: far more than a workload or a storage that a person wrote, and an end to what a hostile file costs.
constexpr std::size_t kLargestText = 1 << 20;
constexpr int kMostValues = 20'000;
constexpr std::size_t kDeepest = 20;

[[noreturn]] void fail(std::string_view file, int line, std::string_view message) {
  throw UserError(line > 0 ? fmt::format("{}:{}: {}", file, line, message)
                           : fmt::format("{}: {}", file, message));
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
}

int line_of(const YAML::Mark& mark) { return mark.is_null() ? 0 : mark.line + 1; }

int count_values(const YamlNode& node) {
  int values = 1;
  for (const YamlNode& item : node.items) values += count_values(item);
  return values;
}

// Builds the tree from yaml-cpp's events. Its own node graph would keep keys that stand twice, share what
// aliases name, and grow without bound on some broken texts; here every value is counted when it comes.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view file) : file_(file) {}

  bool has_document() const { return documents_ > 0; }
  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(file_, line_of(mark), "expected one YAML document, found another");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(leaf(mark, YamlNode::Kind::kNull), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto at = anchors_.find(anchor);
    if (at == anchors_.end())
      fail(file_, line_of(mark), "expected an alias of something complete, found one inside it");
    spend(count_values(at->second), line_of(mark));
    add(at->second, YAML::NullAnchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = leaf(mark, YamlNode::Kind::kScalar);
    node.text = value;
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::kSequence, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::kMap, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    std::set<std::string> keys;
    bool has_key = false;  // a key was read and waits for its value
    std::string key;
    int key_line = 0;
  };

  void spend(int values, int line) {
    values_ += values;
    if (values_ > kMostValues) {
      fail(file_, line,
           fmt::format("expected at most {} values, found more (aliases count too)", kMostValues));
    }
  }

  YamlNode leaf(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = line_of(mark);
    spend(1, node.line);
    return node;
  }

  void open(const YAML::Mark& mark, YamlNode::Kind kind, YAML::anchor_t anchor) {
    if (open_.size() >= kDeepest) {
      fail(file_, line_of(mark), fmt::format("expected at most {} levels, found more", kDeepest));
    }
    open_.push_back({leaf(mark, kind), anchor, {}, false, {}, 0});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.anchor);
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_.insert_or_assign(anchor, node);
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (!parent.node.is_map()) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.has_key) {
      node.key = std::move(parent.key);
      node.line = parent.key_line;
      parent.has_key = false;
      parent.node.items.push_back(std::move(node));
    } else {
      take_key(parent, node);
    }
  }

  void take_key(Open& parent, YamlNode& node) {
    if (node.kind != YamlNode::Kind::kScalar) {
      fail(file_, node.line, "expected a word as key, found a list, a mapping or nothing");
    }
    if (node.text == "<<") {
      fail(file_, node.line,
           "expected a key, found a merge ('<<'), which aforo does not carry out: write its keys out");
    }
    if (!parent.keys.insert(node.text).second) {
      fail(file_, node.line, fmt::format("expected every key once, found {} again", quote(node.text)));
    }
    parent.key = std::move(node.text);
    parent.key_line = node.line;
    parent.has_key = true;
  }

  std::string_view file_;
  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  int documents_ = 0;
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
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    TreeBuilder builder(file);
    while (parser.HandleNextDocument(builder)) {
    }
    if (!builder.has_document()) fail(file, 0, "expected keys and values, found an empty file");
    return builder.take_root();
  } catch (const YAML::Exception& error) {
    fail(file, line_of(error.mark), fmt::format("expected YAML, found what is none: {}", error.msg));
  }
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
