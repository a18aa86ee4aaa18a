#include "survey/inspect_hosts.h"

#include <fmt/format.h>

#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/carry.h"
#include "base/error.h"
#include "base/parallel_for.h"
#include "base/units.h"
#include "dataset/container.h"
#include "hosts/same_job.h"

namespace aforo {
std::string InspectHand::see(std::vector<SeenFile> files) {
  files_ = std::move(files);
  std::mutex mutex;
  std::size_t first = files_.size();
  std::string what;
  parallel_for(files_.size(), 64, threads_, stop_, [&](unsigned, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end; ++i) {
      const auto size = store_.size_of(files_[i].path);
      if (size && *size == files_[i].size) continue;
      const std::lock_guard lock(mutex);
      if (i >= first) continue;
      first = i;
      what = fmt::format("{} of {}, found {}", files_[i].path, format_bytes({files_[i].size}),
                         size ? format_bytes({*size}) : describe_errno(size.error()));
    }
  });
  return what;
}

// In turn, so that whatever makes some slower (size, a directory) is everybody's.
template <class Work>
void InspectHand::each_of_share(const Work& work) const {
  parallel_for(share(), 1, threads_, stop_, [&](unsigned thread, std::uint64_t i, std::uint64_t) {
    work(thread, files_[i * hosts_ + host_]);
  });
}

std::uint64_t InspectHand::share() const { return (files_.size() + hosts_ - 1 - host_) / hosts_; }

LookedInto InspectHand::look(FileKind kind) const {
  FrontReader reader(store_, kind, threads_);
  each_of_share([&](unsigned thread, const SeenFile& file) { reader.look(thread, file.path, file.size); });
  return reader.take();
}

Samples InspectHand::index(LayoutKind layout) const {
  SampleIndexer indexer(container(layout), store_);
  each_of_share([&](unsigned, const SeenFile& file) { indexer.read(file.path, file.size); });
  return indexer.take();
}

InspectHosts::InspectHosts(Crew& crew, const Store& store, unsigned threads, std::stop_token stop)
    : crew_(crew),
      store_(store),
      stop_(stop),
      hand_(store, 0, crew.hosts(), threads, stop),
      dealt_(crew.hosts()) {}

// Nobody is waited for again after one who did not come: the launcher ends this process soon.
void InspectHosts::give(InspectTask task) {
  if (!missing_.empty()) return;
  crew_.exchange("", [&](const Crew::Parts&) { return carried(task); });
}

void InspectHosts::require_seen(std::vector<SeenFile> files) {
  InspectTask task;
  task.kind = InspectTask::Kind::kSee;
  task.files = files;
  give(std::move(task));
  hand_.see(std::move(files));
  collect([&](std::uint32_t h, const std::string& part) {
    if (!part.empty() && !stop_.stop_requested())
      throw UserError(fmt::format(
          "expected the same files on all hosts, in {} on {} {}, as {} sees it; mount or copy the same on each",
          store_.where(), crew_.name(h), part, crew_.name(0)));
  });
}

// What each of the others came to. After a stop request without those that did not answer.
void InspectHosts::collect(const std::function<void(std::uint32_t, const std::string&)>& take) {
  if (!missing_.empty()) return;
  crew_.exchange("", [&](const Crew::Parts& parts) {
    if (!stop_.stop_requested()) require_all(crew_, parts);
    for (std::uint32_t h = 1; h < parts.size(); ++h)
      if (parts[h])
        take(h, *parts[h]);
      else
        missing_.push_back(h);
    return "";
  });
}

template <class Result>
Result InspectHosts::collected(Result mine) {
  for (std::uint32_t h = 0; h < crew_.hosts(); ++h)
    dealt_[h] = (hand_.files() + crew_.hosts() - 1 - h) / crew_.hosts();
  collect([&](std::uint32_t, const std::string& part) { mine.merge(carried_to<Result>(part)); });
  return mine;
}

LookedInto InspectHosts::look(FileKind kind) {
  give({InspectTask::Kind::kLook, {}, kind, {}});
  return collected(hand_.look(kind));
}

Samples InspectHosts::index(LayoutKind layout) {
  give({InspectTask::Kind::kIndex, layout, FileKind::kOther, {}});
  return collected(hand_.index(layout));
}

void InspectHosts::dismiss() { give({}); }

void help_inspect(Crew& crew, const Store& store, unsigned threads, const std::stop_token& stop) {
  InspectHand hand(store, crew.host(), crew.hosts(), threads, stop);
  for (;;) {
    InspectTask task = carried_to<InspectTask>(crew.exchange("", [](const Crew::Parts&) { return ""; }));
    std::string result;
    switch (task.kind) {
      case InspectTask::Kind::kDone:
        return;
      case InspectTask::Kind::kSee:
        result = hand.see(std::move(task.files));
        break;
      case InspectTask::Kind::kLook: {
        LookedInto found = hand.look(task.file_kind);
        result = carried(found);
        break;
      }
      case InspectTask::Kind::kIndex: {
        Samples found = hand.index(task.layout);
        result = carried(found);
        break;
      }
    }
    crew.exchange(std::move(result), [](const Crew::Parts&) { return ""; });
  }
}

}  // namespace aforo
