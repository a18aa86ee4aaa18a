// One file, one sample: JPEG, PNG, npz, npy, or bytes.
#include "dataset/bytes.h"
#include "dataset/container.h"
#include "dataset/zip.h"

namespace aforo {
namespace {

constexpr std::size_t kZipHeader = 30;      // of a member, before its name (APPNOTE 4.3.7)
constexpr std::size_t kZipNameLength = 26;  // where in it the length of the name stands

// A zip whose first member is an array is what numpy.savez makes, one that begins with a pickle of this name what
// torch.save makes; where that does not tell, the name does.
FileKind recognise_zip(std::string_view name, std::span<const std::byte> front) {
  if (front.size() >= kZipHeader) {
    const std::size_t length = load_le<std::uint16_t>(&front[kZipNameLength]);
    if (front.size() >= kZipHeader + length) {
      const std::string_view first = as_text(front.subspan(kZipHeader, length));
      if (first.ends_with(".npy")) return FileKind::kNpz;
      if (first.ends_with("/data.pkl")) return FileKind::kTorch;
    }
  }
  if (name.ends_with(".pt") || name.ends_with(".pth")) return FileKind::kTorch;
  return name.ends_with(".npz") ? FileKind::kNpz : FileKind::kZip;
}

class FileContainer final : public Container {
 public:
  LayoutKind layout() const override { return LayoutKind::kFilePerSample; }

  std::optional<FileKind> recognises(std::string_view name, std::span<const std::byte> front) const override {
    const std::string_view text = as_text(front);
    if (text.starts_with("\xff\xd8\xff")) return FileKind::kJpeg;
    if (text.starts_with("\x89PNG\r\n\x1a\n")) return FileKind::kPng;
    if (text.starts_with("\x93NUMPY")) return FileKind::kNpy;
    if (text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06")) return recognise_zip(name, front);
    return std::nullopt;
  }

  // Whatever has no layout of its own.
  bool owns(FileKind kind) const override {
    switch (kind) {
      case FileKind::kTfrecord:
      case FileKind::kTar:
      case FileKind::kHdf5:
      case FileKind::kParquet:
        return false;
      default:
        return true;
    }
  }

  std::optional<FileKind> looks_for(Content content) const override {
    switch (content) {
      case Content::kJpeg:
        return FileKind::kJpeg;
      case Content::kPng:
        return FileKind::kPng;
      case Content::kNpz:
        return FileKind::kNpz;
      case Content::kNpy:
        return FileKind::kNpy;
      case Content::kRaw:
      case Content::kOther:
        break;
    }
    return std::nullopt;
  }

  const SampleFormat* makes(Content content) const override { return find_content_format(content); }

  Proof proof(Content content) const override {
    switch (content) {
      case Content::kNpz:
        return Proof::kChecksum;
      case Content::kJpeg:
      case Content::kPng:
      case Content::kNpy:
        return Proof::kStructure;
      case Content::kRaw:
      case Content::kOther:
        break;
    }
    return Proof::kNone;
  }

  Checked check(Content content, std::span<const std::byte> bytes) const override {
    const std::string_view text = as_text(bytes);
    switch (content) {
      case Content::kNpz:
        return check_npz(bytes);
      case Content::kJpeg:
        // Cameras append to the file: the end marker must be there, not be last.
        return check_whole(text.starts_with("\xff\xd8\xff") && text.rfind("\xff\xd9") != text.npos, "JPEG");
      case Content::kPng:
        return check_whole(text.starts_with("\x89PNG\r\n\x1a\n") && text.rfind("IEND") != text.npos, "PNG");
      case Content::kNpy: {
        const auto header = read_npy_header(bytes);
        if (!header) return tl::unexpected(header.error());
        const auto size = header->data_bytes();
        return check_whole(!size || *size == bytes.size() - header->data_offset, "npy array");
      }
      case Content::kRaw:
      case Content::kOther:
        break;
    }
    return {};
  }
};

}  // namespace

const Container& file_container() {
  static const FileContainer container;
  return container;
}

}  // namespace aforo
