// limit_reader: the least a program can do to read whole files in random order on io_uring. The limit that
// aforo is measured against, so it is written as well as we can and does nothing else: no errors by name, no
// timeouts, no statistics.
//
// Every file is one chain of linked entries: open into a direct-descriptor slot, read into a registered
// buffer, close. The close's completion is waited for: only then may the slot be opened again. Buffers are
// reused last in, first out, so that from page cache the same `group` of them stays in the CPU's cache. Each
// thread has its own ring and its own share of the files, in a new random order each pass.
//
//   limit_reader ROOT [--threads 2] [--depth 64] [--group 8] [--direct] [--passes 1] [--buffer-kib 256]
#include <fcntl.h>
#include <liburing.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Options {
  std::string root;
  unsigned threads = 2, depth = 64, group = 8, passes = 1;
  bool direct = false;
  size_t buffer = 256 << 10;
};

struct Count {
  uint64_t files = 0, bytes = 0, errors = 0;
};

[[noreturn]] void fail(const char* what, int error) {
  std::fprintf(stderr, "limit_reader: %s: %s\n", what, std::strerror(error));
  std::exit(2);
}

constexpr uint64_t kOpen = 0, kRead = 1, kClose = 2;

class Reader {
 public:
  Reader(const Options& options, std::vector<std::string> files, unsigned seed)
      : options_(options), files_(std::move(files)), random_(seed) {
    root_ = open(options.root.c_str(), O_RDONLY | O_DIRECTORY);
    if (root_ < 0) fail("open", errno);
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    const unsigned entries = std::max(4 * options.group, 64u);
    if (int e = io_uring_queue_init_params(entries, &ring_, &parameters); e < 0) fail("io_uring_setup", -e);
    if (int e = io_uring_register_files_sparse(&ring_, options.depth); e < 0) fail("register files", -e);
    const size_t size = (options.buffer * options.depth + kHuge - 1) / kHuge * kHuge;
    memory_ = static_cast<char*>(std::aligned_alloc(kHuge, size));
    madvise(memory_, size, MADV_HUGEPAGE);
    std::memset(memory_, 0, size);
    const iovec vector{memory_, size};
    if (int e = io_uring_register_buffers(&ring_, &vector, 1); e < 0) fail("register buffers", -e);
    for (unsigned slot = options.depth; slot-- > 0;) free_.push_back(slot);
  }

  Count run() {
    const uint64_t total = files_.size() * options_.passes;
    while (ended_ < total) {
      unsigned queued = 0;
      while (queued < options_.group && !free_.empty() && next_ < total) {
        if (next_ % files_.size() == 0) std::shuffle(files_.begin(), files_.end(), random_);
        queue_chain(files_[next_++ % files_.size()].c_str());
        ++queued;
      }
      const bool wait = free_.empty() || next_ == total;
      if (int e = wait ? io_uring_submit_and_wait(&ring_, 1) : io_uring_submit_and_get_events(&ring_); e < 0)
        fail("io_uring_enter", -e);
      reap();
    }
    return count_;
  }

 private:
  static constexpr size_t kHuge = 2 << 20;

  void queue_chain(const char* path) {
    const unsigned slot = free_.back();
    free_.pop_back();
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    io_uring_prep_openat_direct(sqe, root_, path, O_RDONLY | (options_.direct ? O_DIRECT : 0), 0, slot);
    sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
    sqe->user_data = slot * 4 + kOpen;
    sqe = io_uring_get_sqe(&ring_);
    char* buffer = memory_ + slot * options_.buffer;
    io_uring_prep_read_fixed(sqe, static_cast<int>(slot), buffer, static_cast<unsigned>(options_.buffer), 0,
                             0);
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;
    sqe->user_data = slot * 4 + kRead;
    sqe = io_uring_get_sqe(&ring_);
    io_uring_prep_close_direct(sqe, slot);
    sqe->user_data = slot * 4 + kClose;
  }

  void reap() {
    unsigned head = 0, seen = 0;
    io_uring_cqe* cqe = nullptr;
    io_uring_for_each_cqe(&ring_, head, cqe) {
      ++seen;
      const uint64_t what = cqe->user_data % 4;
      if (what == kRead) {
        ++count_.files;
        if (cqe->res < 0) {
          ++count_.errors;
        } else {
          count_.bytes += static_cast<uint64_t>(cqe->res);
        }
      } else if (what == kClose) {
        free_.push_back(static_cast<unsigned>(cqe->user_data / 4));
        ++ended_;
      }
    }
    io_uring_cq_advance(&ring_, seen);
  }

  const Options& options_;
  std::vector<std::string> files_;
  std::mt19937 random_;
  int root_ = -1;
  io_uring ring_{};
  char* memory_ = nullptr;
  std::vector<unsigned> free_;
  uint64_t next_ = 0, ended_ = 0;
  Count count_;
};

Options parse(int argc, char** argv) {
  Options options;
  if (argc < 2)
    fail("usage: limit_reader ROOT [--threads N] [--depth N] [--group N] [--direct] [--passes N]", EINVAL);
  options.root = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = [&] { return ++i < argc ? static_cast<unsigned>(std::atoi(argv[i])) : 0u; };
    if (word == "--threads")
      options.threads = number();
    else if (word == "--depth")
      options.depth = number();
    else if (word == "--group")
      options.group = number();
    else if (word == "--passes")
      options.passes = number();
    else if (word == "--buffer-kib")
      options.buffer = size_t{number()} << 10;
    else if (word == "--direct")
      options.direct = true;
    else
      fail(word.c_str(), EINVAL);
  }
  if (!options.threads || !options.depth || !options.group || !options.passes)
    fail("numbers are >= 1", EINVAL);
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
      if (!shares[i].empty()) counts[i] = Reader(options, shares[i], i + 1).run();
    });
  for (auto& thread : threads) thread.join();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  Count all;
  for (const Count& count : counts) {
    all.files += count.files;
    all.bytes += count.bytes;
    all.errors += count.errors;
  }
  const double gb = static_cast<double>(all.bytes) * 1e-9;
  std::printf(
      "{\"reader\": \"limit\", \"files\": %lu, \"errors\": %lu, \"seconds\": %.4f, \"samples_per_second\": "
      "%.0f, "
      "\"gb_per_second\": %.3f, \"cpu_seconds_per_gb\": %.4f}\n",
      all.files, all.errors, wall, static_cast<double>(all.files) / wall, gb / wall,
      (cpu_seconds() - cpu) / gb);
  return all.errors ? 1 : 0;
}
