// HDF5 and Parquet: recognised and sized; aforo neither makes them nor looks into them.
#include "dataset/bytes.h"
#include "dataset/container.h"

namespace aforo {
namespace {

class SizingOnly final : public Container {
 public:
  SizingOnly(LayoutKind layout, FileKind kind, std::string_view magic, std::string_view end_mark = "")
      : layout_(layout), kind_(kind), magic_(magic), end_mark_(end_mark) {}
  LayoutKind layout() const override { return layout_; }

  std::optional<FileKind> recognises(std::string_view, std::span<const std::byte> front) const override {
    if (!as_text(front).starts_with(magic_)) return std::nullopt;
    return kind_;
  }
  bool owns(FileKind kind) const override { return kind == kind_; }
  std::string_view end_mark() const override { return end_mark_; }
  std::optional<FileKind> looks_for(Content) const override { return kind_; }

  const SampleFormat* makes(Content) const override { return nullptr; }
  Proof proof(Content) const override { return Proof::kNone; }
  Checked check(Content, std::span<const std::byte>) const override { return {}; }

 private:
  LayoutKind layout_;
  FileKind kind_;
  std::string_view magic_;
  std::string_view end_mark_;
};

}  // namespace

const Container& hdf5_container() {
  static const SizingOnly container(LayoutKind::kHdf5, FileKind::kHdf5, "\x89HDF\r\n\x1a\n");
  return container;
}

const Container& parquet_container() {
  static const SizingOnly container(LayoutKind::kParquet, FileKind::kParquet, "PAR1", "PAR1");
  return container;
}

}  // namespace aforo
