// The layout of a dataset that exists: a compact table of names, shared by all ranks.
//
// Files are ordered by directory, then name, byte by byte: the same tree gives the same sample ids
// on every machine, in whatever order it was walked. Memory: 20 bytes a file and its name once;
// directory names once each; packed layouts 8 bytes a file and 12 bytes a record more. `locate` is
// O(1), in packed layouts O(log files).
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "dataset/extent.h"
#include "dataset/layout.h"

namespace aforo {

// The name table, by columns: a row of it for each file would pad, a string for each would
// allocate. Movable; immutable once built.
struct FileTable {
  // Directory names and file names, end to end, each NUL-terminated.
  std::string text;
  // Where each directory's name begins in `text`; "" is the root.
  std::vector<std::uint64_t> directories;
  // Of each file: its directory's number, where its name begins in
  // `text`, and its bytes (0 = unknown).
  std::vector<std::uint32_t> directory;
  std::vector<std::uint64_t> name;
  std::vector<std::uint64_t> size;

  std::uint64_t files() const { return name.size(); }
};

// Lengths of records, by number: 32 bits each, and a table for the few of 4 GiB and more.
class RecordLengths {
 public:
  std::size_t size() const { return short_.size(); }
  void reserve(std::size_t records) { short_.reserve(records); }
  void push_back(std::uint64_t length) {
    if (length >= kLong) long_.emplace(short_.size(), length);
    short_.push_back(length >= kLong ? kLong : static_cast<std::uint32_t>(length));
  }
  std::uint64_t operator[](std::size_t record) const {
    return short_[record] == kLong ? long_.at(record) : short_[record];
  }

 private:
  static constexpr std::uint32_t kLong = ~std::uint32_t{0};  // "in the table"
  std::vector<std::uint32_t> short_;
  std::unordered_map<std::size_t, std::uint64_t> long_;
};

// Made by a ScannedLayoutBuilder.
class ScannedLayout final : public Layout {
 public:
  std::uint64_t samples() const override { return samples_; }
  std::uint64_t files() const override { return table_.files(); }
  SampleLocation locate(SampleId sample) const override;
  std::uint64_t samples_in(FileId file) const override;
  SampleId first_sample(FileId file) const override;
  std::uint64_t file_size(FileId file) const override { return table_.size[file]; }
  using Layout::path;
  std::size_t path(FileId file, std::span<char, kMaxPath> out) const override;
  // 0 if no size is known.
  std::uint64_t largest_sample() const override { return largest_; }
  // Of the samples whose size is known.
  std::uint64_t total_bytes() const override { return total_; }

 private:
  friend class ScannedLayoutBuilder;
  ScannedLayout(LayoutKind kind, Content content) : Layout(kind, content) {}

  FileTable table_;
  // Packed: first sample of each file, and the end; empty = one file, one sample.
  std::vector<SampleId> first_;
  // Packed with an index: of each record.
  std::vector<std::uint64_t> offset_;
  RecordLengths length_;
  // Packed without an index: every record's size.
  std::uint64_t record_bytes_ = 0;
  std::uint64_t samples_ = 0;
  std::uint64_t largest_ = 0;
  std::uint64_t total_ = 0;
};

// Collects files in any order, from one thread. Paths are relative to
// the dataset's root, '/' between parts.
class ScannedLayoutBuilder {
 public:
  // record_bytes > 0: files are packed with records of that size (traits.one_size); a rest shorter
  // than a record at a file's end is not a sample.
  ScannedLayoutBuilder(LayoutKind kind, Content content, std::uint64_t record_bytes = 0);

  // A file of one sample (or, with record_bytes, of size / record_bytes). size 0 = unknown. Throws
  // UserError for a path that is empty, holds a NUL, or has kMaxPath bytes or more.
  void add(std::string_view path, std::uint64_t size);

  // A packed file and where its samples lie, in the order in which they are to be read. Throws
  // UserError as `add` does, and for a record outside a known size.
  void add_shard(std::string_view path, std::uint64_t size, std::span<const Extent> records);

  std::uint64_t files() const { return entries_.size(); }

  // Sorts: O(files log files). Throws UserError if there is no sample. The builder is empty
  // afterwards, and may be used again.
  std::unique_ptr<ScannedLayout> build();

 private:
  // One file, before it is sorted. `name` as in FileTable; its records are [first_record,
  // first_record + records) of `offset_` and `length_`.
  struct Entry {
    std::uint64_t name;
    std::uint64_t size;
    std::uint64_t first_record;
    std::uint32_t directory;
    std::uint32_t records;
  };

  std::uint32_t directory_of(std::string_view name);
  void sort_entries();
  void move_records(ScannedLayout& layout);

  LayoutKind kind_;
  Content content_;
  std::uint64_t record_bytes_;
  std::string text_;
  std::vector<std::uint64_t> directories_;
  std::unordered_map<std::string, std::uint32_t> known_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> offset_;
  RecordLengths length_;
};

}  // namespace aforo
