// One command line, read and judged against its command's table before anything acts on it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "cli/command.h"
#include "measure/record.h"

namespace aforo {

class Arguments {
 public:
  // `words` are those after the command's name. Throws UserError for an unknown or repeated option (naming
  // the nearest known one), a missing or bad value, and too many or too few positionals.
  Arguments(const Command& command, std::span<const std::string> words);

  const Command& command() const { return *command_; }
  const std::vector<std::string>& positionals() const { return positionals_; }

  // `name` must be declared by the command (std::logic_error otherwise). Values were validated on
  // construction, so these never fail. Without a given value: the table's default, or absent where it has
  // none.
  bool given(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  std::uint64_t count(std::string_view name) const;  // 0 without default
  std::optional<Bytes> bytes(std::string_view name) const;
  std::optional<Seconds> seconds(std::string_view name) const;
  std::optional<double> fraction(std::string_view name) const;
  std::optional<double> growth(std::string_view name) const;
  std::optional<Dollars> dollars_per_hour(std::string_view name) const;

  // Everything that changes the workload, as "dotted.key=value": options with a key in the table's order,
  // then --set and bare key=value words in theirs, so that what was said most precisely wins.
  std::vector<std::string> overrides() const;

  // {"accelerators": "8", ...}: what was given, for the Record's config.
  Json echo() const;

 private:
  const Option& declared(std::string_view name) const;
  void accept(const Option& option, std::vector<std::string> values);
  void place(const std::vector<std::string>& words);

  const Command* command_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positionals_;
  std::vector<std::string> assignments_;
};

}  // namespace aforo
