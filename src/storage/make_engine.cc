#include "storage/make_engine.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "storage/blocking_engine.h"
#include "storage/null_engine.h"
#include "storage/thread_engine.h"
#include "storage/uring_engine.h"

namespace aforo {
namespace {

std::string refusal(int error) {
  std::string reason = "io_uring_setup: " + describe_errno(error);
  if (error == EPERM) reason += "; a seccomp profile or kernel.io_uring_disabled forbids it";
  if (error == ENOSYS) reason += "; this kernel or container has no io_uring";
  return reason;
}

int open_root(const std::string& root) {
  const int descriptor = open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    throw UserError("expected a directory that can be read, found '" + root + "': " + describe_errno(errno) +
                    "; name an existing directory");
  return descriptor;
}

// A descriptor of the engine's own for an open directory.
int again(int directory) {
  const int descriptor = fcntl(directory, F_DUPFD_CLOEXEC, 0);
  if (descriptor < 0)
    throw UserError("expected one more open file for an engine, found " + describe_errno(errno) +
                    "; raise the limit of open files (ulimit -n)");
  return descriptor;
}

}  // namespace

EngineChoice make_engine(EngineKind kind, const EngineOptions& options) {
  return make_engine_with(kind, options, io_uring_queue_init_params);
}

EngineChoice make_engine_with(EngineKind kind, const EngineOptions& options, RingSetup setup) {
  if (kind == EngineKind::kNull) return {make_null_engine(options), kind, ""};
  if (kind == EngineKind::kS3)
    throw UserError("expected an engine that reads files for '" + options.root +
                    "', found 's3', which reads s3://BUCKET/PREFIX; leave --engine out");
  const int root = options.owned ? again(options.owned->root()) : open_root(options.root);
  if (kind == EngineKind::kBlocking) return {make_blocking_engine(root, options), kind, ""};
  std::string reason;
  if (kind != EngineKind::kThreads) {
    auto engine = make_uring_engine(root, options, setup);
    if (engine) return {std::move(*engine), EngineKind::kUring, ""};
    reason = refusal(engine.error());
    if (kind == EngineKind::kUring) {
      close(root);
      throw UserError("expected io_uring, but the kernel refuses it (" + reason +
                      "); use the engine 'threads'");
    }
  }
  return {make_thread_engine(root, options), EngineKind::kThreads, reason};
}

}  // namespace aforo
