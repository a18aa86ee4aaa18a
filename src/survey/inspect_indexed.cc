#include "survey/inspect_indexed.h"

#include <array>
#include <utility>
#include <vector>

#include "dataset/bytes.h"
#include "dataset/container.h"
#include "dataset/signatures.h"
#include "survey/dataset_listing.h"

namespace aforo {
namespace {

bool is_chosen(const Census& census, const SampleChoice& choice, std::string_view path) {
  const std::string extension = extension_of(path);
  const bool own = census.groups().find(extension) != census.groups().end();
  return choice.includes(own ? extension : std::string(Census::kRest));
}

// What cannot be read is not called cut.
bool is_cut(const Store& store, std::string_view path, std::uint64_t size, std::string_view end_mark) {
  if (end_mark.empty()) return false;
  if (size < 2 * end_mark.size()) return true;  // files begin with a mark of their own
  std::vector<std::byte> end(end_mark.size());
  const auto got = read_at(store, std::string(path), size - end.size(), end);
  return got && as_text(std::span(end).first(*got)) != end_mark;
}

// Sizes between the offsets that a shard begins with.
bool add_mds(const Store& store, const std::string& path, std::uint64_t size, Samples& into) {
  std::array<std::byte, 4> first{};
  const auto got = read_at(store, path, 0, first);
  if (!got || *got < first.size()) return false;
  std::uint64_t samples = 0;
  for (std::size_t i = 4; i-- > 0;) samples = samples << 8 | static_cast<std::uint64_t>(first[i]);
  if (samples > size / 4) return false;
  std::vector<std::byte> head(4 * (samples + 2));
  const auto read = read_at(store, path, 0, head);
  if (!read || *read < head.size() || !mds_samples(head, size)) return false;
  const auto offset = [&](std::uint64_t i) {
    std::uint64_t value = 0;
    for (std::size_t byte = 4; byte-- > 0;)
      value = value << 8 | static_cast<std::uint64_t>(head[4 * (i + 1) + byte]);
    return value;
  };
  for (std::uint64_t i = 0; i < samples; ++i) into.sizes.add(offset(i + 1) - offset(i));
  return true;
}

bool add_megatron(const Store& store, const std::string& path, std::uint64_t size, Samples& into) {
  const std::string index = path.substr(0, path.rfind('.')) + ".idx";
  const auto index_size = store.size_of(index);
  std::array<std::byte, 64> head{};
  const auto got = read_at(store, index, 0, head);
  if (!index_size || !got) return false;
  const auto sequences = megatron_sequences(std::span(head).first(*got), *index_size);
  if (!sequences) return false;
  const std::uint64_t longer = size % *sequences;
  into.sizes.add(size / *sequences + 1, longer);
  into.sizes.add(size / *sequences, *sequences - longer);
  return true;
}

}  // namespace

std::optional<Samples> measure_indexed(const Store& store, const Census& census, const SampleChoice& choice,
                                       const std::stop_token& stop) {
  if (choice.kind != FileKind::kMds && choice.kind != FileKind::kMegatron) return std::nullopt;
  const auto add = choice.kind == FileKind::kMds ? add_mds : add_megatron;
  Samples samples;
  bool all = true;
  list_dataset(store, 1, stop, nullptr, [&](unsigned, std::string_view path, std::uint64_t size) {
    if (!all || !is_chosen(census, choice, path)) return;
    ++samples.files_indexed;
    all = add(store, std::string(path), size, samples);
  });
  if (!all || stop.stop_requested() || samples.files_indexed == 0) return std::nullopt;
  samples.count = samples.sizes.count();
  return samples;
}

Samples measure_allocated(const Store& store, const Census& census, const SampleChoice& choice,
                          const std::stop_token& stop) {
  Samples samples;
  list_dataset(store, 1, stop, nullptr, [&](unsigned, std::string_view path, std::uint64_t size) {
    if (is_chosen(census, choice, path)) samples.sizes.add(store.allocated_of(path).value_or(size));
  });
  samples.count = samples.sizes.count();
  return samples;
}

LookedInto look_into_all(const Store& store, const Census& census, const SampleChoice& choice,
                         unsigned threads, const std::stop_token& stop) {
  std::vector<LookedInto> parts(threads);
  const std::string_view end_mark = container(layout_of(choice.kind)).end_mark();
  list_dataset(store, threads, stop, nullptr,
               [&](unsigned thread, std::string_view path, std::uint64_t bytes) {
                 if (!is_chosen(census, choice, path)) return;
                 std::array<std::byte, kRecogniseBytes> front;
                 const auto size = read_at(store, path, 0, front);
                 if (!size) return;
                 const FileKind kind = recognise(path, std::span(front).first(*size));
                 ++parts[thread].kinds[kind];
                 std::string& first = parts[thread].first[kind];
                 if (first.empty() || path < first) first = path;
                 if (kind != choice.kind || !is_cut(store, path, bytes, end_mark)) return;
                 ++parts[thread].cut;
                 std::string& first_cut = parts[thread].first_cut;
                 if (first_cut.empty() || path < first_cut) first_cut = path;
               });
  LookedInto all;
  for (const LookedInto& part : parts) {
    all.cut += part.cut;
    if (part.cut > 0 && (all.first_cut.empty() || part.first_cut < all.first_cut))
      all.first_cut = part.first_cut;
    for (const auto& [kind, files] : part.kinds) all.kinds[kind] += files;
    for (const auto& [kind, path] : part.first) {
      std::string& first = all.first[kind];
      if (first.empty() || path < first) first = path;
    }
  }
  return all;
}

}  // namespace aforo
