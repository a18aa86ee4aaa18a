// One row per option: the option's data, bound to the member of the ask that holds its value.
//
// From the rows of an ask follow reading a text into a typed member, refusing what contradicts itself, the echo in
// the Record, help and docs/reference.md. Adding an option is one row, the member it names, and its use. The
// compiler holds row and member together: a member of another type than the option's kind does not compile, and a
// word of a choice is a value of its enumeration.
//
//   row<&SizeAsk::years>({"years", 0, ValueKind::kCount, "N", "0", "hold what has grown after N years", kSizingGroup})
//
// Rows are constants; an ask may be shared between threads only while nobody changes it. Failure: UserError.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "answer/option.h"
#include "answer/setting.h"

namespace aforo {

struct Row;

// What a command takes. One constant per kind of ask.
struct AskTable {
  std::string_view command;   // "size"
  std::string_view usage;     // after "aforo size": "W [key=value]... [options]"
  std::span<const Row> rows;  // words (W, DIR) first, then options in the order of the help
};

// What is asked of a command, complete and typed: the base of RunAsk, SizeAsk, ... Default constructed it is the
// command line without options.
struct Ask {
  virtual ~Ask() = default;
  virtual const AskTable& table() const = 0;

  // Contradictions that depend on values, beyond those that rows state. Throws UserError.
  virtual void check() const {}
};

// The options that cannot be given together with a row's.
struct Exclusion {
  std::string_view others;    // names apart by spaces; "*" = all but those of the group Output
  std::string_view why;       // end of "expected --a or --b, found both; ..."
  std::string_view sentence;  // instead of it where not empty; {name} and {value} are the other's
};

// The option that must be given with a row's.
struct Companion {
  std::string_view name;
  std::string_view sentence;  // of the refusal, in full
};

struct Row {
  Option option;
  void (*read)(const Option& option, std::string_view text,
               Ask& ask);  // `text` is a good value; adds if repeatable
  bool (*given)(const Ask& ask);
  std::vector<std::string> (*said)(const Ask& ask);  // as it was given; empty where it was not
  std::string (*value)(const Ask& ask);  // exact text of the value it has now; "" of a repeatable one
  bool is_word = false;                  // stands without a name: W, DIR
  std::string_view missing =
      {};  // of a word: the refusal without it; {command}, {usage}. "" = may be left out
  std::array<Exclusion, 5> exclusions = {};
  Companion companion = {};

  // Copies of the row that also refuse to stand beside `others`.
  constexpr Row excluding(std::string_view others, std::string_view why) const {
    return with({others, why, {}});
  }
  constexpr Row refusing(std::string_view others, std::string_view sentence) const {
    return with({others, {}, sentence});
  }
  constexpr Row needing(std::string_view name, std::string_view sentence) const {
    Row out = *this;
    out.companion = {name, sentence};
    return out;
  }

 private:
  constexpr Row with(Exclusion exclusion) const {
    Row out = *this;
    for (Exclusion& place : out.exclusions)
      if (place.others.empty()) {
        place = exclusion;
        return out;
      }
    throw "a row has no place for another exclusion";  // at compile time
  }
};

// Reads a text into an ask, as a command line or a request says it: judged first. Throws UserError for an option
// that the ask does not have (the nearest is named), for a bad value, and for a second value of what takes one.
void say(Ask& ask, std::string_view name, std::string_view text);

// nullptr if `table` has none.
const Row* find_row(const AskTable& table, std::string_view name);

// Throws UserError for the first thing that makes the ask none: options that exclude each other, one without its
// companion, a word that is missing. Every `answer` calls it first.
void refuse_contradictions(const Ask& ask);

// Whether a given option leaves the word out: 'aforo run --dlio FILE DIR' has no W.
bool leaves_out(const Ask& ask, const Row& word);

}  // namespace aforo
