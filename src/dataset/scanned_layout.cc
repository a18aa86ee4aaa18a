#include "dataset/scanned_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/error.h"

namespace aforo {

SampleLocation ScannedLayout::locate(SampleId sample) const {
  if (first_.empty()) return {sample, 0, table_.size[sample], true};
  const auto next = std::upper_bound(first_.begin(), first_.end(), sample);
  const auto file = static_cast<FileId>(next - first_.begin() - 1);
  if (record_bytes_ > 0) return {file, (sample - first_[file]) * record_bytes_, record_bytes_, false};
  return {file, offset_[sample], length_[sample], false};
}

std::uint64_t ScannedLayout::samples_in(FileId file) const {
  return first_.empty() ? 1 : first_[file + 1] - first_[file];
}

SampleId ScannedLayout::first_sample(FileId file) const { return first_.empty() ? file : first_[file]; }

std::size_t ScannedLayout::path(FileId file, std::span<char, kMaxPath> out) const {
  const char* directory = table_.text.c_str() + table_.directories[table_.directory[file]];
  const char* name = table_.text.c_str() + table_.name[file];
  const std::size_t front = std::strlen(directory);  // the builder saw to it that both fit
  std::memcpy(out.data(), directory, front);
  const std::size_t slash = front > 0 ? 1 : 0;
  if (slash != 0) out[front] = '/';
  const std::size_t back = std::strlen(name);
  std::memcpy(out.data() + front + slash, name, back + 1);
  return front + slash + back;
}

ScannedLayoutBuilder::ScannedLayoutBuilder(LayoutKind kind, Content content, std::uint64_t record_bytes)
    : kind_(kind), content_(content), record_bytes_(record_bytes) {}

std::uint32_t ScannedLayoutBuilder::directory_of(std::string_view name) {
  const auto [at, fresh] =
      known_.try_emplace(std::string(name), static_cast<std::uint32_t>(directories_.size()));
  if (fresh) {
    directories_.push_back(text_.size());
    text_.append(name).push_back('\0');
  }
  return at->second;
}

void ScannedLayoutBuilder::add(std::string_view path, std::uint64_t size) {
  if (path.empty() || path.size() >= Layout::kMaxPath || path.find('\0') != path.npos) {
    throw UserError(fmt::format("expected paths of 1 to {} bytes, found one of {}: '{}...'",
                                Layout::kMaxPath - 1, path.size(), path.substr(0, 80)));
  }
  const auto slash = path.rfind('/');
  const auto directory = slash == path.npos ? std::string_view() : path.substr(0, slash);
  const auto name = slash == path.npos ? path : path.substr(slash + 1);
  const std::uint32_t index = directory_of(directory);
  entries_.push_back({text_.size(), size, offset_.size(), index, 0});
  text_.append(name).push_back('\0');
}

void ScannedLayoutBuilder::add_shard(std::string_view path, std::uint64_t size,
                                     std::span<const Extent> records) {
  for (const Extent& record : records) {
    const bool outside = size > 0 && (record.offset > size || record.length > size - record.offset);
    if (outside) {
      throw UserError(fmt::format("{}: expected records inside the file's {} bytes, found {} bytes at {}",
                                  path, size, record.length, record.offset));
    }
  }
  add(path, size);
  entries_.back().records = static_cast<std::uint32_t>(records.size());
  for (const Extent& record : records) {
    offset_.push_back(record.offset);
    length_.push_back(record.length);
  }
}

// By directory, then name. Directories are ranked first so that files compare by number.
void ScannedLayoutBuilder::sort_entries() {
  const auto text = [this](std::uint64_t at) { return text_.c_str() + at; };
  std::vector<std::uint32_t> order(directories_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::strcmp(text(directories_[a]), text(directories_[b])) < 0;
  });
  std::vector<std::uint64_t> sorted(order.size());
  std::vector<std::uint32_t> rank(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = i;
    sorted[i] = directories_[order[i]];
  }
  directories_ = std::move(sorted);
  for (Entry& entry : entries_) entry.directory = rank[entry.directory];
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
    return a.directory != b.directory ? a.directory < b.directory
                                      : std::strcmp(text(a.name), text(b.name)) < 0;
  });
}

void ScannedLayoutBuilder::move_records(ScannedLayout& layout) {
  layout.record_bytes_ = record_bytes_;
  layout.first_.reserve(entries_.size() + 1);
  layout.offset_.reserve(offset_.size());
  layout.length_.reserve(length_.size());
  for (const Entry& entry : entries_) {
    layout.first_.push_back(layout.samples_);
    if (record_bytes_ > 0) {
      layout.samples_ += entry.size / record_bytes_;
      continue;
    }
    for (std::uint64_t i = entry.first_record; i < entry.first_record + entry.records; ++i) {
      layout.offset_.push_back(offset_[i]);
      layout.length_.push_back(length_[i]);
      layout.total_ += length_[i];
      layout.largest_ = std::max<std::uint64_t>(layout.largest_, length_[i]);
    }
    layout.samples_ += entry.records;
  }
  layout.first_.push_back(layout.samples_);
  if (record_bytes_ > 0) {
    layout.total_ = layout.samples_ * record_bytes_;
    layout.largest_ = record_bytes_;
  }
}

std::unique_ptr<ScannedLayout> ScannedLayoutBuilder::build() {
  sort_entries();
  std::unique_ptr<ScannedLayout> layout(new ScannedLayout(kind_, content_));
  if (!traits_of(kind_).packed) {
    layout->samples_ = entries_.size();
    for (const Entry& entry : entries_) {
      layout->total_ += entry.size;
      layout->largest_ = std::max(layout->largest_, entry.size);
    }
  } else {
    move_records(*layout);
  }
  if (layout->samples_ == 0) {
    throw UserError(fmt::format("expected a dataset with samples, found {} files and no sample in them",
                                entries_.size()));
  }
  FileTable& table = layout->table_;
  table.directory.reserve(entries_.size());
  table.name.reserve(entries_.size());
  table.size.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    table.directory.push_back(entry.directory);
    table.name.push_back(entry.name);
    table.size.push_back(entry.size);
  }
  text_.shrink_to_fit();
  table.text = std::move(text_);
  table.directories = std::move(directories_);
  *this = ScannedLayoutBuilder(kind_, content_, record_bytes_);
  return layout;
}

}  // namespace aforo
