// The dataset room for scripts: writes small generated datasets, and says what it sees in files of others.
//
//   format_tool generate DIR           one folder for each format under DIR
//   format_tool describe FILE          kind, then a line for each sample, member, array or feature found in
//   it
//   format_tool rows FILE              a line for each sample of an npy file of many samples
//
// Not part of aforo: a test program. Exit code 1 and a sentence on standard error where something is wrong.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "dataset/bytes.h"
#include "dataset/generated_layout.h"
#include "dataset/recognise.h"
#include "dataset/tar.h"
#include "dataset/tfrecord.h"
#include "dataset/zip.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

struct Folder {
  const char* name;
  LayoutKind layout;
  Content content;
};
constexpr Folder kFolders[] = {{"raw", LayoutKind::kFilePerSample, Content::kRaw},
                               {"jpeg", LayoutKind::kFilePerSample, Content::kJpeg},
                               {"npz", LayoutKind::kFilePerSample, Content::kNpz},
                               {"tfrecord", LayoutKind::kTfrecord, Content::kRaw},
                               {"npy", LayoutKind::kNpy, Content::kRaw},
                               {"tfrecord_jpeg", LayoutKind::kTfrecord, Content::kJpeg},
                               {"webdataset", LayoutKind::kWebdataset, Content::kJpeg}};
constexpr std::size_t kBlock = 50'000;  // not the size of anything, so that blocks cut everything somewhere

void write(const fs::path& path, ByteSource& source) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  std::vector<std::byte> block(kBlock);
  for (std::uint64_t at = 0; at < source.size(); at += kBlock) {
    const auto part = std::span(block).first(std::min<std::uint64_t>(kBlock, source.size() - at));
    source.fill(at, part);
    file << as_text(part);
  }
  if (!file.flush()) throw std::runtime_error(fmt::format("{}: cannot be written", path.string()));
}

void generate(const fs::path& root) {
  for (const Folder& folder : kFolders) {
    DatasetSpec spec;
    spec.layout = folder.layout;
    spec.content = folder.content;
    spec.samples = 40;
    spec.samples_per_file = folder.layout == LayoutKind::kFilePerSample ? 1 : 15;
    spec.files_per_directory = 15;
    spec.sample_size = {LawKind::kLognormal, 60'000, 50'000, 0, 0, {}};
    if (traits_of(spec.layout).one_size) spec.sample_size = {LawKind::kConstant, 6000, 0, 0, 0, {}};
    const GeneratedLayout layout(spec, dataset_id_of(spec));
    for (FileId file = 0; file < layout.files(); ++file) {
      write(root / folder.name / layout.path(file), *layout.open_file(file));
      if (layout.has_index())
        std::ofstream(root / folder.name / layout.index_path(file)) << layout.index_text(file);
    }
  }
}

template <class T>
T value_of(tl::expected<T, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return std::move(*result);
}

void describe_records(std::span<const std::byte> file) {
  TfrecordScanner scanner(true);
  std::vector<Extent> records;
  const auto fed = scanner.feed(file, records);
  const auto finished = scanner.finish();
  for (const Extent& record : records) {
    fmt::print("record {} {}\n", record.offset, record.length);
    const auto data = file.subspan(record.offset + kTfrecordHeaderBytes, record.length - kTfrecordFraming);
    for (const Feature& feature : value_of(parse_example(data))) {
      fmt::print("feature {} {} {}\n", feature.name, static_cast<int>(feature.kind), feature.value.size());
    }
  }
  if (!fed || !finished) {
    const RecordError error = fed ? finished.error() : fed.error();
    throw std::runtime_error(fmt::format("{} at {}", to_string(error.fault), error.offset));
  }
}

void describe_arrays(std::span<const std::byte> file) {
  for (const ZipMember& member : value_of(read_zip(file))) {
    fmt::print("member {} {} {}\n", member.name, member.method, member.size);
    if (member.method != 0) continue;
    const auto header = value_of(read_npy_header(file.subspan(member.data_offset, member.stored_size)));
    fmt::print("array {} {} {}\n", header.descr, header.fortran_order ? "F" : "C",
               fmt::join(header.shape, "x"));
  }
  if (const auto good = check_npz(file); !good) throw std::runtime_error(good.error());
}

void describe_members(std::span<const std::byte> file) {
  TarScanner scanner;
  std::vector<TarMember> members;
  const auto fed = scanner.feed(file, members);
  const auto finished = scanner.finish();
  if (!fed || !finished) throw std::runtime_error(fed ? finished.error() : fed.error());
  for (const TarMember& member : members) {
    fmt::print("member {} {} {}\n", member.name, member.data_offset, member.regular ? member.size : 0);
  }
  for (const Extent& sample : webdataset_samples(members))
    fmt::print("sample {} {}\n", sample.offset, sample.length);
}

// What the layout npy finds in a file.
void describe_rows(std::span<const std::byte> file) {
  class Reader final : public HeaderReader {
   public:
    explicit Reader(std::span<const std::byte> file) : file_(file) {}
    std::span<const std::byte> at(std::uint64_t offset, std::size_t count) override {
      const auto rest = file_.subspan(std::min<std::uint64_t>(offset, file_.size()));
      return rest.first(std::min(count, rest.size()));
    }
    std::string failure() const override { return {}; }
    std::optional<std::string> beside(std::string_view, bool) const override { return std::nullopt; }

   private:
    std::span<const std::byte> file_;
  };
  Reader reader(file);
  const FileIndex index = container(LayoutKind::kNpy).index(reader, file.size());
  for (const Extent& sample : index.samples) fmt::print("sample {} {}\n", sample.offset, sample.length);
  if (!index.error.empty()) throw std::runtime_error(index.error);
}

void describe(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto file = as_bytes(text);
  const FileKind kind = recognise(path.string(), file.first(std::min(file.size(), kRecogniseBytes)));
  fmt::print("kind {}\n", to_string(kind));
  if (kind == FileKind::kTfrecord) describe_records(file);
  if (kind == FileKind::kNpz) describe_arrays(file);
  if (kind == FileKind::kTar) describe_members(file);
}

void rows(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  describe_rows(as_bytes(text));
}

}  // namespace
}  // namespace aforo

int main(int argc, char** argv) {
  const std::string_view command = argc == 3 ? argv[1] : "";
  try {
    if (command == "rows") {
      aforo::rows(argv[2]);
    } else if (command == "generate") {
      aforo::generate(argv[2]);
    } else if (command == "describe") {
      aforo::describe(argv[2]);
    } else {
      throw std::runtime_error("usage: format_tool generate DIR | describe FILE | rows FILE");
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "format_tool: {}\n", error.what());
    return 1;
  }
  return 0;
}
