// An inspection by several hosts: the first lists, and deals the files to be looked into; the others do what it says.
//
// Before files are dealt every host has looked at the name and size of each: one that does not see what the first sees ends it
// for all. Results are added up at the first; a host whose part does not come is left out, and named.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "dataset/recognise.h"
#include "hosts/crew.h"
#include "storage/store.h"
#include "survey/inspect_indexed.h"
#include "survey/inspect_samples.h"
#include "workload/spec.h"

namespace aforo {

// A file as the first host sees it.
struct SeenFile {
  std::string path;
  std::uint64_t size = 0;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(path, size);
  }
};

// Files that are dealt at most: their names go to every host. Chosen: more than are opened in the time that an inspection takes.
inline constexpr std::uint64_t kMostDealt = 500'000;

// What the first asks of all. Plain data.
struct InspectTask {
  enum class Kind : std::uint8_t { kSee, kLook, kIndex, kDone } kind = Kind::kDone;
  LayoutKind layout = {};
  FileKind file_kind = FileKind::kOther;
  std::vector<SeenFile> files;  // of kSee; kLook and kIndex are of the last that were seen

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(kind, layout, file_kind, files);
  }
};

// One host's hands. Threads: made and called on one; works with `threads`.
class InspectHand {
 public:
  // All outlive it.
  InspectHand(const Store& store, std::uint32_t host, std::uint32_t hosts, unsigned threads,
              std::stop_token stop)
      : store_(store), host_(host), hosts_(hosts), threads_(threads), stop_(std::move(stop)) {}

  // Of kSee: what is seen otherwise, a phrase; empty where nothing is. All that `files` says is remembered.
  std::string see(std::vector<SeenFile> files);
  // Of this host's share of the files that were seen.
  LookedInto look(FileKind kind) const;
  Samples index(LayoutKind layout) const;
  std::uint64_t files() const { return files_.size(); }

 private:
  std::uint64_t share() const;
  template <class Work>
  void each_of_share(const Work& work) const;

  const Store& store_;
  std::uint32_t host_, hosts_;
  unsigned threads_;
  std::stop_token stop_;
  std::vector<SeenFile> files_;
};

// At the first. Threads: as InspectHand.
class InspectHosts {
 public:
  // All outlive it.
  InspectHosts(Crew& crew, const Store& store, unsigned threads, std::stop_token stop);

  // Throws UserError where a host sees other files than these.
  void require_seen(std::vector<SeenFile> files);
  // Of the files that were seen, all hosts together.
  LookedInto look(FileKind kind);
  Samples index(LayoutKind layout);
  // No more tasks come. Once, at the end, however it ends but by an exception.
  void dismiss();

  // How many files each host was dealt, by host; and whose part did not come.
  const std::vector<std::uint64_t>& dealt() const { return dealt_; }
  const std::vector<std::uint32_t>& missing() const { return missing_; }

 private:
  void give(InspectTask task);
  void collect(const std::function<void(std::uint32_t, const std::string&)>& take);
  template <class Result>
  Result collected(Result mine);

  Crew& crew_;
  const Store& store_;
  std::stop_token stop_;
  InspectHand hand_;
  std::vector<std::uint64_t> dealt_;
  std::vector<std::uint32_t> missing_;
};

// At the others: does what the first asks, until it asks for no more. Throws what Crew::exchange throws.
void help_inspect(Crew& crew, const Store& store, unsigned threads, const std::stop_token& stop);

}  // namespace aforo
