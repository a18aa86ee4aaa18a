#include "cli/live_line.h"

namespace aforo {

LiveStatus live_status(const Progress& progress, const std::string& rate_word) {
  LiveStatus status;
  status.phase = progress.phase;
  if (progress.fraction >= 0) status.done = progress.fraction;
  if (progress.au > 0) status.au = progress.au;
  if (progress.bytes_per_second > 0) status.rate = BytesPerSecond{progress.bytes_per_second};
  if (progress.samples_per_second > 0) status.samples = PerSecond{progress.samples_per_second};
  status.sample_word = rate_word;
  status.elapsed = progress.elapsed;
  status.eta = remaining(progress.fraction, progress.elapsed);
  status.epoch = progress.epoch;
  status.step = progress.step;
  status.steps = progress.steps;
  return status;
}

LiveLine::LiveLine(Console& console, bool quiet, std::string rate_word)
    : console_(&console), rate_word_(std::move(rate_word)), shown_(console.err_is_terminal && !quiet) {}

LiveLine::~LiveLine() { clear(); }

ProgressSink LiveLine::sink() {
  if (!shown_) return {};
  return [this](const Progress& progress) { show(progress); };
}

void LiveLine::show(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  if (!shown_) return;
  const std::size_t columns = static_cast<std::size_t>(console_->width) - 1;
  console_->err << '\r' << live_line(live_status(progress, rate_word_), {columns, false, console_->unicode})
                << "\x1b[K" << std::flush;
  drawn_ = true;
}

void LiveLine::clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) console_->err << "\r\x1b[K" << std::flush;
  shown_ = drawn_ = false;
}

}  // namespace aforo
