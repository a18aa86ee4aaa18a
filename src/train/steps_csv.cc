#include "train/steps_csv.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/error.h"

namespace aforo {

StepsCsv::StepsCsv(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "we")) {
  if (!file_)
    throw UserError(
        fmt::format("expected to create the step file {}, found {}", path, describe_errno(errno)));
  std::setvbuf(file_.get(), nullptr, _IOFBF, 1u << 20);
  write("rank,epoch,step,begin_s,load_wait_s,compute_s,barrier_wait_s,epoch_start_s\n");
}

void StepsCsv::row(const StepTimes& step) {
  if (error_) return;
  write(fmt::format("{},{},{},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f}\n", step.rank, step.epoch, step.step,
                    step.begin.value, step.load_wait.value, step.compute.value, step.barrier_wait.value,
                    step.epoch_start.value));
}

void StepsCsv::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) error_ = errno ? errno : EIO;
}

std::string StepsCsv::finish() {
  if (!error_ && std::fflush(file_.get()) != 0) error_ = errno;
  if (!error_) return {};
  return fmt::format("the step file {} is incomplete: {}", path_, describe_errno(error_));
}

}  // namespace aforo
