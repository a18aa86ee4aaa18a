// Makers of rows: `row<&Ask::member>(option)`, for choices with the values on
// offer, and for words without a name.
//
// All at compile time: a row is a constant with function pointers to the templates below. Each
// maker refuses to compile where the member's type does not fit the option's kind; a `throw` in a
// constexpr function is what ends the compilation, and its text is what the compiler shows.
#pragma once

#include <type_traits>

#include "answer/row.h"

namespace aforo {

// Each reads a text that `problem_with(option, text)` found good; of any other text the
// value() of the parser throws (a bug of the caller). The text is kept as it was said. A flag
// becomes true whatever the text is.
void read_into(const Option& option, std::string_view text, Setting<bool>& out);
void read_into(const Option& option, std::string_view text, Setting<std::uint64_t>& out);
void read_into(const Option& option, std::string_view text, Setting<double>& out);
void read_into(const Option& option, std::string_view text, Setting<Bytes>& out);
void read_into(const Option& option, std::string_view text, Setting<Seconds>& out);
void read_into(const Option& option, std::string_view text, Setting<Dollars>& out);
void read_into(const Option& option, std::string_view text, Setting<std::string>& out);
void read_into(const Option& option, std::string_view text, Repeated& out);

namespace rows {

// A pointer to member taken apart: the class that declares it, and the type of the member.
template <class Member>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Class = C;
  using Type = T;
};

// The member that a row is bound to, inside any ask that has it. A row may name a member of a
// part that several asks have (EngineAsk), which is not derived from Ask: the cast crosses
// over to it, and throws std::bad_cast for an ask without that part (a row in the wrong
// table; the rows' tests find it).
template <auto kMember>
auto& member(Ask& ask) {
  return dynamic_cast<typename MemberOf<decltype(kMember)>::Class&>(ask).*kMember;
}
template <auto kMember>
const auto& member(const Ask& ask) {
  return dynamic_cast<const typename MemberOf<decltype(kMember)>::Class&>(ask).*kMember;
}

// Row::read of a member with a parser of its own.
template <auto kMember>
void read(const Option& option, std::string_view text, Ask& ask) {
  read_into(option, text, member<kMember>(ask));
}

// Row::read of a choice: the value on offer whose word is the text. A text that is no such word
// changes nothing; problem_with has refused it before.
template <auto kMember, auto... kOffered>
void read_choice(const Option&, std::string_view text, Ask& ask) {
  const auto take = [&](auto value) {
    if (to_string(value) == text) member<kMember>(ask).say(value, std::string(text));
  };
  (take(kOffered), ...);
}

// Row::read of a choice whose words stand in a table: kNamed(text) is an optional value, and is
// there for every word on offer.
template <auto kMember, auto kNamed>
void read_named(const Option&, std::string_view text, Ask& ask) {
  member<kMember>(ask).say(kNamed(text).value(), std::string(text));
}

// Row::given.
template <auto kMember>
bool given(const Ask& ask) {
  return member<kMember>(ask).given();
}

// Row::said: what was said, one text; all of them of a Repeated member; none where
// it was not given.
template <auto kMember>
std::vector<std::string> said(const Ask& ask) {
  const auto& setting = member<kMember>(ask);
  if (!setting.given()) return {};
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(setting)>, Repeated>)
    return *setting;
  else
    return {setting.said()};
}

// Row::value: the exact text of the value, given or not; "" of a Repeated member,
// which has no default.
template <auto kMember>
std::string value(const Ask& ask) {
  const auto& setting = member<kMember>(ask);
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(setting)>, Repeated>)
    return {};
  else
    return exact_text(*setting);
}

// Option::words of a choice, in the order in which the values are on offer.
template <auto... kOffered>
std::vector<std::string> words() {
  return {std::string(to_string(kOffered))...};
}

