#include "workload/client.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aforo {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

// By Client, from kBoto3Get on. The AWS CRT has at most target bandwidth / 0.4 Gbit/s connections, 25 at its default of 10.
constexpr std::array<ClientStyle, 10> kStyles{{
    {"boto3 1.44.8, get_object", false, 0, 1, false, PieceRead::kExact, 0},
    {"boto3 1.44.8, download_file", true, 8 * kMiB, 10, false, PieceRead::kWhole, 0},
    {"s3fs 2026.9.0, open().read()", true, 0, 1, false, PieceRead::kBeyond, 50 * kMiB},
    {"s3fs 2026.9.0, cat_file", true, 50 * kMiB, 10, false, PieceRead::kExact, 0},
    {"s3torchconnector 1.5.0, default reader", false, 8 * kMiB, 25, true, PieceRead::kWhole, 0},
    {"s3torchconnector 1.5.0, range_based()", false, 8 * kMiB, 1, false, PieceRead::kLeast, 8 * kMiB},
    {"pyarrow 26.0.1, open_input_file", true, 0, 1, false, PieceRead::kExact, 0},
    {"curl in a pipe, a process for each shard", false, 0, 1, false, PieceRead::kWhole, 0},
    {"mosaicml-streaming 0.13.0, StreamingDataset", true, 8 * kMiB, 1, false, PieceRead::kWhole, 0},
    {"litdata 0.2.76 with obstore 0.12.1, iteration", false, 0, 1, false, PieceRead::kWhole, 0},
}};
static_assert(kStyles.size() == std::size(kClientWords) - 1);

}  // namespace

const ClientStyle& style_of(Client client) { return kStyles.at(static_cast<std::size_t>(client) - 1); }

ClientRange asked_range(const ClientStyle& style, std::uint64_t offset, std::uint64_t length,
                        std::uint64_t size) {
  const std::uint64_t left = size - std::min(offset, size);
  switch (style.piece) {
    case PieceRead::kExact:
      return {offset, length};
    case PieceRead::kBeyond:
      return {offset, std::max(length, std::min(left, length + style.beyond))};
    case PieceRead::kLeast:
      return {offset, std::max(length, std::min(left, style.beyond))};
    case PieceRead::kWhole:
      return {0, std::max(size, offset + length)};
  }
  return {offset, length};
}

std::uint64_t parts_of(const ClientStyle& style, std::uint64_t length) {
  return style.part == 0 ? 1 : std::max<std::uint64_t>(1, (length + style.part - 1) / style.part);
}

double waits_of(const ClientStyle& style, double parts) {
  if (style.first_alone) return parts <= 1 ? 1 : 1 + std::ceil((parts - 1) / style.in_flight);
  return std::ceil(parts / style.in_flight);
}

}  // namespace aforo
