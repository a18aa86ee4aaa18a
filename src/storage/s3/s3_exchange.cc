// Of the S3 engine: what is asked of the server, and what its answer comes to.
#include <algorithm>
#include <cerrno>

#include "base/crc32c.h"
#include "storage/s3/s3_engine_core.h"
#include "storage/s3/s3_fault.h"

namespace aforo {
namespace {

// A clock that the server finds wrong: no errno of a request's.
constexpr int kWrongClock = -1;

bool is_data(int status) { return status == 200 || status == 206; }
// A connection that ends an exchange before any byte came, and had served others: the server closed it meanwhile.
bool closed_meanwhile(int error) { return error == ECONNRESET || error == EPIPE; }

}  // namespace

void S3Engine::exchange(IoRequest& request) {
  int error = 0;
  const std::int64_t taken = pool_.take(request, now_, error);
  ++request.attempts;
  if (taken < 0) return again_or_done(request, error, setup_.counters->reset);
  const auto index = static_cast<std::uint32_t>(taken);
  request.slot = index;
  request.state = kUnderWay;
  request.opened = request.first_byte = Seconds{0};
  prepare(*pool_[index].link, request);
  go_on(index);
}

void S3Engine::prepare(S3Link& link, const IoRequest& request) {
  describe(request);
  link.head_out().clear();
  signer_.append_head(link.head_out(), call_, setup_.clock->now());
  const S3Step* const step = step_of(request);
  link.begin(call_.method, step ? std::span<const std::byte>(step->buffer) : std::span<const std::byte>());
  RemoteCounters& counters = *setup_.counters;
  (call_.method == "GET"      ? counters.gets
   : call_.method == "HEAD"   ? counters.heads
   : call_.method == "DELETE" ? counters.deletes
                              : counters.puts)++;
}

void S3Engine::describe(const IoRequest& request) {
  call_.method = "GET";
  call_.range.reset();
  call_.query.clear();
  call_.headers.clear();
  call_.body_bytes = 0;
  if (const S3Step* const step = step_of(request)) return uploads_.describe(*step, call_);
  if (request.operation == IoOperation::kRead) {
    call_.key = open_[static_cast<std::size_t>(request.file)].key;
    const std::uint64_t length = request.buffer.empty() ? request.expected : request.buffer.size();
    call_.range = ByteRange{request.offset, request.offset + std::max<std::uint64_t>(length, 1) - 1};
    return;
  }
  key_.assign(setup_.bucket->prefix).append(request.path);
  call_.key = key_;
  if (request.operation == IoOperation::kRemoveFile) call_.method = "DELETE";
  if (gives_file(request.operation)) call_.method = "HEAD";
  if (request.operation != IoOperation::kReadFile) return;
  // A file whose size is not known may be longer than the memory for it.
  if (request.expected == 0 && !request.buffer.empty())
    call_.range = ByteRange{0, request.buffer.size() - 1};
  else if (setup_.checks)
    call_.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
}

void S3Engine::go_on(std::uint32_t index) {
  S3Pool::Connection& connection = pool_[index];
  connection.heard = now_;
  S3Link& link = *connection.link;
  for (;;) {
    const bool was_connected = link.connected();
    const std::uint64_t before = link.received();
    const S3Link::Progress progress = link.go_on();
    received_ += link.received() - before;
    if (!was_connected && link.connected()) pool_.connected(connection);
    if (link.connected() && connection.request->opened.value == 0) connection.request->opened = now_;
    if (link.answered() && connection.request->first_byte.value == 0) connection.request->first_byte = now_;
    switch (progress) {
      case S3Link::Progress::kWaits:
        return;
      case S3Link::Progress::kHead:
        take_head(connection);
        if (connection.request == nullptr) return;
        break;
      case S3Link::Progress::kDone:
        return answered(index);
      case S3Link::Progress::kFailed:
        return failed(index);
    }
  }
}

void S3Engine::take_head(S3Pool::Connection& connection) {
  IoRequest& request = *connection.request;
  S3Link& link = *connection.link;
  const HttpAnswer& answer = link.answer();
  if (step_of(request) || !reads_bytes(request.operation) || !is_data(answer.status)) return link.take_text();
  // Some servers answer a range that they do not take with the whole object.
  const bool wants_range = request.operation == IoOperation::kRead && request.offset > 0;
  const bool other = wants_range && (answer.status != 206 || answer.range_first != request.offset);
  if (!other && lend_buffer(request)) return link.take_body(request.buffer.first(wanted_bytes(request)));
  pool_.release(request.slot, false);
  complete(request, other ? EPROTO : ENOMEM);
}

int S3Engine::error_of_answer(const S3Link& link, const IoRequest& request) {
  const int status = link.answer().status;
  const S3Step* const step = step_of(request);
  // A completion that goes wrong late has been answered with 200 by then.
  const bool may_be_error = step && step->verb == S3Verb::kComplete;
  if (status < 300 && !may_be_error) return 0;
  if (status == 416 && reads_bytes(request.operation))
    return 0;  // beyond the end: nothing to read, as of a file
  const auto said = read_s3_error(link.text());
  if (status < 300) return said ? s3_errno(500, said->code) : 0;
  const std::string code = said ? said->code : std::string();
  if (code == "RequestTimeTooSkewed") {
    if (const auto date = http_date(link.answer().date)) setup_.clock->set(*date);
    return request.attempts < 2 ? kWrongClock : EACCES;
  }
  return s3_errno(status, code);
}

// True too where the server says none of all bytes, or not all of them were asked for.
bool S3Engine::fits_checksum(const S3Link& link, const IoRequest& request) const {
  const HttpAnswer& answer = link.answer();
  const std::string_view said = answer.checksum_crc32c;
  const bool of_parts = answer.checksum_type == "COMPOSITE" || said.find('-') != said.npos;
  if (!setup_.checks || request.operation != IoOperation::kReadFile || answer.status != 200 || said.empty() ||
      of_parts || link.taken() != link.received() || (answer.length && link.taken() != *answer.length))
    return true;
  return crc32c_base64(crc32c(request.buffer.first(link.taken()))) == said;
}

void S3Engine::count_bytes(const S3Link& link, bool wasted) {
  RemoteCounters& counters = *setup_.counters;
  if (link.received()) counters.bytes_received += link.received();
  if (link.sent()) counters.bytes_sent += link.sent();
  if (const std::uint64_t in_vain = wasted ? link.received() : link.received() - link.taken())
    counters.bytes_wasted += in_vain;
}

// What of the answer is needed when its connection is another's.
void S3Engine::note_answer(const S3Link& link, IoRequest& request) {
  S3Step* const step = step_of(request);
  if (step == nullptr) {
    request.bytes = reads_bytes(request.operation) && is_data(link.answer().status) ? link.taken() : 0;
    return;
  }
  step->etag = link.answer().etag;
  step->checksum = link.answer().checksum_crc32c;
  step->length = link.answer().length.value_or(0);
  step->text = link.text();
}

void S3Engine::answered(std::uint32_t index) {
  S3Pool::Connection& connection = pool_[index];
  IoRequest& request = *connection.request;
  const S3Link& link = *connection.link;
  RemoteCounters& counters = *setup_.counters;
  const int error = error_of_answer(link, request);
  const bool fits = error != 0 || fits_checksum(link, request);
  count_bytes(link,
              !fits || error != 0 || (reads_bytes(request.operation) && !is_data(link.answer().status)));
  note_answer(link, request);
  S3Step* const step = step_of(request);
  if (step && error == EREMOTEIO) step->unsure = true;
  pool_.release(index, link.reusable());
  if (!fits) return again_or_done(request, EBADMSG, counters.mismatched);
  if (error == kWrongClock) return at_once(request);
  if (error == EBUSY) return again_or_done(request, error, counters.throttled);
  if (error == EREMOTEIO || error == ETIMEDOUT) return again_or_done(request, error, counters.failed);
  if (step || !gives_file(request.operation)) return complete(request, error);
  const bool creates = request.operation == IoOperation::kCreate;
  if (error != (creates ? ENOENT : 0)) return complete(request, creates && error == 0 ? EEXIST : error);
  std::string key = setup_.bucket->prefix + request.path;
  S3Upload* const upload = creates ? uploads_.create(key) : nullptr;
  request.file = open(std::move(key), upload);
  complete(request, 0);
}

void S3Engine::failed(std::uint32_t index) {
  S3Pool::Connection& connection = pool_[index];
  IoRequest& request = *connection.request;
  const S3Link& link = *connection.link;
  RemoteCounters& counters = *setup_.counters;
  const int error = link.error();
  count_bytes(link, true);
  const bool was_used = connection.used_before, answered = link.answered(), connected = link.connected();
  if (S3Step* const step = step_of(request); step && connected) step->unsure = true;
  pool_.release(index, false);
  // No attempt of the request's own: the server closed a connection that was kept, or listens at another of its addresses.
  if ((was_used && !answered && closed_meanwhile(error)) ||
      (!connected && pool_.others_left() && error != EPROTO)) {
    --request.attempts;
    return at_once(request);
  }
  if (error == EPROTO) return complete(request, error);
  again_or_done(
      request, error,
      error == EBADMSG || (answered && closed_meanwhile(error)) ? counters.truncated : counters.reset);
}

}  // namespace aforo
