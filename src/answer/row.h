// One row per option: the option's data, bound to the member of the ask that holds its value.
//
// From the rows of an ask follow reading a text into a typed member, refusing what
// contradicts itself, the echo in the Record, help and docs/reference.md. Adding an option
// is one row, the member it names, and its use. The compiler holds row and member together:
// a member of another type than the option's kind does not compile, and a word of a choice
// is a value of its enumeration.
//
//   row<&SizeAsk::years>({"years", 0, ValueKind::kCount, "N", "0", "hold what has grown after N years",
//                          kSizingGroup})
//
// Rows are constants; an ask may be shared between threads only while nobody changes it.
// Failure: UserError. Tables are searched from the front: they have some forty rows, and a
// command reads each option once.
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

// What a command takes. One constant per kind of ask; lives as long as the program.
struct AskTable {
  // "size"
  std::string_view command;
  // What follows "aforo size" in the help: "W [key=value]... [options]".
  std::string_view usage;
  // Words (W, DIR) first, then options in the order of the help.
  std::span<const Row> rows;
};

// What is asked of a command, complete and typed: the base of RunAsk, SizeAsk, ... Default
// constructed it is the command line without options. Plain values: copy freely.
struct Ask {
  virtual ~Ask() = default;
  // The rows whose members this ask has; the same for every ask of its kind.
  virtual const AskTable& table() const = 0;

  // Contradictions that depend on values, beyond those that rows state. Called by
  // refuse_contradictions, after the rows' and before words are missed. Throws
  // UserError; touches nothing.
  virtual void check() const {}
};

// The options that cannot be given together with a row's. Stated on one of the two suffices: each
// row that was given is asked. It refuses whichever was said first.
struct Exclusion {
  // Names apart by spaces; "*" = all but words and those of the groups Output and Bucket; "" = a free place.
  std::string_view others;
  // End of "expected --a or --b, found both; ...".
  std::string_view why;
  // Instead of it where not empty; {name} and {value} are the other's.
  std::string_view sentence;
};

// The option that must be given with a row's. One direction only: a pair that needs each
// other is two rows' companions.
struct Companion {
  // "" = none.
  std::string_view name;
  // Of the refusal, in full.
  std::string_view sentence;
};

// One option with everything that is made of it. The functions take any ask whose table has the
// row, and throw std::bad_cast for another.
struct Row {
  Option option;
  // Takes in a `text` that problem_with found good; adds to what is there if repeatable.
  void (*read)(const Option& option, std::string_view text, Ask& ask);
  // Whether somebody said or assigned it: a value equal to the default counts too.
  bool (*given)(const Ask& ask);
  // As it was given, one text but for a repeatable one; empty where it was not.
  std::vector<std::string> (*said)(const Ask& ask);
  // Exact text of the value it has now, given or not; "" of a repeatable one.
  std::string (*value)(const Ask& ask);
  // Stands without a name: W, DIR.
  bool is_word = false;
  // Of a word: the refusal without it; {command} and {usage} are filled in. "" = may be left out.
  std::string_view missing = {};
  // Five: the most that a row has needed. One more does not compile (see `with`).
  std::array<Exclusion, 5> exclusions = {};
  Companion companion = {};

  // Copies of the row that also refuse to stand beside `others`: with the usual sentence and its
  // reason, or with a sentence of one's own. A word among `others` is then also not missed where
  // this option is given (leaves_out).
  constexpr Row excluding(std::string_view others, std::string_view why) const {
    return with({others, why, {}});
  }
  constexpr Row refusing(std::string_view others, std::string_view sentence) const {
    return with({others, {}, sentence});
  }
  // A copy that takes no count above `most`.
  constexpr Row at_most(std::uint64_t most) const {
    Row out = *this;
    out.option.most = most;
    return out;
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

// Reads a text into an ask, as a command line or a request says it: judged first, so that an ask is
// unchanged where this throws. `name` is an option's or a word's, without dashes. Throws UserError
// for an option that the ask does not have (the nearest is named), for a bad value, and for a
// second value of what takes one. Contradictions between options are not looked for here.
void say(Ask& ask, std::string_view name, std::string_view text);

// The row of that name, an option's or a word's; nullptr if `table` has none.
const Row* find_row(const AskTable& table, std::string_view name);

// Throws UserError for the first thing that makes the ask none: an option's value that is no good one,
// which a program may have assigned, options that exclude each other, one without its companion, what
// check() finds, a word that is missing; in that order, so that the sentence speaks of what was said before
// it asks for more. Every `answer` calls it first. Touches nothing.
void refuse_contradictions(const Ask& ask);

// The same between an ask and what its asker keeps to himself (Context::front): the exclusions by name and the
// companions that rows of either state of the other's. "*" speaks of its own table alone. Throws UserError.
void refuse_contradictions_between(const Ask& ask, const Ask& front);

// Whether a given option leaves the word out: 'aforo run --dlio FILE DIR' has no W. True where a
// given row excludes the word by name; "*" excludes no word.
bool leaves_out(const Ask& ask, const Row& word);

}  // namespace aforo
