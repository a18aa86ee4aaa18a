// Every field of a workload, declared once: reading, bounds, writing and
// documentation all come from here.
//
// Private to the room but for tests. Thread-safe: the list is built at first use and never changed.
// Failure: UserError "PLACE: key: expected ..., found ...".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "workload/field_kinds.h"
#include "workload/use.h"

namespace aforo {

// In the order they are written. Lives as long as the program.
const std::vector<Field>& fields();

// The field of that dotted key; null if there is none.
const Field* find_field(std::string_view key);

// Is `prefix` the beginning of a dotted key ("loader", "loader.read")?
bool is_section(std::string_view prefix);

// The names directly below `prefix` ("" for the top), each once: what could stand there.
// Empty where nothing could.
std::vector<std::string> names_below(std::string_view prefix);

// Where each key was given ("workload.yaml:12", "--set loader.workers=9"), for messages about several fields.
using Places = std::map<std::string, std::string, std::less<>>;

// Sets everything in `map`, the value of `prefix`, and notes its place. Throws UserError for an
// unknown key or a value of the wrong kind or out of its bounds; `workload` is then half set.
void apply_fields(Workload& workload, const YamlNode& map, std::string_view prefix, std::string_view file,
                  Places& places);

// Sets one "key=value"; the value is YAML, so "{mean: 1 s}" works too. Throws
// UserError, as apply_fields.
void apply_override(Workload& workload, std::string_view assignment, Places& places);

// Holds what `use` uses of a workload that was not read by fields to the fields' bounds, by writing and reading each.
// Throws UserError naming `file` and the field.
void check_bounds(const Workload& workload, std::string_view file, Use use = Use::kJob);

// "; did you mean 'x'?" for a key that does not exist: a sibling, else any field with such a last name.
std::string suggest_key(std::string_view key);

}  // namespace aforo
