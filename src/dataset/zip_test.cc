#include "dataset/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "dataset/bytes.h"
#include "dataset/format.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::byte> npz(std::uint64_t size) {
  std::vector<std::byte> bytes;
  npz_format().encode({{1, 2}, 3}, size, bytes);
  return bytes;
}

std::string npy(std::string_view dict) {
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(dict.size()) + '\0' + std::string(dict);
}

// 5000 bytes in all: 35 of local header, 128 of npy header, the array, 51 of directory and 22 of end.
TEST(Zip, FindsTheArrayOfAGeneratedNpz) {
  const auto file = npz(5000);
  const auto members = read_zip(file);
  ASSERT_TRUE(members) << members.error();
  ASSERT_EQ(members->size(), 1U);
  const ZipMember& x = members->front();
  EXPECT_EQ(x.name, "x.npy");
  EXPECT_EQ(x.method, 0);
  EXPECT_EQ(x.data_offset, 35U);
  EXPECT_EQ(x.size, 5000U - 35 - 51 - 22);
  const auto header = read_npy_header(std::span(file).subspan(x.data_offset, x.size));
  ASSERT_TRUE(header) << header.error();
  EXPECT_EQ(header->descr, "|u1");
  EXPECT_FALSE(header->fortran_order);
  EXPECT_EQ(header->data_offset, 128U);
  EXPECT_THAT(header->shape, ElementsAre(x.size - 128));
  EXPECT_EQ(header->data_bytes(), x.size - 128);
  EXPECT_TRUE(check_npz(file));
}

TEST(Zip, DamagedArrayIsFound) {
  Random random(1);
  for (int i = 0; i < 300; ++i) {
    auto file = npz(5000);
    file[35 + random.below(5000 - 35 - 51 - 22)] ^= std::byte{1} << random.below(8);
    EXPECT_EQ(check_npz(file).error(), "zip member 'x.npy': checksum differs");
  }
}

TEST(Zip, EveryTruncationIsAnErrorNotACrash) {
  const auto file = npz(1000);
  for (std::size_t kept = 0; kept < file.size(); ++kept) {
    EXPECT_FALSE(read_zip(std::span(file).first(kept))) << kept;
  }
}

TEST(Zip, AnyDamageIsAnErrorNotACrash) {
  Random random(5);
  for (int i = 0; i < 20000; ++i) {
    auto file = npz(400);
    for (int flips = 0; flips < 3; ++flips)
      file[random.below(file.size())] = static_cast<std::byte>(random());
    (void)check_npz(file);  // under the sanitizers: reads nothing outside
    const auto members = read_zip(file);
    if (!members) continue;
    for (const auto& member : *members) ASSERT_LE(member.data_offset + member.stored_size, file.size());
  }
}

TEST(Npz, RefusesWhatNeedsZip64) {
  std::vector<std::byte> bytes;
  EXPECT_THROW(npz_format().open({{1, 2}, 3}, std::uint64_t{5} << 30), UserError);
}

TEST(Npy, ReadsWhatNumpyWrites) {
  const auto c =
      read_npy_header(as_bytes(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4, 5), }  \n")));
  ASSERT_TRUE(c) << c.error();
  EXPECT_THAT(c->shape, ElementsAre(3, 4, 5));
  EXPECT_EQ(c->data_bytes(), 240U);  // 3 x 4 x 5 x 4
  const auto f = read_npy_header(as_bytes(npy("{'descr': '<U7', 'fortran_order': True, 'shape': (), }\n")));
  ASSERT_TRUE(f);
  EXPECT_TRUE(f->fortran_order);
  EXPECT_EQ(f->data_bytes(), 28U);  // a scalar of 7 characters
  const auto o = read_npy_header(as_bytes(npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n")));
  ASSERT_TRUE(o);
  EXPECT_EQ(o->data_bytes(), std::nullopt);
  const auto s =
      read_npy_header(as_bytes(npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }\n")));
  ASSERT_TRUE(s);
  EXPECT_EQ(s->data_bytes(), std::nullopt);
}

TEST(Npy, RefusesOtherBytes) {
  EXPECT_THAT(read_npy_header(as_bytes("hello, world")).error(), HasSubstr("expected an npy header"));
  EXPECT_THAT(read_npy_header(as_bytes(std::string_view("\x93NUMPY\x09\0\0\0\0\0", 12))).error(),
              HasSubstr("version 1 to 3, found 9"));
  EXPECT_THAT(read_npy_header(as_bytes(npy("{}    "))).error(), HasSubstr("no descr"));
  const auto cut = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4, 5), }  \n").substr(0, 40);
  EXPECT_THAT(read_npy_header(as_bytes(cut)).error(), HasSubstr("cut short"));
}

}  // namespace
}  // namespace aforo
