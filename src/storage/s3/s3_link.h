// S3Link: one connection of the S3 engine and the exchange that is going on over it: a head out, a body with it, an answer in, its
// body straight into the memory of who asked. No thread, no clock and no policy of its own: the engine (s3_engine.cc) says what to
// send, and when an exchange is given up. Nothing is allocated per exchange once its buffers have grown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "storage/s3/http_answer.h"
#include "storage/s3/http_connection.h"

namespace aforo {

class S3Link {
 public:
  enum class Progress : std::uint8_t {
    kWaits,   // for the socket
    kHead,    // the answer's head is there, and its body is to be read: `take_body` says where to, then go on
    kDone,    // the whole answer, or as much of it as was wanted, is there
    kFailed,  // `error`
  };

  S3Link(const HostAddress& address, const TlsContext* tls, const std::string& host)
      : connection_(address, tls, host), head_in_(kHeadRoom, '\0') {}

  int descriptor() const { return connection_.descriptor(); }
  bool connected() const { return connection_.connected(); }
  bool stale() const { return connection_.stale(); }

  // The bytes of a head, to be filled in before `begin`; kept for their memory.
  std::string& head_out() { return head_out_; }
  // A new exchange: the head in head_out() and then `body`, which stays where it is. `method`: a literal's.
  void begin(std::string_view method, std::span<const std::byte> body);
  // As far as it goes without waiting.
  Progress go_on();
  // After kHead: up to into.size() bytes of the body are put there; what comes beyond is read no further, and the
  // connection is then not to be used again.
  void take_body(std::span<std::byte> into);
  // After kHead, of an answer that is no data: all of it (64 KiB at most) into `text()`.
  void take_text();

  // Good, with all that it points to, until the next `begin`.
  const HttpAnswer& answer() const { return answer_; }
  const std::string& text() const { return text_; }
  // Of the answer's body: put where it was wanted, and come over the wire.
  std::uint64_t taken() const { return taken_; }
  std::uint64_t received() const { return received_; }
  // Of the body that goes out.
  std::uint64_t sent() const { return body_sent_; }
  int error() const { return error_; }
  // Whether any byte of the answer has come.
  bool answered() const { return answered_; }
  // After kDone: the connection may carry another exchange.
  bool reusable() const { return reusable_; }

 private:
  enum class State : std::uint8_t { kConnecting, kSending, kHeadIn, kDecide, kBodyIn, kOver };
  static constexpr std::size_t kHeadRoom = 4 << 10, kMostText = 64 << 10, kMostHead = 64 << 10;
  // A piece of an answer that is not received straight to where it belongs.
  static constexpr std::size_t kPiece = 16 << 10;

  Progress fail(int error);
  Progress over(bool reusable);
  Progress connect();
  Progress send();
  Progress read_head();
  Progress take_head();
  Progress read_body();
  Progress read_text();
  Progress read_chunks();
  // What was not received to where it belongs.
  void consume(std::string_view bytes);
  bool unsent() const { return head_sent_ < head_out_.size() || body_sent_ < body_out_.size(); }
  bool full() const { return into_text_ ? text_.size() >= kMostText : taken_ >= into_.size(); }

  HttpConnection connection_;
  State state_ = State::kConnecting;
  std::string_view method_ = "GET";
  std::string head_out_, head_in_, text_, piece_;
  std::size_t head_sent_ = 0, head_size_ = 0, head_used_ = 0;
  std::span<const std::byte> body_out_;
  std::size_t body_sent_ = 0;
  HttpAnswer answer_;
  ChunkedBody chunks_;
  std::span<std::byte> into_;
  bool into_text_ = false, reusable_ = false, answered_ = false;
  std::uint64_t taken_ = 0, received_ = 0;
  int error_ = 0;
};

}  // namespace aforo
