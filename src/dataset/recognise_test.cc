#include "dataset/recognise.h"

#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>

#include "dataset/bytes.h"
#include "dataset/format.h"
#include "dataset/signatures.h"

namespace aforo {
namespace {

FileKind kind(std::string_view name, std::string_view front) { return recognise(name, as_bytes(front)); }

TEST(Recognise, KnowsTheMagicOfEachKind) {
  EXPECT_EQ(kind("x", "\xff\xd8\xff\xe0 and so on"), FileKind::kJpeg);
  EXPECT_EQ(kind("x", "\x89PNG\r\n\x1a\n"), FileKind::kPng);
  EXPECT_EQ(kind("x", "\x93NUMPY\x01"), FileKind::kNpy);
  EXPECT_EQ(kind("x", "\x89HDF\r\n\x1a\n"), FileKind::kHdf5);
  EXPECT_EQ(kind("x", "PAR1\x15"), FileKind::kParquet);
  EXPECT_EQ(kind("x", ""), FileKind::kEmpty);
  EXPECT_EQ(kind("x", "ARROW1"), FileKind::kArrow);
  EXPECT_EQ(kind("x.arrow", "\xff\xff\xff\xff and a length"), FileKind::kArrow);
  EXPECT_EQ(kind("x",
                 "\x7f"
                 "ELF"),
            FileKind::kProgram);
  EXPECT_EQ(kind("x", "{\"a\": 1}\n{\"a\": 2}\n"), FileKind::kJsonLines);
  EXPECT_EQ(kind("x.json", "{\n  \"a\": 1\n}\n"), FileKind::kOther);
  EXPECT_EQ(kind("x.jpg", "not a picture at all, whatever its name says"), FileKind::kOther);
}

TEST(Recognise, KnowsWhatIsGeneratedByItsFirstBytes) {
  const auto front = [](LayoutKind layout, Content content) {
    std::vector<std::byte> bytes;
    stored_format(layout, content).encode({{1, 2}, 3}, 5000, bytes);
    return recognise("name", std::span(bytes).first(kRecogniseBytes));
  };
  EXPECT_EQ(front(LayoutKind::kFilePerSample, Content::kJpeg), FileKind::kJpeg);
  EXPECT_EQ(front(LayoutKind::kFilePerSample, Content::kNpz), FileKind::kNpz);
  EXPECT_EQ(front(LayoutKind::kFilePerSample, Content::kRaw), FileKind::kOther);
  EXPECT_EQ(front(LayoutKind::kTfrecord, Content::kRaw), FileKind::kTfrecord);
  EXPECT_EQ(front(LayoutKind::kWebdataset, Content::kJpeg), FileKind::kTar);
}

TEST(Recognise, TellsNpzFromOtherZips) {
  std::string zip("PK\x03\x04", 4);
  zip.resize(30, '\0');
  zip[26] = 9;
  EXPECT_EQ(kind("a.npz", zip + "arr_0.npy"), FileKind::kNpz);
  EXPECT_EQ(kind("a", zip + "arr_0.npy"), FileKind::kNpz);
  EXPECT_EQ(kind("a.zip", zip + "paper.txt"), FileKind::kZip);
  EXPECT_EQ(kind("a.zip", zip), FileKind::kZip);
  EXPECT_EQ(kind("empty.npz", std::string("PK\x05\x06") + std::string(18, '\0')), FileKind::kNpz);
}

TEST(Recognise, ShortFrontsNeverCrash) {
  std::vector<std::byte> bytes;
  stored_format(LayoutKind::kTfrecord, Content::kRaw).encode({{1, 2}, 3}, 1000, bytes);
  for (std::size_t size = 1; size < 12; ++size) {
    EXPECT_EQ(recognise("x", std::span(bytes).first(size)), FileKind::kOther) << size;
  }
  EXPECT_EQ(recognise("x", std::span(bytes).first(12)), FileKind::kTfrecord);
}

TEST(Recognise, KindsMeanLayoutsAndContents) {
  EXPECT_EQ(layout_of(FileKind::kTfrecord), LayoutKind::kTfrecord);
  EXPECT_EQ(layout_of(FileKind::kTar), LayoutKind::kWebdataset);
  EXPECT_EQ(layout_of(FileKind::kJpeg), LayoutKind::kFilePerSample);
  EXPECT_EQ(content_of(FileKind::kNpz), Content::kNpz);
  EXPECT_EQ(content_of(FileKind::kZip), Content::kOther);
}

// The first bytes as the formats' documents and writers have them; what differs by one field is none.
TEST(Recognise, KnowsPackedFilesThatItDoesNotRead) {
  const auto bytes = [](auto... b) { return std::string{static_cast<char>(b)...}; };
  const std::string idx = bytes(0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28, 7);
  EXPECT_EQ(kind("train-images-idx3-ubyte", idx), FileKind::kIdx);
  EXPECT_EQ(kind("labels", bytes(0, 0, 8, 1, 0, 0, 0xea, 0x60, 7)), FileKind::kIdx);
  EXPECT_EQ(kind("x", bytes(0, 0, 7, 3) + idx.substr(4)), FileKind::kOther);
  EXPECT_EQ(kind("x", bytes(0, 0, 8, 1, 0, 0, 0, 0, 7)), FileKind::kOther);
  const std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  EXPECT_EQ(kind("x", bytes(header.size(), 0, 0, 0, 0, 0, 0, 0) + header), FileKind::kSafetensors);
  EXPECT_EQ(kind("x", bytes(0, 0, 0, 0, 0, 0, 0, 1) + header), FileKind::kOther);
  EXPECT_EQ(kind("data_batch_1", bytes(0x80, 2) + "}q\x01(U\x0b"
                                                  "batch_label"),
            FileKind::kPickle);
  EXPECT_EQ(kind("x", bytes(0x80, 9) + "}q"), FileKind::kOther);
  EXPECT_EQ(kind("x.beton", bytes(2, 0, 2, 0, 0, 0, 0x20, 0)), FileKind::kBeton);
  EXPECT_EQ(kind("x", bytes(2, 0, 2, 0, 0, 0, 0x20, 0)), FileKind::kOther);
  EXPECT_EQ(kind("x", bytes(0x83, 0xaf, 0x70, 0xd1, 0x0d, 0x88, 0x4a, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0)),
            FileKind::kRiegeli);
  EXPECT_EQ(kind("x.csv", "a,b\n1,2\n"), FileKind::kTable);
  EXPECT_EQ(kind("x.TSV", "a\tb\n1\t2\n"), FileKind::kTable);
  EXPECT_EQ(kind("x", "[\n  {\"a\": 1},"), FileKind::kJsonArray);
  EXPECT_EQ(kind("x.json", "[[1, 2], [3, 4]]"), FileKind::kJsonArray);
  EXPECT_EQ(kind("x.txt", "[sic] and so on"), FileKind::kOther);
}

// What torch.save writes is one object, however it is packed.
TEST(Recognise, TellsPyTorchFilesFromZipsAndPickles) {
  std::string zip("PK\x03\x04", 4);
  zip.resize(30, '\0');
  zip[26] = 16;
  EXPECT_EQ(kind("a", zip + "archive/data.pkl"), FileKind::kTorch);
  EXPECT_EQ(kind("a.pt", zip), FileKind::kTorch);
  EXPECT_EQ(kind("a", "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M"),
            FileKind::kTorch);
  EXPECT_FALSE(hides_samples(FileKind::kTorch));
}

TEST(Recognise, LooksIntoZlib) {
  std::vector<std::byte> record, packed(600);
  stored_format(LayoutKind::kTfrecord, Content::kRaw).encode({{1, 2}, 3}, 100, record);
  isal_zstream stream;
  isal_deflate_init(&stream);
  stream.gzip_flag = IGZIP_ZLIB;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<std::uint8_t*>(record.data());
  stream.avail_in = static_cast<std::uint32_t>(record.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(packed.data());
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  ASSERT_EQ(isal_deflate(&stream), COMP_OK);
  packed.resize(stream.total_out);
  EXPECT_EQ(recognise("x", packed), FileKind::kZlibTfrecord);
  packed[2] = std::byte{0xff};
  EXPECT_EQ(recognise("x", packed), FileKind::kOther);
}

// An MDS shard of two samples of 3 and 4 bytes behind a text of 5: offsets 21, 24, 28.
TEST(Recognise, CountsMdsShardsByTheirHeads) {
  const auto word = [](std::uint32_t n) {
    return std::string{char(n), char(n >> 8), char(n >> 16), char(n >> 24)};
  };
  const std::string head = word(2) + word(21) + word(24) + word(28);
  const std::string shard = head + "[...]" + "abcdefg";
  EXPECT_EQ(mds_samples(as_bytes(std::string_view(shard)), shard.size()), std::optional<std::size_t>(2));
  EXPECT_EQ(kind("x", shard), FileKind::kMds);
  EXPECT_FALSE(mds_samples(as_bytes(std::string_view(shard)), shard.size() + 1));
  const std::string falling = word(2) + word(21) + word(20) + word(28) + "[...]abcdefg";
  EXPECT_FALSE(mds_samples(as_bytes(std::string_view(falling)), falling.size()));
}

// 3 sequences in 2 documents: 34 + 3 x 12 + 2 x 8 bytes.
TEST(Recognise, CountsMegatronSequencesByTheirIndex) {
  std::string head("MMIDIDX\0\0\1\0\0\0\0\0\0\0\4", 18);
  head += std::string("\3\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16);
  const auto front = as_bytes(std::string_view(head));
  EXPECT_EQ(megatron_sequences(front, 86), std::optional<std::uint64_t>(3));
  EXPECT_EQ(megatron_sequences(front, 89), std::optional<std::uint64_t>(3));  // with modes
  EXPECT_FALSE(megatron_sequences(front, 87));
  EXPECT_FALSE(megatron_sequences(front.first(30), 86));
}

}  // namespace
}  // namespace aforo
