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
  reusable_ = reusable && !answer_.close;
  return Progress::kDone;
}

S3Link::Progress S3Link::go_on() {
  if (state_ == State::kConnecting) {
    const Progress progress = connect();
    if (state_ != State::kSending) return progress;
  }
  if (state_ == State::kSending) {
    return send();  // the answer is not there yet: the socket tells when it is
  }
  if (state_ == State::kHeadIn) return read_head();
  if (state_ == State::kDecide) return Progress::kHead;
  if (state_ == State::kBodyIn) return answer_.chunked ? read_chunks() : read_body();
  return error_ != 0 ? Progress::kFailed : Progress::kDone;
}

S3Link::Progress S3Link::connect() {
  const HttpConnection::Done done = connection_.connect();
  if (done.error != 0) return fail(done.error);
  if (done.want == HttpConnection::Want::kNothing) state_ = State::kSending;
  return Progress::kWaits;
}

S3Link::Progress S3Link::send() {
  while (head_sent_ < head_out_.size() || body_sent_ < body_out_.size()) {
    const bool head = head_sent_ < head_out_.size();
    const auto part =
        head ? std::as_bytes(std::span(head_out_)).subspan(head_sent_) : body_out_.subspan(body_sent_);
    const HttpConnection::Done done = connection_.send(part);
    if (done.error != 0) return fail(done.error);
    if (done.want != HttpConnection::Want::kNothing) return Progress::kWaits;
    (head ? head_sent_ : body_sent_) += done.bytes;
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
    HeadState found = HeadState::kWhole;
    do {  // 100 Continue comes before the answer
      found = parse_head(std::string_view(head_in_).substr(0, head_size_), answer_, head_used_);
      if (found == HeadState::kWhole && answer_.status < 200) {
        head_in_.erase(0, head_used_);
        head_size_ -= head_used_;
        head_in_.resize(std::max(head_in_.size(), kHeadRoom));
        if (head_size_ == 0) found = HeadState::kIncomplete;
        answer_ = {};
      } else {
        break;
      }
    } while (found == HeadState::kWhole);
    if (found == HeadState::kBad) return fail(EPROTO);
    if (found == HeadState::kIncomplete) continue;
    if (!answer_.has_body(method_)) return over(head_used_ == head_size_);
    state_ = State::kDecide;
    return Progress::kHead;
  }
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
  std::memcpy(into_.data() + taken_, bytes.data(), n);
  taken_ += n;
}

bool S3Link::whole() const {
  return answer_.chunked ? chunks_.done() : answer_.length && received_ >= *answer_.length;
}

S3Link::Progress S3Link::read_body() {
  for (;;) {
    if (whole()) return over(received_ == *answer_.length);
    if (full()) return over(false);
    if (into_text_ && text_.size() >= kMostText) return over(false);
    std::uint64_t most = into_text_ ? head_in_.size() : into_.size() - taken_;
    if (answer_.length) most = std::min(most, *answer_.length - received_);
    const auto room =
        into_text_ ? std::as_writable_bytes(std::span(head_in_)).first(most) : into_.subspan(taken_, most);
    const HttpConnection::Done done = connection_.receive(room);
    if (done.error != 0) return fail(done.error);
    if (done.want != HttpConnection::Want::kNothing) return Progress::kWaits;
    if (done.bytes == 0) return answer_.length ? fail(EBADMSG) : over(false);
    if (into_text_) {
      consume(std::string_view(head_in_).substr(0, done.bytes));
    } else {
      taken_ += done.bytes, received_ += done.bytes;
    }
  }
}

// Through the head's buffer: framing lies between the data.
S3Link::Progress S3Link::read_chunks() {
  for (;;) {
    std::string_view left = std::string_view(head_in_).substr(head_used_, head_size_ - head_used_);
    while (!left.empty() && !chunks_.done() && !chunks_.bad()) {
      const ChunkedBody::Piece piece = chunks_.next(left);
      consume(left.substr(piece.skip, piece.data));
      left.remove_prefix(piece.skip + piece.data);
    }
    if (chunks_.bad()) return fail(EPROTO);
    if (chunks_.done()) return over(left.empty());
    if (full() && received_ > taken_) return over(false);
    head_used_ = head_size_ = 0;
    const HttpConnection::Done done = connection_.receive(std::as_writable_bytes(std::span(head_in_)));
    if (done.error != 0) return fail(done.error);
    if (done.want != HttpConnection::Want::kNothing) return Progress::kWaits;
    if (done.bytes == 0) return fail(EBADMSG);
    head_size_ = done.bytes;
  }
}

}  // namespace aforo
