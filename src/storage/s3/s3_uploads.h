// S3Uploads: the objects that one S3 engine is writing, from created to completed or aborted. It decides what is asked of the server,
// and when; the engine carries that out as it does its callers' requests (S3Steps), with their attempts, backoff and timeout.
//
//   write -> a part's memory (8 MiB; more where an object goes beyond 1,000 parts), with its CRC-32C
//         -> full, and more comes: CreateMultipartUpload, then UploadPart, two at most under way for one object
//   end   -> one PUT where all of it lies in the first part, else the last part and CompleteMultipartUpload; both with
//            If-None-Match: *
// A PUT or a completion that is answered with a conflict after an attempt of which nobody knows what became is looked up: the
// object with this size and this checksum is ours.
//
// One thread's, the engine's. Memory: three parts for an object at most, taken when bytes come; kept for the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/engine.h"
#include "storage/s3/s3_call.h"

namespace aforo {

struct S3Upload;

enum class S3Verb : std::uint8_t { kPut, kBegin, kPart, kComplete, kLook, kAbort };

// A request that no caller made. `buffer` is what is sent.
struct S3Step final : IoRequest {
  S3Verb verb = S3Verb::kPut;
  S3Upload* upload = nullptr;
  unsigned part = 0;  // which of the upload's memories
  bool in_flight = false;
  // An attempt went out, and nobody knows what became of it.
  bool unsure = false;
  // The answer's.
  std::string etag, checksum, text;
  std::uint64_t length = 0;
};

// What S3Uploads needs of its engine.
class S3Steps {
 public:
  virtual void send(S3Step& step) = 0;
  // As if it had never been sent; `done` is not called.
  virtual void drop(S3Step& step) = 0;
  // Ends a request that a caller made.
  virtual void finish(IoRequest& request, int error) = 0;

 protected:
  ~S3Steps() = default;
};

class S3Uploads {
 public:
  // `engine` outlives it.
  explicit S3Uploads(S3Steps& engine);
  ~S3Uploads();
  S3Uploads(const S3Uploads&) = delete;
  S3Uploads& operator=(const S3Uploads&) = delete;

  S3Upload* create(std::string key);
  // Each ends in S3Steps::finish, at once or later. After `close` the upload is no longer the caller's.
  void write(S3Upload& upload, IoRequest& request);
  void sync(S3Upload& upload, IoRequest& request);
  void close(S3Upload& upload, IoRequest& request);
  // One of those is waited for no longer: it is not finished, and its upload fails with `error`.
  void give_up(S3Upload& upload, const IoRequest& request, int error);

  // What `step` asks of the server; the views are good until it is done.
  void describe(const S3Step& step, S3Call& call);
  // It came to its end, `error` in it.
  void done(S3Step& step);

  // Nobody waits any more, and nothing new is begun but aborting what is not whole. Then: whether all of that is done.
  void abort_all();
  bool still() const;

 private:
  void advance(S3Upload& upload);
  void take(S3Upload& upload);
  bool find_room(S3Upload& upload);
  bool send_filled(S3Upload& upload);
  void send_part(S3Upload& upload, unsigned part);
  void complete(S3Upload& upload);
  void send_control(S3Upload& upload, S3Verb verb);
  void part_done(S3Upload& upload, S3Step& step);
  void control_done(S3Upload& upload, S3Step& step);
  void fail(S3Upload& upload, int error);
  void settle(S3Upload& upload);
  void forget_memory(S3Upload& upload);

  S3Steps& engine_;
  std::vector<std::unique_ptr<S3Upload>> uploads_;
  std::vector<S3Upload*> unused_;
  // Of the usual part's size.
  std::vector<std::unique_ptr<std::byte[]>> memory_;
  char number_[16] = "";
};

}  // namespace aforo
