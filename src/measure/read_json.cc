#include "measure/read_json.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"

namespace aforo {
namespace {

// Chosen: a Record has ten levels, and its largest object some hundred keys.
constexpr std::size_t kDeepestJson = 64;
constexpr std::size_t kMostKeys = 4096;

// Looks at the text once before a tree is made of it.
class JsonJudge final : public nlohmann::json_sax<Json> {
 public:
  explicit JsonJudge(std::string_view what) : what_(what) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return begin(); }
  bool start_array(std::size_t) override { return begin(); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(string_t&) override {
    if (++keys_.back() > kMostKeys)
      throw UserError(
          fmt::format("expected {} as JSON of at most {} keys in an object, found more", what_, kMostKeys));
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const Json::exception&) override {
    failed_at_ = at;
    return false;
  }

  // In bytes, from 1, behind what could not be taken.
  std::size_t failed_at() const { return failed_at_; }

 private:
  bool begin() {
    if (keys_.size() == kDeepestJson)
      throw UserError(
          fmt::format("expected {} as JSON of at most {} levels, found more", what_, kDeepestJson));
    keys_.push_back(0);
    return true;
  }
  bool end() {
    keys_.pop_back();
    return true;
  }

  std::string_view what_;
  // Of each object or list that is open.
  std::vector<std::size_t> keys_;
  std::size_t failed_at_ = 0;
};

}  // namespace

Json read_json(std::string_view text, std::string_view what) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw UserError(fmt::format("expected {} as JSON, found nothing", what));
  JsonJudge judge(what);
  if (Json::sax_parse(text.begin(), text.end(), &judge)) return Json::parse(text.begin(), text.end());
  if (judge.failed_at() > text.size())
    throw UserError(
        fmt::format("expected {} as JSON, found one that is cut short after {} bytes", what, text.size()));
  throw UserError(
      fmt::format("expected {} as JSON, found something else at byte {}", what, judge.failed_at()));
}

}  // namespace aforo
