#include "survey/dataset_listing.h"

#include <fmt/format.h>

#include <cerrno>
#include <string_view>

#include "base/error.h"
#include "dataset/manifest.h"
#include "survey/dataset_census.h"
#include "survey/dataset_words.h"

namespace aforo {

void require_place(const Store& store) {
  const int error = store.check();
  if (error == 0) return;
  if (const std::string why = store.why(); !why.empty()) throw UserError(why);
  if (error == ENOENT)
    throw UserError(fmt::format("expected a directory with a dataset, found no {}", store.where()));
  if (error == ENOTDIR) {
    throw UserError(fmt::format("expected a directory with a dataset, found a file: {}; give its directory",
                                store.where()));
  }
  throw UserError(
      fmt::format("expected to read the directory {}, found {}", store.where(), describe_errno(error)));
}

Listing list_dataset(const Store& store, unsigned threads, const std::stop_token& stop,
                     ListCounters* progress, const ListSink& sink) {
  ListOptions options;
  options.threads = threads;
  options.unlisted = kManifestName;
  options.sort_of = extension_of;
  options.follow_links = true;
  options.progress = progress;
  return store.list(options, stop, sink);
}

std::vector<std::string> warnings_of(const Listing& walked) {
  std::vector<std::string> list;
  const auto left_out = [&](std::uint64_t n, std::string_view one, std::string_view many) {
    if (n > 0) list.push_back(fmt::format("{} left out", counted(n, one, many)));
  };
  if (walked.errors > 0) {
    list.push_back(fmt::format("{} could not be read, such as {}",
                               counted(walked.errors, "file or directory", "files or directories"),
                               walked.error_examples.front()));
  }
  left_out(walked.hidden_files, "hidden file (its name begins with a dot) was",
           "hidden files (their names begin with a dot) were");
  left_out(walked.hidden_directories, "hidden directory (its name begins with a dot) was",
           "hidden directories (their names begin with a dot) were");
  if (walked.linked_directories > 0) {  // what they lead to is counted already
    list.push_back(
        fmt::format("{} not followed", counted(walked.linked_directories, "symbolic link to a directory was",
                                               "symbolic links to directories were")));
  }
  if (walked.sparse_files > 0) {
    list.push_back(
        fmt::format("{} on storage than {} size ({} of {}), by holes or by compression: what is not there "
                    "is read from no storage",
                    counted(walked.sparse_files, "file takes less", "files take less"),
                    walked.sparse_files == 1 ? "its" : "their", format_bytes({walked.sparse_allocated}),
                    format_bytes({walked.sparse_bytes})));
  }
  left_out(walked.dangling, "dangling symbolic link was", "dangling symbolic links were");
  left_out(walked.special, "socket, FIFO or device was", "sockets, FIFOs or devices were");
  return list;
}

}  // namespace aforo
