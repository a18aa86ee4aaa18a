// Records: bare bytes of one size, one after another, in files of any name.
#include "dataset/container.h"

namespace aforo {
namespace {

class RecordsContainer final : public Container {
 public:
  LayoutKind layout() const override { return LayoutKind::kRecords; }

  // Nothing in the bytes says that they are records: the workload does.
  std::optional<FileKind> recognises(std::string_view, std::span<const std::byte>) const override {
    return std::nullopt;
  }
  bool owns(FileKind) const override { return false; }
  bool reads(FileKind kind) const override { return container(LayoutKind::kFilePerSample).owns(kind); }
  std::optional<FileKind> looks_for(Content) const override { return FileKind::kOther; }

  const SampleFormat* makes(Content content) const override {
    return content == Content::kRaw ? &raw_format() : nullptr;
  }

  Proof proof(Content) const override { return Proof::kNone; }
  Checked check(Content, std::span<const std::byte>) const override { return {}; }
};

}  // namespace

const Container& records_container() {
  static const RecordsContainer container;
  return container;
}

}  // namespace aforo
