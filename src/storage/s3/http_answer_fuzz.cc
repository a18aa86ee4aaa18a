// Any bytes as an answer of HTTP/1.1, cut anywhere: the cut must not matter, and what is found lies inside.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/s3/http_answer.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

struct Taken {
  std::string data;
  std::size_t used = 0;
  bool done = false, bad = false;
  friend bool operator==(const Taken&, const Taken&) = default;
};

Taken take_chunks(std::string_view wire, std::size_t block) {
  aforo::ChunkedBody body;
  Taken taken;
  while (taken.used < wire.size() && !body.done() && !body.bad()) {
    const std::string_view next = wire.substr(taken.used, block - taken.used % block);
    const aforo::ChunkedBody::Piece piece = body.next(next);
    require(piece.skip + piece.data <= next.size());
    require(piece.skip + piece.data > 0 || body.done() || body.bad());
    taken.data += next.substr(piece.skip, piece.data);
    taken.used += piece.skip + piece.data;
  }
  taken.done = body.done(), taken.bad = body.bad();
  require(!(taken.done && taken.bad));
  return taken;
}

// How many bytes of it a head is; what is said of the first bytes must still hold of all.
std::size_t look_at_head(std::string_view wire, std::size_t block) {
  aforo::HttpAnswer answer;
  std::size_t used = 0;
  const aforo::HeadState whole = aforo::parse_head(wire, answer, used);
  for (std::size_t size = block; size < wire.size(); size += block) {
    aforo::HttpAnswer early;
    std::size_t early_used = 0;
    const aforo::HeadState state = aforo::parse_head(wire.substr(0, size), early, early_used);
    if (state == aforo::HeadState::kIncomplete) continue;
    require(state == whole && early_used == used && early.status == answer.status);
    break;
  }
  if (whole != aforo::HeadState::kWhole) return 0;
  require(used >= 4 && used <= wire.size() && wire.substr(used - 4, 4) == "\r\n\r\n");
  require(answer.status >= 100 && answer.status <= 599);
  require(!(answer.chunked && answer.length));
  require(answer.close || !answer.has_body("GET") || answer.chunked || answer.length);
  require(!answer.range_first || !answer.whole || *answer.range_first < *answer.whole);
  for (const std::string_view view : {answer.etag, answer.content_type, answer.date, answer.checksum_crc32c,
                                      answer.checksum_type, answer.bucket_region, answer.retry_after}) {
    require(lies_in(view, wire.substr(0, used)));
    require(view.find_first_of("\r\n") == view.npos);
  }
  (void)aforo::http_date(answer.date);
  return used;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view wire(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t block = data[0] % 64 + 1;
  const std::size_t head = look_at_head(wire, block);
  for (const std::string_view body : {wire, wire.substr(head)})
    require(take_chunks(body, body.size() + 1) == take_chunks(body, block));
  (void)aforo::http_date(wire);
  return 0;
}
