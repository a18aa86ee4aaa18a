#include "workload/client.h"

#include <gtest/gtest.h>

#include <string>

#include "workload/access.h"

namespace aforo {
namespace {

constexpr std::uint64_t kSmallObject = 150'000,
                        kBigObject = 146'800'640;  // the objects that clients were seen to read

// GETs of a whole object, and bytes of a read of 150,000 in the middle of the large one, as a proxy saw them.
struct Seen {
  const char* client;
  bool head;
  std::uint64_t small, big, big_in_flight;
  std::uint64_t piece_bytes;
};
constexpr Seen kSeen[] = {
    {"boto3-get", false, 1, 1, 1, kSmallObject},
    {"boto3-download", true, 1, 18, 10, kBigObject},
    {"s3fs-open", true, 1, 1, 1, kSmallObject + (50 << 20)},
    {"s3fs-cat", true, 1, 3, 10, kSmallObject},
    {"s3torch", false, 1, 18, 25, kBigObject},
    {"s3torch-range", false, 1, 18, 1, 8 << 20},
    {"pyarrow", true, 1, 1, 1, kSmallObject},
    {"curl-pipe", false, 1, 1, 1, kBigObject},
    {"mosaicml", true, 1, 18, 1, kBigObject},
    {"litdata", false, 1, 1, 1, kBigObject},
};

Client client_called(const std::string& word) {
  for (std::size_t i = 0; i < std::size(kClientWords); ++i)
    if (kClientWords[i] == word) return static_cast<Client>(i);
  return Client::kNone;
}

TEST(Client, AsksForWhatItWasSeenToAskFor) {
  for (const Seen& seen : kSeen) {
    const ClientStyle& style = style_of(client_called(seen.client));
    EXPECT_EQ(style.heads, seen.head) << seen.client;
    EXPECT_EQ(parts_of(style, kSmallObject), seen.small) << seen.client;
    EXPECT_EQ(parts_of(style, kBigObject), seen.big) << seen.client;
    EXPECT_EQ(style.in_flight, seen.big_in_flight) << seen.client;
    EXPECT_EQ(asked_range(style, 70'000'000, kSmallObject, kBigObject).length, seen.piece_bytes)
        << seen.client;
    EXPECT_FALSE(style.software.empty());
  }
}

TEST(Client, ReadsAheadNoFurtherThanTheObject) {
  const ClientStyle& s3fs = style_of(Client::kS3fsOpen);
  EXPECT_EQ(asked_range(s3fs, kBigObject - kSmallObject, kSmallObject, kBigObject).length, kSmallObject);
  EXPECT_EQ(asked_range(style_of(Client::kS3torchRange), kBigObject - 1000, 1000, kBigObject).length, 1000u);
  EXPECT_EQ(asked_range(style_of(Client::kMosaicml), 5, 10, 1000).offset, 0u);
}

TEST(Client, WaitsAreOfPartsOneAfterAnother) {
  EXPECT_EQ(waits_of(style_of(Client::kBoto3Download), 18), 2);  // ten at a time
  EXPECT_EQ(waits_of(style_of(Client::kS3torch), 18), 2);        // one, then 17
  EXPECT_EQ(waits_of(style_of(Client::kMosaicml), 18), 18);
  EXPECT_EQ(waits_of(style_of(Client::kBoto3Get), 1), 1);
}

TEST(Client, AccessReckonsWithIt) {
  DatasetShape files{.layout = LayoutKind::kFilePerSample,
                     .samples = 100,
                     .files = 100,
                     .sample_bytes = kBigObject,
                     .file_bytes = kBigObject};
  LoaderSpec loader;
  loader.client = Client::kBoto3Download;
  Access access = access_of(files, loader, 1);
  EXPECT_EQ(access.requests_per_sample, 18);
  EXPECT_DOUBLE_EQ(access.waits_per_sample, 1.8);
  EXPECT_EQ(access.bytes_per_sample, kBigObject);
  DatasetShape packed{.layout = LayoutKind::kTfrecord,
                      .samples = 100,
                      .files = 1,
                      .sample_bytes = kSmallObject,
                      .file_bytes = kBigObject};
  loader.client = Client::kS3fsOpen;
  access = access_of(packed, loader, 1);
  EXPECT_EQ(access.kind, ReadKind::kRange);
  EXPECT_EQ(access.bytes_per_sample, kSmallObject + (50 << 20)) << "350 times what is wanted";
  EXPECT_EQ(access.requests_per_sample, 1);
}

}  // namespace
}  // namespace aforo
