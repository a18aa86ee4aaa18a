#include "storage/s3/s3_uploads.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "storage/s3/s3_answers.h"

namespace aforo {
namespace {

// S3's own: 10,000 parts of at least 5 MiB. So an object is 440 GB at most.
constexpr std::size_t kPart = 8 << 20;
constexpr unsigned kStep = 1000, kMostParts = 10'000;
constexpr unsigned kUnderWay = 2, kMemories = kUnderWay + 1, kNone = kMemories;
// Parts' memory that is kept for other objects. Chosen.
constexpr std::size_t kKept = 4;

std::size_t part_size(std::size_t number) { return kPart * (1 + (number - 1) / kStep); }

}  // namespace

struct S3Upload {
  struct Part {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t room = 0, filled = 0;
    std::uint32_t crc = 0;
    std::string crc_text;
    unsigned number = 0;  // 0: it is being filled, or free
    S3Step step;
  };

  std::string key, id, body;
  std::array<Part, kMemories> parts;
  unsigned filling = kNone, numbered = 0, under_way = 0;
  std::vector<std::pair<std::string, std::string>> sent;  // ETag and checksum of each part
  std::vector<std::uint32_t> crcs;
  std::string checksum;                  // of the whole, as the server says it
  std::uint64_t size = 0, promised = 0;  // taken, and asked to be
  S3Step control;                        // all requests but parts
  std::vector<IoRequest*> writes, ends;
  bool in_use = true, ending = false, whole = false, aborted = false, closed = false;
  int error = 0;
};

S3Uploads::S3Uploads(S3Steps& engine) : engine_(engine) {}
S3Uploads::~S3Uploads() = default;

S3Upload* S3Uploads::create(std::string key) {
  if (unused_.empty()) unused_.push_back(uploads_.emplace_back(std::make_unique<S3Upload>()).get());
  S3Upload* const upload = unused_.back();
  unused_.pop_back();
  *upload = S3Upload{};
  upload->key = std::move(key);
  upload->control.upload = upload;
  for (unsigned i = 0; i < kMemories; ++i)
    upload->parts[i].step.upload = upload, upload->parts[i].step.part = i;
  return upload;
}

void S3Uploads::write(S3Upload& upload, IoRequest& request) {
  int error = upload.error;
  if (!error && !upload.ends.empty()) error = EINVAL;
  if (!error && upload.whole) error = EINVAL;
  if (!error && !request.buffer.empty() && request.offset != upload.promised) error = ESPIPE;
  if (error || request.buffer.empty()) return engine_.finish(request, error);
  upload.promised += request.buffer.size();
  upload.writes.push_back(&request);
  advance(upload);
}

void S3Uploads::sync(S3Upload& upload, IoRequest& request) {
  upload.ends.push_back(&request);
  advance(upload);
}

void S3Uploads::close(S3Upload& upload, IoRequest& request) {
  upload.closed = true;
  sync(upload, request);
}

void S3Uploads::give_up(S3Upload& upload, const IoRequest& request, int error) {
  std::erase(upload.writes, &request);
  std::erase(upload.ends, &request);
  fail(upload, error);
}

void S3Uploads::advance(S3Upload& upload) {
  if (!upload.error) take(upload);
  if (!upload.error && !upload.ends.empty() && upload.writes.empty() && !upload.whole) complete(upload);
  settle(upload);
}

// As many bytes as there is room for.
void S3Uploads::take(S3Upload& upload) {
  while (!upload.writes.empty()) {
    IoRequest& request = *upload.writes.front();
    if (!find_room(upload)) return;
    S3Upload::Part& part = upload.parts[upload.filling];
    const auto bytes = request.buffer.subspan(
        request.bytes, std::min<std::size_t>(request.buffer.size() - request.bytes, part.room - part.filled));
    std::memcpy(part.bytes.get() + part.filled, bytes.data(), bytes.size());
    part.crc = crc32c(bytes, part.crc);
    part.filled += bytes.size();
    upload.size += bytes.size();
    request.bytes += bytes.size();
    if (request.bytes < request.buffer.size()) continue;
    upload.writes.erase(upload.writes.begin());
    engine_.finish(request, 0);
  }
}

// That a part with room is being filled. A full one goes out when more comes, and not before: it may be all.
bool S3Uploads::find_room(S3Upload& upload) {
  if (upload.filling != kNone) {
    const S3Upload::Part& part = upload.parts[upload.filling];
    if (part.filled < part.room) return true;
    if (!send_filled(upload)) return false;
  }
  if (upload.numbered == kMostParts) return fail(upload, EFBIG), false;
  for (unsigned i = 0; i < kMemories; ++i) {
    S3Upload::Part& part = upload.parts[i];
    if (part.number != 0) continue;
    const std::size_t room = part_size(upload.numbered + 1);
    if (room != part.room) {
      if (room == kPart && !memory_.empty()) {
        part.bytes = std::move(memory_.back());
        memory_.pop_back();
      } else {
        part.bytes = std::make_unique_for_overwrite<std::byte[]>(room);
      }
      part.room = room;
    }
    part.filled = 0, part.crc = 0;
    upload.filling = i;
    return true;
  }
  return false;
}

// False where no more may be under way.
bool S3Uploads::send_filled(S3Upload& upload) {
  if (upload.under_way == kUnderWay) return false;
  ++upload.under_way;
  const unsigned index = std::exchange(upload.filling, kNone);
  S3Upload::Part& part = upload.parts[index];
  part.number = ++upload.numbered;
  part.crc_text = crc32c_base64(part.crc);
  upload.sent.emplace_back(), upload.crcs.push_back(part.crc);
  if (!upload.id.empty())
    send_part(upload, index);
  else if (part.number == 1)
    send_control(upload, S3Verb::kBegin);
  return true;
}

void S3Uploads::send_part(S3Upload& upload, unsigned index) {
  S3Upload::Part& part = upload.parts[index];
  part.step.verb = S3Verb::kPart;
  part.step.buffer = {part.bytes.get(), part.filled};
  part.step.in_flight = true;
  engine_.send(part.step);
}

void S3Uploads::complete(S3Upload& upload) {
  if (upload.ending) return;
  const bool any = upload.filling != kNone && upload.parts[upload.filling].filled > 0;
  if (upload.numbered == 0) {
    upload.ending = true;
    upload.checksum = crc32c_base64(any ? upload.parts[upload.filling].crc : 0);
    upload.control.buffer = {};
    if (any)
      upload.control.buffer = {upload.parts[upload.filling].bytes.get(), upload.parts[upload.filling].filled};
    return send_control(upload, S3Verb::kPut);
  }
  if (any && !send_filled(upload)) return;
  if (upload.under_way > 0) return;
  upload.ending = true;
  std::string all;  // the checksum of a multipart object is that of its parts' checksums
  for (const std::uint32_t crc : upload.crcs)
    for (const unsigned shift : {24u, 16u, 8u, 0u}) all += static_cast<char>(crc >> shift);
  upload.checksum =
      fmt::format("{}-{}", crc32c_base64(crc32c(std::as_bytes(std::span(all)))), upload.crcs.size());
  upload.body = complete_upload_xml(upload.sent);
  upload.control.buffer = std::as_writable_bytes(std::span(upload.body));
  send_control(upload, S3Verb::kComplete);
}

void S3Uploads::send_control(S3Upload& upload, S3Verb verb) {
  S3Step& step = upload.control;
  step.verb = verb;
  if (verb != S3Verb::kPut && verb != S3Verb::kComplete) step.buffer = {};
  step.unsure = false;
  step.in_flight = true;
  engine_.send(step);
}

void S3Uploads::describe(const S3Step& step, S3Call& call) {
  const S3Upload& upload = *step.upload;
  call.key = upload.key;
  call.body_bytes = step.buffer.size();
  call.method = step.verb == S3Verb::kPut || step.verb == S3Verb::kPart         ? "PUT"
                : step.verb == S3Verb::kBegin || step.verb == S3Verb::kComplete ? "POST"
                : step.verb == S3Verb::kLook                                    ? "HEAD"
                                                                                : "DELETE";
  switch (step.verb) {
    case S3Verb::kPut:
      call.headers.emplace_back("if-none-match", "*");
      call.headers.emplace_back("x-amz-checksum-crc32c", upload.checksum);
      return;
    case S3Verb::kBegin:
      call.query.emplace_back("uploads", "");
      call.headers.emplace_back("x-amz-checksum-algorithm", "CRC32C");
      return;
    case S3Verb::kPart: {
      const S3Upload::Part& part = upload.parts[step.part];
      *fmt::format_to_n(number_, sizeof number_ - 1, "{}", part.number).out = '\0';
      call.query.emplace_back("partNumber", number_);
      call.query.emplace_back("uploadId", upload.id);
      call.headers.emplace_back("x-amz-checksum-crc32c", part.crc_text);
      return;
    }
    case S3Verb::kComplete:
      call.headers.emplace_back("if-none-match", "*");
      call.query.emplace_back("uploadId", upload.id);
      return;
    case S3Verb::kLook:
      call.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
      return;
    case S3Verb::kAbort:
      call.query.emplace_back("uploadId", upload.id);
      return;
  }
}

void S3Uploads::done(S3Step& step) {
  S3Upload& upload = *step.upload;
  step.in_flight = false;
  if (step.verb == S3Verb::kPart)
    part_done(upload, step);
  else
    control_done(upload, step);
}

void S3Uploads::part_done(S3Upload& upload, S3Step& step) {
  S3Upload::Part& part = upload.parts[step.part];
  --upload.under_way;
  if (step.error) return fail(upload, step.error);
  if (step.etag.empty()) return fail(upload, EPROTO);
  upload.sent[part.number - 1] = {std::move(step.etag), std::move(part.crc_text)};
  part.number = 0;
  advance(upload);
}

void S3Uploads::control_done(S3Upload& upload, S3Step& step) {
  switch (step.verb) {
    case S3Verb::kBegin: {
      if (step.error) return fail(upload, step.error);
      auto id = read_s3_upload(step.text);
      if (!id) return fail(upload, EPROTO);
      upload.id = std::move(*id);
      if (upload.error) return settle(upload);
      for (unsigned i = 0; i < kMemories; ++i)
        if (upload.parts[i].number != 0) send_part(upload, i);
      return;
    }
    case S3Verb::kLook:
      // A server that keeps no checksums of this kind says none.
      upload.whole = !step.error && step.length == upload.size &&
                     (step.checksum.empty() || upload.checksum.starts_with(step.checksum));
      return upload.whole ? settle(upload) : fail(upload, EEXIST);
    case S3Verb::kAbort:
      return settle(upload);
    default:
      break;
  }
  if ((step.error == EEXIST || step.error == ENOENT) && step.unsure)
    return send_control(upload, S3Verb::kLook);
  if (step.error) return fail(upload, step.error);
  upload.whole = true;
  settle(upload);
}

void S3Uploads::fail(S3Upload& upload, int error) {
  if (!upload.error) upload.error = error;
  for (S3Upload::Part& part : upload.parts) {
    if (part.step.in_flight) engine_.drop(part.step);
    part.step.in_flight = false;
  }
  // What begins an upload is waited for: else nobody could abort it.
  if (upload.control.in_flight && upload.control.verb != S3Verb::kBegin &&
      upload.control.verb != S3Verb::kAbort) {
    engine_.drop(upload.control);
    upload.control.in_flight = false;
  }
  while (!upload.writes.empty()) {
    IoRequest& request = *upload.writes.front();
    upload.writes.erase(upload.writes.begin());
    engine_.finish(request, upload.error);
  }
  settle(upload);
}

// Ends what waits for the upload's end once that has come.
void S3Uploads::settle(S3Upload& upload) {
  if (!upload.in_use || (!upload.whole && !upload.error) || upload.control.in_flight) return;
  if (!upload.whole && !upload.id.empty() && !upload.aborted) {
    upload.aborted = true;
    return send_control(upload, S3Verb::kAbort);
  }
  forget_memory(upload);
  const bool closed = upload.closed;
  const int error = upload.whole ? 0 : upload.error;
  while (!upload.ends.empty()) {
    IoRequest& request = *upload.ends.front();
    upload.ends.erase(upload.ends.begin());
    engine_.finish(request, error);
  }
  if (!closed) return;
  upload.in_use = false;
  unused_.push_back(&upload);
}

void S3Uploads::forget_memory(S3Upload& upload) {
  for (S3Upload::Part& part : upload.parts) {
    if (part.bytes && part.room == kPart && memory_.size() < kKept) memory_.push_back(std::move(part.bytes));
    part.bytes.reset();
    part.room = 0;
  }
  upload.filling = kNone;
}

void S3Uploads::abort_all() {
  for (const auto& upload : uploads_) {
    if (!upload->in_use) continue;
    upload->writes.clear();
    upload->ends.clear();
    if (!upload->whole) fail(*upload, ECANCELED);
  }
}

bool S3Uploads::still() const {
  return std::none_of(uploads_.begin(), uploads_.end(),
                      [](const auto& upload) { return upload->control.in_flight; });
}

}  // namespace aforo
