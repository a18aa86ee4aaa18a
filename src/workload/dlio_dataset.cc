#include "workload/dlio_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text.h"

namespace aforo {
namespace {

struct Format {
  std::string_view word;
  LayoutKind layout;
  Content content;
  std::string_view caveat;                    // what is different from the real format
  bool typed = false, compressed = false;     // whether elements have a type, and the benchmark compresses it
  LayoutKind of_many = LayoutKind::kRecords;  // of files that hold several samples, where `layout` holds one
  std::string_view not_many =
      "";  // what the benchmark does to files of several samples that no layout here does
};

// By its readers and generators.
constexpr std::string_view kWholeFile = "the benchmark reads the whole file for each of its samples";
constexpr std::string_view kOneImage = "the benchmark lays one image in a file, and reads it for each sample";

constexpr Format kFormats[] = {
    {"npz", LayoutKind::kFilePerSample, Content::kNpz, "", true, true, LayoutKind::kRecords, kWholeFile},
    {"npy", LayoutKind::kFilePerSample, Content::kNpy, "", true, false, LayoutKind::kNpy},
    {"jpeg", LayoutKind::kFilePerSample, Content::kJpeg, "", false, false, LayoutKind::kRecords, kOneImage},
    {"png", LayoutKind::kFilePerSample, Content::kPng, "", false, false, LayoutKind::kRecords, kOneImage},
    {"tfrecord", LayoutKind::kTfrecord, Content::kRaw, "", true, false},
    {"hdf5", LayoutKind::kHdf5, Content::kRaw, "", true, true},
    {"hdf5_opt", LayoutKind::kHdf5, Content::kRaw, "", true, true},
    {"parquet", LayoutKind::kParquet, Content::kRaw, "", false, true},
    {"indexed_binary", LayoutKind::kRecords, Content::kRaw, "", false, false},
    {"mmap_indexed_binary", LayoutKind::kRecords, Content::kRaw, "records are read, not mapped"},
    {"csv", LayoutKind::kRecords, Content::kRaw,
     "rows are read as records of as many bytes; written as text they would take some 3.6 times as many",
     true, true, LayoutKind::kRecords, kWholeFile},
};

// numpy's names of what the benchmark fills arrays with, and the bytes of one.
struct Element {
  std::string_view word;
  double bytes;
};
constexpr Element kElements[] = {
    {"uint8", 1},  {"int8", 1},      {"bool", 1},        {"byte", 1},   {"ubyte", 1}, {"uint16", 2},
    {"int16", 2},  {"float16", 2},   {"half", 2},        {"uint32", 4}, {"int32", 4}, {"float32", 4},
    {"single", 4}, {"float", 8},     {"uint64", 8},      {"int64", 8},  {"int", 8},   {"float64", 8},
    {"double", 8}, {"complex64", 8}, {"complex128", 16},
};

// "float32", or numpy's codes such as "<f4"; nothing for others.
std::optional<double> element_bytes(std::string_view word) {
  for (const Element& element : kElements)
    if (element.word == word) return element.bytes;
  if (!word.empty() && std::string_view("<>=|").find(word.front()) != word.npos) word.remove_prefix(1);
  if (word.size() < 2 || std::string_view("biufc").find(word.front()) == word.npos) return std::nullopt;
  int bytes = 0;
  const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), bytes);
  const bool whole = error == std::errc{} && end == word.data() + word.size();
  return whole && bytes >= 1 && bytes <= 16 ? std::optional<double>(bytes) : std::nullopt;
}

std::vector<std::string> element_words() {
  std::vector<std::string> words;
  for (const Element& element : kElements) words.emplace_back(element.word);
  return words;
}

const Format& read_layout(DlioSource& source, DatasetSpec& dataset) {
  const std::string word = source.word("dataset.format").value_or("tfrecord");
  const auto format =
      std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& f) { return f.word == word; });
  if (format == std::end(kFormats)) {
    std::vector<std::string> words;
    for (const Format& known : kFormats) words.emplace_back(known.word);
    if (word == "synthetic")
      source.fail(
          "dataset.format",
          "expected a format that is read from storage, found 'synthetic': its samples are made in memory");
    source.fail("dataset.format", fmt::format("expected {}, found {}{}", join(words, " | "), quote(word),
                                              did_you_mean(word, words)));
  }
  dataset.layout = format->layout;
  dataset.content = format->content;
  if (!format->caveat.empty()) source.decline("dataset.format", std::string(format->caveat));
  return *format;
}

