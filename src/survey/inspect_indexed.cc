#include "survey/inspect_indexed.h"

#include <array>
#include <utility>
#include <vector>

#include "dataset/bytes.h"
#include "dataset/container.h"
#include "dataset/signatures.h"
#include "survey/chosen_files.h"

namespace aforo {
namespace {

void keep_first(std::string& first, std::string_view path) {
  if (first.empty() || path < first) first = path;
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
  list_chosen(store, census, choice, 1, stop, [&](unsigned, std::string_view path, std::uint64_t size) {
    if (!all) return;
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
  list_chosen(store, census, choice, 1, stop, [&](unsigned, std::string_view path, std::uint64_t size) {
    samples.sizes.add(store.allocated_of(path).value_or(size));
  });
  samples.count = samples.sizes.count();
  return samples;
}

LookedInto look_into_all(const Store& store, const Census& census, const SampleChoice& choice,
                         unsigned threads, const std::stop_token& stop) {
  FrontReader reader(store, choice.kind, threads);
  list_chosen(
      store, census, choice, threads, stop,
      [&](unsigned thread, std::string_view path, std::uint64_t size) { reader.look(thread, path, size); });
  return reader.take();
}

void FrontReader::look(unsigned thread, std::string_view path, std::uint64_t size) {
  LookedInto& part = parts_[thread];
  std::array<std::byte, kRecogniseBytes> front;
  const auto got = read_at(store_, path, 0, front);
  if (!got) return;
  const FileKind kind = recognise(path, std::span(front).first(*got));
  ++part.kinds[kind];
  keep_first(part.first[kind], path);
  if (kind != kind_ || !is_cut(store_, path, size, container(layout_of(kind_)).end_mark())) return;
  ++part.cut;
  keep_first(part.first_cut, path);
}

LookedInto FrontReader::take() {
  LookedInto all;
  for (const LookedInto& part : parts_) all.merge(part);
  return all;
}

void LookedInto::merge(const LookedInto& other) {
  cut += other.cut;
  if (!other.first_cut.empty()) keep_first(first_cut, other.first_cut);
  for (const auto& [kind, files] : other.kinds) kinds[kind] += files;
  for (const auto& [kind, path] : other.first) keep_first(first[kind], path);
}

}  // namespace aforo
