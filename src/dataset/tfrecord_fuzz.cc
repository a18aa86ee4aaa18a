// Any bytes as a TFRecord file, cut anywhere, and as a record index.
#include <algorithm>
#include <cstdlib>

#include "dataset/bytes.h"
#include "dataset/tfrecord.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aforo;
  if (size == 0) return 0;
  const std::size_t block = data[0] % 32 + 1;
  const auto file = std::as_bytes(std::span(data + 1, size - 1));
  TfrecordScanner cut(true), whole(true);
  std::vector<Extent> by_blocks, at_once;
  for (std::size_t at = 0; at < file.size(); at += block) {
    if (!cut.feed(file.subspan(at, std::min(block, file.size() - at)), by_blocks)) break;
  }
  const bool good = whole.feed(file, at_once).has_value();
  const auto a = cut.finish(), b = whole.finish();
  if (by_blocks != at_once || a.has_value() != b.has_value() || (!a && !(a.error() == b.error())))
    std::abort();
  for (const Extent& record : at_once) {
    const auto bytes = file.subspan(record.offset, record.length);
    if (!check_tfrecord(bytes)) std::abort();
    (void)parse_example(bytes.subspan(kTfrecordHeaderBytes, record.length - kTfrecordFraming));
  }
  if (good) (void)parse_example(file);
  const auto index = parse_record_index(as_text(file));
  if (index && parse_record_index(write_record_index(*index)) != index) std::abort();
  return 0;
}
