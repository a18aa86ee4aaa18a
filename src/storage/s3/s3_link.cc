#include "storage/s3/s3_link.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace aforo {

void S3Link::begin(std::string_view method, std::span<const std::byte> body) {
  method_ = method, body_out_ = body;
  head_sent_ = body_sent_ = head_size_ = head_used_ = 0;
  answer_ = {}, chunks_ = {}, into_ = {}, text_.clear();
  into_text_ = reusable_ = answered_ = false;
  taken_ = received_ = 0, error_ = 0;
  state_ = connection_.connected() ? State::kSending : State::kConnecting;
}

S3Link::Progress S3Link::fail(int error) {
  state_ = State::kOver;
  error_ = error;
  return Progress::kFailed;
}

S3Link::Progress S3Link::over(bool reusable) {
  state_ = State::kOver;
  reusable_ = reusable && !answer_.close && !unsent();
  return Progress::kDone;
}

S3Link::Progress S3Link::go_on() {
  if (state_ == State::kConnecting) {
    const Progress progress = connect();
    if (state_ != State::kSending) return progress;
  }
  if (state_ == State::kSending) return send();  // the answer is not there yet: the socket tells when it is
  if (state_ == State::kHeadIn) return read_head();
  if (state_ == State::kDecide) return Progress::kHead;
  if (state_ == State::kBodyIn)
    return answer_.chunked ? read_chunks() : into_text_ ? read_text() : read_body();
  return error_ != 0 ? Progress::kFailed : Progress::kDone;
}

S3Link::Progress S3Link::connect() {
  const HttpConnection::Done done = connection_.connect();
  if (done.error != 0) return fail(done.error);
  if (done.want == HttpConnection::Want::kNothing) state_ = State::kSending;
  return Progress::kWaits;
}

S3Link::Progress S3Link::send() {
  while (unsent()) {
    const HttpConnection::Done done =
        connection_.send(std::string_view(head_out_).substr(head_sent_), body_out_.subspan(body_sent_));
    if (done.error == 0 && done.want == HttpConnection::Want::kNothing) {
      const std::size_t of_head = std::min(done.bytes, head_out_.size() - head_sent_);
      head_sent_ += of_head, body_sent_ += done.bytes - of_head;
      continue;
    }
    if (!body_out_.empty()) {
      // Who refuses a body may answer before all of it has come, and close at once.
      const Progress early = read_head();
      if (early == Progress::kHead || early == Progress::kDone) return early;
      if (early == Progress::kFailed && done.error == 0) return early;
    }
    return done.error != 0 ? fail(done.error) : Progress::kWaits;
  }
  state_ = State::kHeadIn;
  return Progress::kWaits;
}

S3Link::Progress S3Link::read_head() {
  for (;;) {
    if (head_size_ == head_in_.size()) {
      if (head_in_.size() >= kMostHead) return fail(EPROTO);
      head_in_.resize(head_in_.size() * 2);
    }
    const HttpConnection::Done done =
        connection_.receive(std::as_writable_bytes(std::span(head_in_)).subspan(head_size_));
    if (done.error != 0) return fail(done.error);
    if (done.want != HttpConnection::Want::kNothing) return Progress::kWaits;
    if (done.bytes == 0) return fail(ECONNRESET);
    answered_ = true;
    head_size_ += done.bytes;
    if (const Progress progress = take_head(); progress != Progress::kWaits) return progress;
  }
}

// kWaits: more of it is needed.
S3Link::Progress S3Link::take_head() {
  for (;;) {
    const HeadState found = parse_head(std::string_view(head_in_).substr(0, head_size_), answer_, head_used_);
    if (found == HeadState::kBad) return fail(EPROTO);
    if (found == HeadState::kIncomplete) return Progress::kWaits;
    if (answer_.status >= 200) break;
    std::memmove(head_in_.data(), head_in_.data() + head_used_, head_size_ - head_used_);  // 100 Continue
    head_size_ -= head_used_;
    answer_ = {};
    if (head_size_ == 0) return Progress::kWaits;
  }
  if (!answer_.has_body(method_)) return over(head_used_ == head_size_);
  state_ = State::kDecide;
  return Progress::kHead;
}

void S3Link::take_body(std::span<std::byte> into) {
  into_ = into;
  state_ = State::kBodyIn;
  if (!answer_.chunked) consume(std::string_view(head_in_).substr(head_used_, head_size_ - head_used_));
}

void S3Link::take_text() {
  into_text_ = true;
  take_body({});
}

void S3Link::consume(std::string_view bytes) {
  received_ += bytes.size();
  if (into_text_) {
    text_ += bytes.substr(0, kMostText - std::min(kMostText, text_.size()));
    taken_ += bytes.size();
    return;
  }
  const std::size_t n = std::min<std::size_t>(bytes.size(), into_.size() - taken_);
  if (n > 0) std::memcpy(into_.data() + taken_, bytes.data(), n);
  taken_ += n;
}

S3Link::Progress S3Link::read_body() {
  for (;;) {
    if (answer_.length && received_ >= *answer_.length) return over(received_ == *answer_.length);
    if (full()) return over(false);
    std::uint64_t most = into_.size() - taken_;
    if (answer_.length) most = std::min(most, *answer_.length - received_);
    const HttpConnection::Done done = connection_.receive(into_.subspan(taken_, most));
    if (done.error != 0) return fail(done.error);
    if (done.want != HttpConnection::Want::kNothing) return Progress::kWaits;
    if (done.bytes == 0) return answer_.length ? fail(EBADMSG) : over(false);
    taken_ += done.bytes, received_ += done.bytes;
  }
}

S3Link::Progress S3Link::read_text() {
  for (piece_.resize(kPiece);;) {
    if (answer_.length && received_ >= *answer_.length) return over(received_ == *answer_.length);
    if (full()) return over(false);
    const HttpConnection::Done done = connection_.receive(std::as_writable_bytes(std::span(piece_)));
    if (done.error != 0) return fail(done.error);
    if (done.want != HttpConnection::Want::kNothing) return Progress::kWaits;
    if (done.bytes == 0) return answer_.length ? fail(EBADMSG) : over(false);
    consume(std::string_view(piece_).substr(0, done.bytes));
  }
}

// Framing lies between the data, so they come in pieces: the first is what came with the head.
S3Link::Progress S3Link::read_chunks() {
  std::string_view left = std::string_view(head_in_).substr(head_used_, head_size_ - head_used_);
  for (head_used_ = head_size_;;) {
    while (!left.empty() && !chunks_.done() && !chunks_.bad()) {
      const ChunkedBody::Piece piece = chunks_.next(left);
      consume(left.substr(piece.skip, piece.data));
      left.remove_prefix(piece.skip + piece.data);
    }
    if (chunks_.bad()) return fail(EPROTO);
    if (chunks_.done()) return over(left.empty());
    if (full() && received_ > taken_) return over(false);
    piece_.resize(kPiece);
    const HttpConnection::Done done = connection_.receive(std::as_writable_bytes(std::span(piece_)));
    if (done.error != 0) return fail(done.error);
    if (done.want != HttpConnection::Want::kNothing) return Progress::kWaits;
    if (done.bytes == 0) return fail(EBADMSG);
    left = std::string_view(piece_).substr(0, done.bytes);
  }
}

}  // namespace aforo
