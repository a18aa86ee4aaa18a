// Every field of a workload, declared once: reading, bounds, writing and documentation all come from here.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "workload/field_kinds.h"

namespace aforo {

// In the order they are written. Built once, never changed.
const std::vector<Field>& fields();

// The field of that dotted key; null if there is none.
const Field* find_field(std::string_view key);

// Is `prefix` the beginning of a dotted key ("loader", "loader.read")?
bool is_section(std::string_view prefix);

// The names directly below `prefix` ("" for the top): what could stand there.
std::vector<std::string> names_below(std::string_view prefix);

// Where each key was given ("workload.yaml:12", "--set loader.workers=9"), for messages about several fields.
using Places = std::map<std::string, std::string, std::less<>>;

// Sets everything in `map`, the value of `prefix`, and notes its place. Throws UserError.
void apply_fields(Workload& workload, const YamlNode& map, std::string_view prefix, std::string_view file,
                  Places& places);

// Sets one "key=value". Throws UserError.
void apply_override(Workload& workload, std::string_view assignment, Places& places);

// Holds a workload that was not read by fields to the fields' bounds. Throws UserError naming `file` and the
// field.
void check_bounds(const Workload& workload, std::string_view file);

// "; did you mean 'x'?" for a key that does not exist: a sibling, else any field with such a last name.
std::string suggest_key(std::string_view key);

}  // namespace aforo
