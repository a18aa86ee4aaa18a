// The generated JPEG before a real decoder.
#include <cstdio>  // jpeglib.h needs FILE

#include <gtest/gtest.h>
#include <jpeglib.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "dataset/bytes.h"
#include "dataset/format.h"

namespace aforo {
namespace {

struct Decoded {
  unsigned width = 0, height = 0;
  long warnings = 0;
  std::vector<unsigned char> pixels;
};

[[noreturn]] void refuse(j_common_ptr decoder) {
  char text[JMSG_LENGTH_MAX];
  decoder->err->format_message(decoder, text);
  throw std::runtime_error(text);
}

Decoded decode(const std::vector<std::byte>& file) {
  jpeg_decompress_struct decoder{};
  jpeg_error_mgr errors{};
  decoder.err = jpeg_std_error(&errors);
  errors.error_exit = refuse;
  errors.emit_message = [](j_common_ptr d, int level) { d->err->num_warnings += level < 0; };
  jpeg_create_decompress(&decoder);
  jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&decoder, TRUE);
  jpeg_start_decompress(&decoder);
  Decoded image{decoder.output_width, decoder.output_height, 0, {}};
  image.pixels.resize(std::size_t{image.width} * image.height);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = &image.pixels[std::size_t{decoder.output_scanline} * image.width];
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  image.warnings = errors.num_warnings;
  jpeg_destroy_decompress(&decoder);
  return image;
}

std::vector<std::byte> encode(std::uint64_t sample, std::uint64_t size) {
  std::vector<std::byte> bytes;
  jpeg_format().encode({{7, 8}, sample}, size, bytes);
  return bytes;
}

TEST(Jpeg, DecodesWithoutWarningAtEverySize) {
  for (std::uint64_t size = 512; size < 3000; ++size) {
    const auto image = decode(encode(size, size));
    ASSERT_EQ(image.warnings, 0) << size;
    ASSERT_GE(image.width, 8U) << size;
  }
  for (const std::uint64_t size : {5000, 65535, 114000, 150001, 1000000, 5000003}) {
    ASSERT_EQ(decode(encode(1, size)).warnings, 0) << size;
  }
}

TEST(Jpeg, IsNearlySquareAndFullOfContrast) {
  const auto image = decode(encode(1, 114000));
  EXPECT_LT(image.width, 2 * image.height);
  EXPECT_LT(image.height, 2 * image.width);
  double sum = 0, squares = 0;
  for (const unsigned char p : image.pixels) {
    sum += p;
    squares += double{1} * p * p;
  }
  const double mean = sum / static_cast<double>(image.pixels.size());
  EXPECT_NEAR(mean, 127.5, 20);
  EXPECT_GT(std::sqrt(squares / static_cast<double>(image.pixels.size()) - mean * mean), 60);
}

// The scan is where the bytes are: at most a twentieth of the file may be comments in front of it.
TEST(Jpeg, SpendsItsBytesOnTheImage) {
  const auto bytes = encode(1, 114000);
  const auto text = as_text(bytes);
  const auto scan = text.find("\xff\xda");
  ASSERT_NE(scan, text.npos);
  EXPECT_LT(scan, 114000 / 20);
}

TEST(Jpeg, NeitherCompressesNorRepeats) {
  std::set<std::vector<std::byte>> blocks;
  std::size_t whole = 0, shrunk = 0;
  for (std::uint64_t sample = 0; sample < 20; ++sample) {
    const auto bytes = encode(sample, 114000);
    uLongf packed = compressBound(bytes.size());
    std::vector<Bytef> out(packed);
    ASSERT_EQ(compress2(out.data(), &packed, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 6),
              Z_OK);
    whole += bytes.size();
    shrunk += packed;
    for (std::size_t at = 0; at + 4096 <= bytes.size(); at += 4096) {
      EXPECT_TRUE(blocks.emplace(bytes.begin() + at, bytes.begin() + at + 4096).second);
    }
  }
  EXPECT_GT(static_cast<double>(shrunk), 0.97 * static_cast<double>(whole));
}

}  // namespace
}  // namespace aforo