// Of one element of a record: arrays have the type that the file says, images and files of bytes are bytes.
double read_element(DlioSource& source, const Format& format) {
  constexpr std::string_view kKey = "dataset.record_element_type";
  const auto word = source.word(kKey);
  if (!word) return 1;
  const auto bytes = element_bytes(to_lower(*word));
  if (!bytes) {
    source.fail(kKey, fmt::format("expected a type of numpy such as uint8 or float32, found {}{}",
                                  quote(*word), did_you_mean(*word, element_words())));
  }
  if (format.typed || *bytes == 1) return *bytes;
  source.decline(kKey, fmt::format("the benchmark fills {} with bytes", format.word));
  return 1;
}

std::optional<double> read_either(DlioSource& source, std::string_view now, std::string_view before,
                                  double least) {
  const std::optional<double> value = source.number(now, least, 0x1p50);
  const std::optional<double> old = source.number(before, least, 0x1p50);
  if (value && old) source.decline(before, fmt::format("{} says it", now));
  return value ? value : old;
}

// A column of `size` elements; what varies from row to row cannot be said.
double column_bytes(DlioSource& source, std::string_view key, const YamlNode& column) {
  const YamlNode* type = column.find("dtype");
  const YamlNode* size = column.find("size");
  const YamlNode* read = column.find("read");
  if (read != nullptr && to_lower(read->text) == "false") {
    source.fail(key, "expected all columns to be read, found one with read: False: aforo reads rows whole");
  }
  const std::string word = type == nullptr ? "float32" : to_lower(type->text);
  const Parsed<double> count = size == nullptr ? Parsed<double>(1) : parse_number(size->text);
  const auto bytes = word == "list" ? std::optional<double>(4) : word == "binary" ? 1 : element_bytes(word);
  if (!bytes || !count || *count < 1 || *count > 0x1p40) {
    source.fail(key,
                fmt::format("expected columns of a fixed size such as {{dtype: float32, size: 8}}, found "
                            "dtype {}, size {}",
                            quote(word), size == nullptr ? "1" : quote(size->text)));
  }
  return *bytes * *count;
}

// The sum of a row's columns; nothing where none are named.
std::optional<double> read_columns(DlioSource& source) {
  for (const std::string_view key : {"dataset.parquet.columns", "dataset.columns"}) {
    const YamlNode* columns = source.take(key);
    if (columns == nullptr) continue;
    if (columns->kind != YamlNode::Kind::kSequence || columns->items.empty())
      source.fail(key, "expected a list of columns, found none");
    double sum = 0;
    for (const YamlNode& column : columns->items) {
      if (!column.is_map()) source.fail(key, "expected columns such as {name: a, dtype: float32, size: 8}");
      sum += column_bytes(source, key, column);
    }
    return sum;
  }
  return std::nullopt;
}

// The product of the dimensions; nothing where none are named.
std::optional<double> read_dims(DlioSource& source, const Format& format) {
  constexpr std::string_view kKey = "dataset.record_dims";
  const YamlNode* dims = source.take(kKey);
  if (dims == nullptr || (dims->kind == YamlNode::Kind::kSequence && dims->items.empty()))
    return std::nullopt;
  if (dims->kind != YamlNode::Kind::kSequence)
    source.fail(kKey, "expected a list of dimensions such as [512, 512], found something else");
  const bool image = format.content == Content::kJpeg || format.content == Content::kPng;
  if (image && dims->items.size() > 2)
    source.fail(kKey, fmt::format("expected at most 2 dimensions of a {}, found {}", format.word,
                                  dims->items.size()));
  double product = 1;
  for (const YamlNode& item : dims->items) {
    const Parsed<std::uint64_t> dim = parse_count(item.text);
    if (item.kind != YamlNode::Kind::kScalar || !dim || *dim == 0)
      source.fail(kKey, fmt::format("expected whole numbers from 1, found {}", describe(item)));
    product *= static_cast<double>(*dim);
  }
  return product;
}

