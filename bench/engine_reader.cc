// engine_reader: aforo's storage engine alone, driven as hard as it goes, beside limit_reader: same files,
// same random order rules, same line of output. `--readers` requests per thread are always started; the
// engine decides how many the kernel sees (`--depth`).
//
//   engine_reader ROOT [--engine auto] [--threads 2] [--readers 64] [--depth 64] [--direct] [--passes 1]
//                 [--buffer-kib 256] [--early]      --early: memory is given at start instead of lent late
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "storage/engine.h"
#include "storage/make_engine.h"

namespace {

struct Options {
  std::string root, engine = "auto";
  unsigned threads = 2, readers = 64, depth = 64, passes = 1;
  bool direct = false, early = false;
  size_t buffer = 256 << 10;
};

struct Count {
  uint64_t files = 0, bytes = 0, errors = 0, turns = 0;
};

class Driver {
 public:
  Driver(const Options& options, std::vector<std::string> files, unsigned seed)
      : options_(options), files_(std::move(files)), random_(seed), requests_(options.readers) {
    const size_t size = (options.buffer * options.readers + kHuge - 1) / kHuge * kHuge;
    memory_ = static_cast<std::byte*>(std::aligned_alloc(kHuge, size));
    madvise(memory_, size, MADV_HUGEPAGE);
    std::fill_n(memory_, size, std::byte{0});
    for (unsigned i = options.readers; i-- > 0;) free_.push_back(i);
    aforo::EngineOptions engine;
    engine.root = options.root;
    engine.depth = options.depth;
    engine.arena = {memory_, size};
    engine_ = aforo::make_engine(*aforo::engine_named(options.engine), engine).engine;  // `parse` named it
    total_ = files_.size() * options.passes;
  }

  Count run() {
    for (auto& request : requests_) {
      request.owner = this;
      request.operation = aforo::IoOperation::kReadFile;
      request.direct = options_.direct;
      request.done = [](aforo::IoRequest& r) { static_cast<Driver*>(r.owner)->done(r); };
      request.lend = [](aforo::IoRequest& r) { static_cast<Driver*>(r.owner)->lend(r); };
      next(request);
    }
    for (; count_.files < total_; ++count_.turns) engine_->turn(aforo::Seconds{1});
    return count_;
  }

 private:
  static constexpr size_t kHuge = 2 << 20;

  void next(aforo::IoRequest& request) {
    if (next_ == total_) return;
    if (next_ % files_.size() == 0) std::shuffle(files_.begin(), files_.end(), random_);
    request.path = files_[next_++ % files_.size()].c_str();
    request.buffer = {};
    if (options_.early) lend(request);
    engine_->start(request);
  }

  void lend(aforo::IoRequest& request) {
    request.buffer = {memory_ + free_.back() * options_.buffer, options_.buffer};
    free_.pop_back();
  }

  void done(aforo::IoRequest& request) {
    ++count_.files;
    count_.errors += request.error != 0;
    count_.bytes += request.bytes;
    if (!request.buffer.empty())
      free_.push_back(
          static_cast<unsigned>((request.buffer.data() - memory_) / static_cast<long>(options_.buffer)));
    next(request);
  }

  const Options& options_;
  std::vector<std::string> files_;
  std::mt19937 random_;
  std::vector<aforo::IoRequest> requests_;
  std::byte* memory_ = nullptr;
  std::vector<unsigned> free_;
  std::unique_ptr<aforo::Engine> engine_;
  uint64_t next_ = 0, total_ = 0;
  Count count_;
};

Options parse(int argc, char** argv) {
  Options options;
  const auto usage = [](const char* word) {
    std::fprintf(stderr, "engine_reader: not understood: %s\n", word);
    std::exit(2);
  };
  if (argc < 2) usage("(no ROOT)");
  options.root = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = [&] { return ++i < argc ? static_cast<unsigned>(std::atoi(argv[i])) : 0u; };
    if (word == "--threads")
      options.threads = number();
    else if (word == "--depth")
      options.depth = number();
    else if (word == "--readers")
      options.readers = number();
    else if (word == "--passes")
      options.passes = number();
    else if (word == "--buffer-kib")
      options.buffer = size_t{number()} << 10;
    else if (word == "--engine" && i + 1 < argc)
      options.engine = argv[++i];
    else if (word == "--direct")
      options.direct = true;
    else if (word == "--early")
      options.early = true;
    else
      usage(word.c_str());
  }
  if (!aforo::engine_named(options.engine)) usage(options.engine.c_str());
  return options;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  std::vector<std::vector<std::string>> shares(options.threads);
  size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options.root))
    if (entry.is_regular_file())
      shares[found++ % options.threads].push_back(entry.path().lexically_relative(options.root).string());

  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Count> counts(options.threads);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < options.threads; ++i)
    threads.emplace_back([&, i] {
      if (!shares[i].empty()) counts[i] = Driver(options, shares[i], i + 1).run();
    });
  for (auto& thread : threads) thread.join();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  Count all;
  for (const Count& count : counts) {
    all.files += count.files;
    all.bytes += count.bytes;
    all.errors += count.errors;
    all.turns += count.turns;
  }
  const double gb = static_cast<double>(all.bytes) * 1e-9;
  std::printf(
      "{\"reader\": \"engine\", \"files\": %lu, \"errors\": %lu, \"seconds\": %.4f, \"samples_per_second\": "
      "%.0f, "
      "\"gb_per_second\": %.3f, \"cpu_seconds_per_gb\": %.4f, \"files_per_turn\": %.2f}\n",
      all.files, all.errors, wall, static_cast<double>(all.files) / wall, gb / wall,
      (cpu_seconds() - cpu) / gb, static_cast<double>(all.files) / static_cast<double>(all.turns));
  return all.errors ? 1 : 0;
}
