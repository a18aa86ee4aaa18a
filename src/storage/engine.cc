#include "storage/engine.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
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

}  // namespace

Seconds monotonic_now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return {static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9};
}

EngineChoice make_engine(std::string_view which, const EngineOptions& options) {
  return make_engine_with(which, options, io_uring_queue_init_params);
}

EngineChoice make_engine_with(std::string_view which, const EngineOptions& options, RingSetup setup) {
  const bool wants_uring = which == "auto" || which == "io_uring";
  if (!wants_uring && which != "threads")
    throw UserError("expected an engine named auto, io_uring or threads, found '" + std::string(which) + "'");
  const int root = open_root(options.root);
  std::string reason;
  if (wants_uring) {
    auto engine = make_uring_engine(root, options, setup);
    if (engine) return {std::move(*engine), ""};
    reason = refusal(engine.error());
    if (which == "io_uring") {
      close(root);
      throw UserError("expected io_uring, but the kernel refuses it (" + reason +
                      "); use the engine 'threads'");
    }
  }
  return {make_thread_engine(root, options), reason};
}

}  // namespace aforo
