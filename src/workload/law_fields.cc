// Laws as fields of a workload: the law itself and the keys below it.
#include "workload/field_kinds.h"

namespace aforo {

std::vector<Field> law_fields(About about, Access<Law> access, LawUnit unit, double least, double most) {
  const LawShape shape{unit, least, most};
  Field whole;
  whole.required = about.required;
  whole.doc = {about.key, unit == LawUnit::kBytes ? "law of bytes" : "law of time",
               about.required ? "required" : "0", about.text};
  whole.set = [shape, access](Workload& workload, const YamlNode& node) {
    return set_law(shape, node, access(workload));
  };
  whole.get = [unit, access](const Workload& workload) {
    return law_yaml(unit, access(const_cast<Workload&>(workload)));
  };
  std::vector<Field> fields{std::move(whole)};
  for (const LawKey& key : law_keys(unit)) {
    Field field;
    field.doc = {about.key + "." + key.name, key.form, key.fallback, key.text};
    field.set = [shape, access, name = key.name](Workload& workload, const YamlNode& node) {
      return set_law_key(shape, name, node, access(workload));
    };
    field.get = [](const Workload&) { return std::string(); };
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace aforo
