#include "workload/spec.h"

#include <iterator>

namespace aforo {

std::string_view to_string(LayoutKind layout) { return traits_of(layout).word; }

std::optional<LayoutKind> find_layout(std::string_view word) {
  for (std::size_t i = 0; i < std::size(kLayoutTraits); ++i)
    if (kLayoutTraits[i].word == word) return static_cast<LayoutKind>(i);
  return std::nullopt;
}

std::string_view to_string(Content content) {
  switch (content) {
    case Content::kRaw:
      return "raw";
    case Content::kJpeg:
      return "jpeg";
    case Content::kNpz:
      return "npz";
    case Content::kPng:
      return "png";
    case Content::kNpy:
      return "npy";
    case Content::kOther:
      return "other";
  }
  return "";
}

std::string_view to_string(Framework framework) {
  switch (framework) {
    case Framework::kPytorch:
      return "pytorch";
    case Framework::kTensorflow:
      return "tensorflow";
    case Framework::kIdeal:
      return "ideal";
  }
  return "";
}

std::string_view to_string(ShuffleKind shuffle) {
  switch (shuffle) {
    case ShuffleKind::kEpoch:
      return "epoch";
    case ShuffleKind::kBuffer:
      return "buffer";
    case ShuffleKind::kNone:
      return "none";
  }
  return "";
}

std::string_view to_string(ReadMode mode) { return mode == ReadMode::kDirect ? "direct" : "buffered"; }

std::string_view to_string(Deliver deliver) { return deliver == Deliver::kBatch ? "batch" : "discard"; }

}  // namespace aforo