void read_size(DlioSource& source, const Format& format, Law& size) {
  const double element = read_element(source, format);
  const std::optional<double> said =
      read_either(source, "dataset.record_length_bytes", "dataset.record_length", 1);
  const double stddev =
      read_either(source, "dataset.record_length_bytes_stdev", "dataset.record_length_stdev", 0).value_or(0);
  const std::optional<double> dims = read_dims(source, format);
  const std::optional<double> columns =
      format.layout == LayoutKind::kParquet ? read_columns(source) : std::nullopt;
  for (const std::string_view key : {"dataset.record_length_bytes", "dataset.record_length"}) {
    if (dims) source.decline(key, "record_dims says it");
    if (!dims && columns) source.decline(key, "the columns say it");
  }
  if ((dims || columns) && stddev > 0) {
    source.fail(
        source.has("dataset.record_length_bytes_stdev") ? "dataset.record_length_bytes_stdev"
                                                        : "dataset.record_length_stdev",
        fmt::format("expected no spread beside {}, found {}; as the benchmark does, aforo takes one of them",
                    dims ? "record_dims" : "columns", stddev));
  }
  size.mean = columns ? *columns : element * (dims ? *dims : said.value_or(65536));
  size.stddev = element * stddev;
  if (size.stddev > 0) size.kind = LawKind::kProductOfNormals;
}

void refuse_other_bytes(DlioSource& source, const Format& format) {
  const std::string compression = to_lower(source.word("dataset.compression").value_or("none"));
  if (compression != "none" && format.compressed) {
    source.fail(
        "dataset.compression",
        fmt::format("expected none, found {}: how far samples shrink is not known, and aforo lays and "
                    "reads them as they are; give record_length_bytes as stored, and compression none",
                    quote(compression)));
  }
  if (compression != "none")
    source.decline("dataset.compression", fmt::format("the benchmark never compresses {}", format.word));
  if (format.layout != LayoutKind::kHdf5) return;
  if (source.flag("dataset.enable_chunking").value_or(false)) {
    source.fail(
        "dataset.enable_chunking",
        "expected False, found True: a chunk is read whole, and aforo reads of HDF5 the sample alone");
  }
  if (source.has("dataset.hdf5.chunk_dims") &&
      !source.same("dataset.hdf5.chunk_dims", "dataset.record_dims")) {
    source.fail(
        "dataset.hdf5.chunk_dims",
        "expected chunks of record_dims, or none, found others: a chunk is read whole, and aforo reads of "
        "HDF5 the sample alone");
  }
}

}  // namespace

void read_dlio_dataset(DlioSource& source, DatasetSpec& dataset) {
  const Format& format = read_layout(source, dataset);
  refuse_other_bytes(source, format);
  const std::uint64_t files = source.count("dataset.num_files_train", 1, 1'000'000'000'000).value_or(8);
  dataset.samples_per_file = source.count("dataset.num_samples_per_file", 1, 1'000'000'000).value_or(1);
  if (dataset.samples_per_file > 1 && !format.not_many.empty())
    source.fail("dataset.num_samples_per_file",
                fmt::format("expected 1 of {} files, found {}: {}, which aforo does not", format.word,
                            dataset.samples_per_file, format.not_many));
  dataset.samples = files * dataset.samples_per_file;
  Law& size = dataset.sample_size;
  read_size(source, format, size);
  if (!traits_of(dataset.layout).packed && dataset.samples_per_file > 1) {
    source.decline("dataset.num_samples_per_file",
                   format.of_many == LayoutKind::kNpy
                       ? "samples lie along the first axis of a file's array, and are read one at a time"
                       : "such files are laid and read as fixed-size records, one at a time");
    dataset.layout = format.of_many;
    dataset.content = Content::kRaw;
  }
  if (traits_of(dataset.layout).one_size && size.stddev > 0) {
    source.decline("dataset.record_length_bytes_stdev", "records of such files have one size");
    source.decline("dataset.record_length_stdev", "records of such files have one size");
    size = {.mean = size.mean};
  }
  const std::uint64_t folders = source.count("dataset.num_subfolders_train", 0, 1'000'000'000).value_or(0);
  dataset.files_per_directory = folders == 0 ? 0 : (files + folders - 1) / folders;
}

}  // namespace aforo
