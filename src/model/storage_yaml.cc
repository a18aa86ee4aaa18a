#include "model/storage_yaml.h"

#include <filesystem>

#include "base/input_file.h"
#include "model/storage_keys.h"

namespace aforo {
namespace {

template <class T>
void document(std::vector<StorageField>& all, std::string_view section, const Schema<T>& schema) {
  for (const Key<T>& key : schema.keys)
    all.push_back({std::string(section), key.name, key.form, key.required, key.text});
}

}  // namespace

StorageSpec parse_storage(std::string_view text, std::string_view file) {
  const YamlNode root = read_yaml(text, file);
  std::map<std::string, int> stations;
  const Where where{file, "", &stations};
  if (root.is_map() && root.find("tiers") != nullptr) {
    for (const std::string_view beside : {"stations", "curves", "writes"}) {
      if (const YamlNode* node = root.find(beside))
        where.fail(node->line,
                   fmt::format("expected either 'tiers' or '{}', found both; put it into a tier", beside));
    }
  }
  StorageSpec spec;
  read_map(storage_schema(), spec, root, where);
  if (const std::string error = check_storage(spec); !error.empty())
    throw UserError(fmt::format("{}: {}", file, error));
  if (spec.name.empty()) spec.name = std::filesystem::path(file).stem().string();
  spec.origin = file;
  return spec;
}

StorageSpec load_storage(const std::string& path) {
  return parse_storage(read_input_file(path, "storage file", "; aforo probe writes one"), path);
}

std::string to_yaml(const StorageSpec& storage) {
  return "# A storage system for aforo; field by field: docs/storage-file.md\n" +
         write_block(storage_schema(), storage, StorageSpec{}) + "\n";
}

std::string check_storage(const StorageSpec& storage) {
  if (storage.tiers.empty()) return "expected stations, curves or tiers, found none of them";
  for (const TierSpec& tier : storage.tiers) {
    if (std::string error = check_tier(tier); !error.empty()) return error;
    if (std::string error = check_curves(tier.curves); !error.empty()) return error;
    if (std::string error = check_write_curves(tier.writes); !error.empty()) return error;
  }
  return {};
}

std::vector<StorageField> storage_fields() {
  std::vector<StorageField> all;
  document(all, "storage", storage_schema());
  document(all, "station", station_schema());
  document(all, "cache", cache_schema());
  document(all, "tier", tier_schema());
  document(all, "curve", curve_schema());
  document(all, "point", point_schema());
  document(all, "write curve", write_schema());
  document(all, "write point", write_point_schema());
  document(all, "readers and writers", write_mix_schema());
  document(all, "price", price_schema());
  document(all, "probed", probed_schema());
  document(all, "probed place", probed_place_schema());
  document(all, "probed client", probed_client_schema());
  return all;
}

}  // namespace aforo
