#include "survey/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "dataset/container.h"
#include "storage/open_store.h"
#include "survey/chosen_files.h"
#include "survey/dataset_listing.h"
#include "survey/dataset_marker.h"
#include "workload/parse.h"

namespace aforo {

unsigned threads_of(const InspectOptions& options) {
  return options.threads != 0 ? options.threads : 2 * thread_count(0);
}

Inspection::Inspection(const InspectOptions& options, std::stop_token stop, Crew* crew)
    : directory_(options.directory),
      threads_(threads_of(options)),
      stop_(std::move(stop)),
      store_(open_store(options.directory, options.access)),
      tally_(0) {
  require_place(*store_);
  if (crew) hosts_.emplace(*crew, *store_, threads_, stop_);
}

void Inspection::scan() {
  std::vector<WalkedPart> tallies;
  for (unsigned thread = 0; thread < threads_; ++thread) tallies.emplace_back(thread + 1);
  walked_ = list_dataset(
      *store_, threads_, stop_, &counters_,
      [&](unsigned thread, std::string_view path, std::uint64_t size) { tallies[thread].add(path, size); });
  for (const WalkedPart& part : tallies) tally_.census.merge(part.census);
  for (const WalkedPart& part : tallies) {
    for (const auto& [group, sizes] : part.sizes) tally_.sizes[group].merge(sizes);
  }
  require_files();
  unreadable_ = tally_.census.probe(*store_);
  choice_ = choose_samples(tally_.census);
  if (hosts_) hosts_->require_seen(probes());
  layout_ = layout_of(choice_.kind);
  manifest_ = read_marker(*store_);
  if (!manifest_) return;
  const Container& laid = container(parse_dataset_block(manifest_->dataset_yaml, directory_).layout);
  if (laid.has_headers() && laid.reads(choice_.kind)) layout_ = laid.layout();  // its bytes do not say so
}

void Inspection::measure_samples() {
  look_into_samples();
  if (auto indexed = measure_indexed(*store_, tally_.census, choice_, stop_)) {
    samples_ = std::move(*indexed);
    indexed_ = true;
    return;
  }
  if (choice_.kind == FileKind::kLmdb) {
    samples_ = measure_allocated(*store_, tally_.census, choice_, stop_);
    return;
  }
  if (container(layout_).has_headers()) {
    phase_ = "reading record headers";
    samples_ =
        measure_packed(container(layout_), *store_, tally_.census, choice_, threads_, stop_, index_all());
    return;
  }
  for (const auto& [group, sizes] : tally_.sizes) {
    if (is_sample(group)) samples_.sizes.merge(sizes);
  }
  samples_.count = samples_.sizes.count();
}

// What suffix or most of the probes say may not hold for each: where that is quick, all are looked into.
void Inspection::look_into_samples() {
  constexpr std::uint64_t kQuickToLook = 20'000;  // chosen: a second or two on most storage
  if (container(layout_).has_headers() || choice_.files > kQuickToLook) return;
  if (hosts_) {
    hosts_->require_seen(chosen_files());
    looked_ = hosts_->look(choice_.kind);
  } else {
    looked_ = look_into_all(*store_, tally_.census, choice_, threads_, stop_);
  }
  samples_.files_damaged = looked_->cut;
  if (looked_->cut > 0) {
    samples_.damage.push_back(fmt::format("{}: expected {} at its end, found other bytes", looked_->first_cut,
                                          container(layout_).end_mark()));
  }
}

void Inspection::require_files() const {
  if (tally_.census.files() > 0) return;
  if (stop_.stop_requested()) throw Interrupted();
  const auto left_out = warnings_of(walked_);
  const std::string why = left_out.empty() ? std::string() : " (" + join(left_out, "; ") + ")";
  throw UserError(fmt::format("expected files in {}, found none{}: give the directory that holds the samples",
                              directory_, why));
}

// Of the chosen files those that were looked into, by which hosts tell whether they see the same.
std::vector<SeenFile> Inspection::probes() const {
  std::vector<SeenFile> files;
  for (const std::string& group : choice_.groups)
    for (const std::string& path : tally_.census.groups().find(group)->second.probes)
      if (const auto size = store_->size_of(path)) files.push_back({path, *size});
  return files;
}

std::vector<SeenFile> Inspection::chosen_files() const {
  std::vector<SeenFile> files;
  std::mutex mutex;
  list_chosen(*store_, tally_.census, choice_, threads_, stop_,
              [&](unsigned, std::string_view path, std::uint64_t size) {
                const std::lock_guard lock(mutex);
                files.push_back({std::string(path), size});
              });
  std::sort(files.begin(), files.end(), [](const SeenFile& a, const SeenFile& b) { return a.path < b.path; });
  return files;
}

// By all hosts, where there are several and the files are not too many to be dealt.
std::function<Samples()> Inspection::index_all() {
  if (!hosts_ || choice_.files > kMostDealt) return {};
  return [this] {
    hosts_->require_seen(chosen_files());
    return hosts_->index(layout_);
  };
}

}  // namespace aforo