// Whether an option of this kind can be held by a member of this type. A new type of member needs a
// line here, a read_into and an exact_text.
constexpr bool fits(const Setting<bool>*, ValueKind kind) { return kind == ValueKind::kFlag; }
constexpr bool fits(const Setting<std::uint64_t>*, ValueKind kind) {
  return kind == ValueKind::kCount || kind == ValueKind::kPositive;
}
constexpr bool fits(const Setting<double>*, ValueKind kind) {
  return kind == ValueKind::kFraction || kind == ValueKind::kShare || kind == ValueKind::kPoints;
}
constexpr bool fits(const Setting<Bytes>*, ValueKind kind) { return kind == ValueKind::kBytes; }
constexpr bool fits(const Setting<Seconds>*, ValueKind kind) { return kind == ValueKind::kSeconds; }
constexpr bool fits(const Setting<Dollars>*, ValueKind kind) { return kind == ValueKind::kDollarsPerHour; }
constexpr bool is_text(ValueKind kind) {
  return kind == ValueKind::kText || kind == ValueKind::kFile || kind == ValueKind::kFileOrName ||
         kind == ValueKind::kResult || kind == ValueKind::kDirectory || kind == ValueKind::kAssignment ||
         kind == ValueKind::kChoice;
}
constexpr bool fits(const Setting<std::string>*, ValueKind kind) { return is_text(kind); }
constexpr bool fits(const Repeated*, ValueKind kind) { return is_text(kind); }

}  // namespace rows

// A row of an option whose kind has a parser: counts, quantities with units, texts, flags.
// Does not compile for a kind that the member's type cannot hold, nor for a repeatable
// option without a Repeated member.
template <auto kMember>
constexpr Row row(Option option) {
  using Type = typename rows::MemberOf<decltype(kMember)>::Type;
  if (!rows::fits(static_cast<const Type*>(nullptr), option.kind))
    throw "the member cannot hold this kind of value";
  if (option.repeatable != std::is_same_v<Type, Repeated>) throw "a repeatable option has a Repeated member";
  return {option, rows::read<kMember>, rows::given<kMember>, rows::said<kMember>, rows::value<kMember>};
}

// A choice among values of the member's enumeration: its words are what `to_string` makes of them.
// The option's kind and words are set here; leave them out. A value that is not offered cannot be
// said, but a program may assign it.
template <auto kMember, auto... kOffered>
constexpr Row choice(Option option) {
  option.kind = ValueKind::kChoice;
  option.words = rows::words<kOffered...>;
  Row out{option, rows::read_choice<kMember, kOffered...>, rows::given<kMember>, rows::said<kMember>,
          rows::value<kMember>};
  return out;
}

// A choice whose words come from a table elsewhere: `words` lists those on offer,
// kNamed finds the value of each.
template <auto kMember, auto kNamed>
constexpr Row named(Option option, std::vector<std::string> (*words)()) {
  option.kind = ValueKind::kChoice;
  option.words = words;
  return {option, rows::read_named<kMember, kNamed>, rows::given<kMember>, rows::said<kMember>,
          rows::value<kMember>};
}

// A word without a name, called `form` in help and usage. `missing` is the refusal where it
// is not given; empty = it may be left out. Words stand first in their table: the command
// line fills them in that order.
template <auto kMember>
constexpr Row word(std::string_view name, std::string_view form, ValueKind kind, std::string_view help,
                   std::string_view missing = {}) {
  Option option{name, 0, kind, form, {}, help, {}};
  Row out = row<kMember>(option);
  out.is_word = true;
  out.missing = missing;
  return out;
}

// The same of the last word, where any number of it may stand: RECORD...
template <auto kMember>
constexpr Row repeated_word(std::string_view name, std::string_view form, ValueKind kind,
                            std::string_view help, std::string_view missing = {}) {
  Option option{name, 0, kind, form, {}, help, {}};
  option.repeatable = true;
  Row out = row<kMember>(option);
  out.is_word = true;
  out.missing = missing;
  return out;
}

}  // namespace aforo
