#include "generate/generate_writer.h"

#include <cerrno>
#include <utility>

namespace aforo {
namespace {

// Of one turn; the request's end wakes it, so the length does not matter.
constexpr Seconds kPatience{1};
EngineOptions one_at_a_time() {
  EngineOptions options;
  options.depth = 1;
  options.timeout = Seconds{0};  // a slow disk is waited for, however long it takes
  return options;
}

}  // namespace

FileWriter::FileWriter(const Owned& owned, bool direct, EngineKind kind)
    : owned_(owned), engine_(owned.engine(kind, one_at_a_time()).engine), want_direct_(direct) {
  request_.owner = this;
  request_.done = [](IoRequest& request) { static_cast<FileWriter*>(request.owner)->done_ = true; };
}

int FileWriter::carry_out() {
  done_ = false;
  engine_->start(request_);
  while (!done_) engine_->turn(kPatience);
  return request_.error;
}

int FileWriter::create(const std::string& path, bool direct) {
  request_.operation = IoOperation::kCreate;
  request_.path = path.c_str();
  request_.direct = direct;
  int error = carry_out();
  if (error == ENOENT) {
    if (const int lost = owned_.make_way(path)) return lost;
    error = carry_out();
  }
  return error;
}

int FileWriter::open(const std::string& path, Size size) {
  if (file_ != kNoFile) return EBUSY;
  const bool direct = want_direct_ && !direct_refused_ && size == Size::kLarge;
  int error = create(path, direct);
  if (error == EINVAL && direct) {
    direct_refused_ = true;
    error = create(path, false);
  }
  if (error) return error;
  times_.create.add(request_.opened - request_.started);
  file_ = request_.file;
  end_ = 0;
  return 0;
}

int FileWriter::append(std::span<const std::byte> block) {
  if (file_ == kNoFile) return EBADF;
  request_.operation = IoOperation::kWrite;
  request_.file = file_;
  request_.offset = end_;
  // A request has one sort of buffer for both directions; a write only reads it.
  request_.buffer = {const_cast<std::byte*>(block.data()), block.size()};
  if (const int error = carry_out()) return fail(error);
  times_.write.add(request_.finished - request_.started);
  end_ += block.size();
  return 0;
}

int FileWriter::close() {
  if (file_ == kNoFile) return EBADF;
  request_.operation = IoOperation::kClose;
  request_.file = std::exchange(file_, kNoFile);
  const int error = carry_out();
  return error == EINTR ? 0 : error;  // the file is closed all the same
}

int FileWriter::fail(int error) {
  close();
  return error;
}

}  // namespace aforo
