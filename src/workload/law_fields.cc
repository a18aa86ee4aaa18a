// Laws as fields of a workload: the law itself and the keys below it.
#include "workload/field_kinds.h"

namespace aforo {

std::vector<Field> law_fields(About about, Member<Law> member, LawUnit unit, double least, double most) {
  const LawShape shape{unit, least, most};
  Field whole;
  whole.required = about.required;
  whole.doc = {about.key, unit == LawUnit::kBytes ? "law of bytes" : "law of time",
               about.required ? "required" : "0", about.text};
  whole.set = [shape, member](Workload& workload, const YamlNode& node) {
    return set_law(shape, node, member(workload));
  };
  whole.get = [unit, member](const Workload& workload) {
    return law_yaml(unit, member(const_cast<Workload&>(workload)));
  };
  std::vector<Field> fields{std::move(whole)};
  for (const LawKey& key : law_keys(unit)) {
    Field field;
    field.doc = {about.key + "." + key.name, key.form, key.fallback, key.text};
    field.set = [shape, member, name = key.name](Workload& workload, const YamlNode& node) {
      return set_law_key(shape, name, node, member(workload));
    };
    field.get = [](const Workload&) { return std::string(); };
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace aforo
