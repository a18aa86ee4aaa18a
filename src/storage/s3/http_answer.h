// HttpAnswer: the head of an HTTP/1.1 answer, and HttpBody: where its body ends. Pure functions on bytes: sockets are
// others' (http_connection.h). Bounded: a head of more than kMostHead bytes, or one that is no HTTP, is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace aforo {

struct HttpAnswer {
  static constexpr std::size_t kMostHead = 64 << 10;

  int status = 0;
  // Of the body on the wire; absent where it is chunked, or ends with the connection.
  std::optional<std::uint64_t> length;
  bool chunked = false;
  bool close = false;  // the connection ends after this answer
  // Content-Range of a 206: the object's whole size, and where the range begins.
  std::optional<std::uint64_t> range_first, whole;
  // The rest that somebody asks for; views into the head that was parsed, empty where absent.
  std::string_view etag, content_type, date, checksum_crc32c, checksum_type, bucket_region, retry_after;

  // The answer to this method has a body (HEAD, 204, 304 and 1xx have none).
  bool has_body(std::string_view method) const;
};

enum class HeadState : std::uint8_t { kIncomplete, kWhole, kBad };

// `bytes`: all that has come since the last answer ended. kWhole: `answer` is filled in, its views point into `bytes`, and
// `used` bytes of it are the head. 100 Continue is an answer like others.
HeadState parse_head(std::string_view bytes, HttpAnswer& answer, std::size_t& used);

// The body of a chunked answer, as it comes. `take` says how many of the next bytes on the wire are data, or framing to pass
// over; call it until all is used or `done`.
class ChunkedBody {
 public:
  struct Piece {
    std::size_t skip = 0;  // framing first
    std::size_t data = 0;  // then data
  };
  // Of `bytes`, which are the next on the wire: what of them to pass over and to take. Both 0 and not done(): more is needed
  // (or bad()).
  Piece next(std::string_view bytes);
  bool done() const { return state_ == State::kDone; }
  bool bad() const { return state_ == State::kBad; }

 private:
  static constexpr std::size_t kMostFraming = 8192;  // bytes of an extension, or of the trailer
  enum class State : std::uint8_t {
    kSize,
    kExtension,
    kSizeEnd,
    kData,
    kDataEnd,
    kDataEndLine,
    kTrailer,
    kTrailerLine,
    kTrailerEnd,
    kDone,
    kBad
  };
  void step(char c);
  void take_digit(char c);

  State state_ = State::kSize;
  std::uint64_t left_ = 0;
  unsigned digits_ = 0;
  std::size_t trailer_ = 0;
};

// "Tue, 01 Dec 2026 07:55:21 GMT" in seconds since 1970.
std::optional<std::time_t> http_date(std::string_view text);

}  // namespace aforo
