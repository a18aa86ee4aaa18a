// Makers of rows: `row<&Ask::member>(option)`, for choices with the values on offer, and for words without a name.
//
// All at compile time. Each refuses to compile where the member's type does not fit.
#pragma once

#include <type_traits>

#include "answer/row.h"

namespace aforo {

// Each reads a text that `problem_with(option, text)` found good.
void read_into(const Option& option, std::string_view text, Setting<bool>& out);
void read_into(const Option& option, std::string_view text, Setting<std::uint64_t>& out);
void read_into(const Option& option, std::string_view text, Setting<double>& out);
void read_into(const Option& option, std::string_view text, Setting<Bytes>& out);
void read_into(const Option& option, std::string_view text, Setting<Seconds>& out);
void read_into(const Option& option, std::string_view text, Setting<Dollars>& out);
void read_into(const Option& option, std::string_view text, Setting<std::string>& out);
void read_into(const Option& option, std::string_view text, Repeated& out);

namespace rows {

template <class Member>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Class = C;
  using Type = T;
};

// A row may name a member of a part that several asks have (EngineAsk): the cast finds it, or throws.
template <auto kMember>
auto& member(Ask& ask) {
  return dynamic_cast<typename MemberOf<decltype(kMember)>::Class&>(ask).*kMember;
}
template <auto kMember>
const auto& member(const Ask& ask) {
  return dynamic_cast<const typename MemberOf<decltype(kMember)>::Class&>(ask).*kMember;
}

template <auto kMember>
void read(const Option& option, std::string_view text, Ask& ask) {
  read_into(option, text, member<kMember>(ask));
}

template <auto kMember, auto... kOffered>
void read_choice(const Option&, std::string_view text, Ask& ask) {
  const auto take = [&](auto value) {
    if (to_string(value) == text) member<kMember>(ask).say(value, std::string(text));
  };
  (take(kOffered), ...);
}

template <auto kMember, auto kNamed>
void read_named(const Option&, std::string_view text, Ask& ask) {
  member<kMember>(ask).say(kNamed(text).value(), std::string(text));
}

template <auto kMember>
bool given(const Ask& ask) {
  return member<kMember>(ask).given();
}

template <auto kMember>
std::vector<std::string> said(const Ask& ask) {
  const auto& setting = member<kMember>(ask);
  if (!setting.given()) return {};
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(setting)>, Repeated>)
    return *setting;
  else
    return {setting.said()};
}

template <auto kMember>
std::string value(const Ask& ask) {
  const auto& setting = member<kMember>(ask);
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(setting)>, Repeated>)
    return {};
  else
    return exact_text(*setting);
}

template <auto... kOffered>
std::vector<std::string> words() {
  return {std::string(to_string(kOffered))...};
}

// The kinds of option that a member of this type can hold.
constexpr bool fits(const Setting<bool>*, ValueKind kind) { return kind == ValueKind::kFlag; }
constexpr bool fits(const Setting<std::uint64_t>*, ValueKind kind) {
  return kind == ValueKind::kCount || kind == ValueKind::kPositive;
}
constexpr bool fits(const Setting<double>*, ValueKind kind) {
  return kind == ValueKind::kFraction || kind == ValueKind::kShare;
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

template <auto kMember>
constexpr Row row(Option option) {
  using Type = typename rows::MemberOf<decltype(kMember)>::Type;
  if (!rows::fits(static_cast<const Type*>(nullptr), option.kind))
    throw "the member cannot hold this kind of value";
  if (option.repeatable != std::is_same_v<Type, Repeated>) throw "a repeatable option has a Repeated member";
  return {option, rows::read<kMember>, rows::given<kMember>, rows::said<kMember>, rows::value<kMember>};
}

// A choice among values of the member's enumeration: its words are what `to_string` makes of them.
template <auto kMember, auto... kOffered>
constexpr Row choice(Option option) {
  option.kind = ValueKind::kChoice;
  option.words = rows::words<kOffered...>;
  Row out{option, rows::read_choice<kMember, kOffered...>, rows::given<kMember>, rows::said<kMember>,
          rows::value<kMember>};
  return out;
}

// A choice whose words come from a table elsewhere: `words` lists those on offer, kNamed finds the value of each.
template <auto kMember, auto kNamed>
constexpr Row named(Option option, std::vector<std::string> (*words)()) {
  option.kind = ValueKind::kChoice;
  option.words = words;
  return {option, rows::read_named<kMember, kNamed>, rows::given<kMember>, rows::said<kMember>,
          rows::value<kMember>};
}

// A word without a name, called `form` in help and usage.
template <auto kMember>
constexpr Row word(std::string_view name, std::string_view form, ValueKind kind, std::string_view help,
                   std::string_view missing = {}) {
  Option option{name, 0, kind, form, {}, help, {}};
  Row out = row<kMember>(option);
  out.is_word = true;
  out.missing = missing;
  return out;
}

}  // namespace aforo
