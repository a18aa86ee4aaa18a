#include "serve/record_files.h"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "base/text.h"
#include "report/record_facts.h"
#include "report/record_file.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr std::string_view kRecordEnding = ".json";
constexpr std::string_view kYamlEnding = ".yaml";

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// A descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool is_plain_name(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && name.size() <= 255 && name.front() != '.' && name.ends_with(ending) &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

// Names in the directory with that ending, sorted; files and what may be one.
std::vector<std::string> names_in(int directory, std::string_view ending) {
  std::vector<std::string> out;
  const int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseDirectory> listing(fd >= 0 ? ::fdopendir(fd) : nullptr);
  if (listing == nullptr) {
    if (fd >= 0) ::close(fd);
    return out;
  }
  while (const dirent* entry = ::readdir(listing.get()))
    if ((entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN) && is_plain_name(entry->d_name, ending))
      out.emplace_back(entry->d_name);
  std::sort(out.begin(), out.end());
  return out;
}

std::string read_all(int fd, std::uint64_t size) {
  std::string out(size, '\0');
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::read(fd, out.data() + done, out.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      throw UserError(fmt::format("expected a file that can be read, found {}", describe_errno(errno)));
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return out;
}

void set_known_number(Json& item, std::string_view key, const Json& record) {
  if (const auto found = number(record, {key})) item[std::string(key)] = *found;
}

Json item_of(const std::string& name, const Json& record) {
  Json item = {{"name", name}, {"command", word(record, {"command"})}};
  if (const std::string workload = workload_name(record); !workload.empty()) item["workload"] = workload;
  if (const std::string started = word(record, {"started"}); !started.empty()) item["started"] = started;
  for (const std::string_view key : {"au", "accelerators", "max_accelerators", "bytes_per_second"})
    set_known_number(item, key, record);
  if (flag(record, {"partial"})) item["partial"] = true;
  return item;
}

}  // namespace

RecordFiles::RecordFiles(const std::string& directory)
    : directory_(directory), fd_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (fd_ >= 0) return;
  if (errno == ENOENT)
    throw UserError(
        fmt::format("{}: expected a directory with Records, found nothing of that name", directory));
  if (errno == ENOTDIR)
    throw UserError(fmt::format(
        "{}: expected a directory with Records, found a file; give the directory that it is in", directory));
  throw UserError(
      fmt::format("{}: expected a directory that can be read, found {}", directory, describe_errno(errno)));
}

RecordFiles::~RecordFiles() { ::close(fd_); }

RecordFiles::Opened RecordFiles::open(std::string_view name, std::string_view ending,
                                      const Stamp* known) const {
  if (!is_plain_name(name, ending))
    throw NoSuchFile(
        fmt::format("expected the name of a {} file in the directory, found {}", ending, quote(name)));
  const std::string path(name);
  // A pipe by that name would hold up whoever opens it to read.
  const Descriptor file(::openat(fd_, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0 && (errno == ENOENT || errno == ELOOP))
    throw NoSuchFile(fmt::format("expected a file in the directory, found {} {}",
                                 errno == ELOOP ? "a link by" : "none by", quote(name)));
  if (file.get() < 0)
    throw UserError(fmt::format("expected a file that can be read, found {}", describe_errno(errno)));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    throw NoSuchFile(
        fmt::format("expected a file in the directory, found something else by {}", quote(name)));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > kLargest)
    throw UserError(fmt::format("expected at most {} MiB, found {} MiB", kLargest >> 20, size >> 20));
  Opened out;
  out.stamp = {status.st_dev, status.st_ino, size,
               static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                   static_cast<std::uint64_t>(status.st_mtim.tv_nsec)};
  if (known == nullptr || !(out.stamp == *known)) out.text = read_all(file.get(), size);
  return out;
}

const Json& RecordFiles::seen(const std::string& name) {
  const auto before = seen_.find(name);
  Seen now;
  try {
    const Opened file = open(name, kRecordEnding, before == seen_.end() ? nullptr : &before->second.stamp);
    if (before != seen_.end() && before->second.stamp == file.stamp) return before->second.item;
    now.stamp = file.stamp;
    now.item = item_of(name, parse_record(file.text));
  } catch (const UserError& error) {
    now.item = {{"name", name}, {"why", error.what()}};
  }
  return seen_.insert_or_assign(name, std::move(now)).first->second.item;
}

Json RecordFiles::list() {
  const std::lock_guard lock(mutex_);
  Json out = {{"directory", directory_},
              {"records", Json::array()},
              {"unreadable", Json::array()},
              {"storages", Json::array()}};
  std::vector<std::string> names = names_in(fd_, kRecordEnding);
  std::erase_if(seen_,
                [&](const auto& one) { return !std::binary_search(names.begin(), names.end(), one.first); });
  if (names.size() > kMost) {
    out["left_out"] = names.size() - kMost;
    names.resize(kMost);
  }
  for (const std::string& name : names) {
    const Json& item = seen(name);
    out[item.contains("why") ? "unreadable" : "records"].push_back(item);
  }
  std::vector<std::string> storages = names_in(fd_, kYamlEnding);
  storages.resize(std::min(storages.size(), kMost));
  for (const std::string& name : storages) out["storages"].push_back({{"name", name}});
  if (out["records"].empty())
    out["message"] = fmt::format(
        "{}: expected Records, as --json FILE.json writes them, found none{}; what is sized here can be saved as one",
        directory_, out["unreadable"].empty() ? "" : " that can be read");
  return out;
}

Json RecordFiles::record(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return parse_record(open(name, kRecordEnding).text);
}

std::string RecordFiles::yaml(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return open(name, kYamlEnding).text;
}

}  // namespace aforo
