#include "storage/s3/s3_listing.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <vector>

#include "base/error.h"
#include "storage/beneath.h"

namespace aforo {
namespace {

constexpr std::size_t kMostExamples = 5;

// The directories on the way to the file that is told now, the store itself first; what lies below one comes in a row.
class Way {
 public:
  explicit Way(Listing& listing) : listing_(listing) { ++listing_.directories, levels_.emplace_back(); }

  // The tally of the directory of `name`.
  DirectoryTally& to(std::string_view name) {
    const std::size_t end = name.rfind('/');
    const std::string_view directory = end == name.npos ? std::string_view() : name.substr(0, end + 1);
    while (levels_.size() > 1 && !directory.starts_with(levels_.back().path)) leave();
    for (std::size_t at = levels_.back().path.size(); at < directory.size();) {
      at = directory.find('/', at) + 1;
      ++listing_.directories;
      levels_.push_back({std::string(directory.substr(0, at)), {}});
    }
    return levels_.back().tally;
  }
  void end() {
    while (!levels_.empty()) leave();
  }

 private:
  struct Level {
    std::string path;  // ends with '/'; empty: the store
    DirectoryTally tally;
  };
  void leave() {
    if (!levels_.back().tally.empty()) ++listing_.fan_out[levels_.back().tally];
    levels_.pop_back();
  }

  Listing& listing_;
  std::vector<Level> levels_;
};

void count_error(Listing& listing, std::string example) {
  ++listing.errors;
  if (listing.error_examples.size() < kMostExamples) listing.error_examples.push_back(std::move(example));
}

class Told {
 public:
  Told(const ListOptions& options, const ListSink& sink) : options_(options), sink_(sink), way_(listing_) {}

  void object(std::string_view name, std::uint64_t size) {
    if (name.empty() || name.ends_with('/')) return;
    if (!stays_beneath(name) || name.find('\0') != name.npos) return unusable(std::string(name));
    const std::size_t slash = name.rfind('/');
    const std::string_view last = name.substr(slash == name.npos ? 0 : slash + 1);
    if (last == options_.unlisted) return;
    if (!options_.everything && is_hidden(name, last)) return;
    count_into(way_.to(name), options_.sort_of ? options_.sort_of(last) : std::string(), 1);
    ++listing_.files;
    if (options_.progress != nullptr) {
      ++options_.progress->files;
      options_.progress->bytes += size;
    }
    sink_(0, name, size);
  }
  Listing end() {
    way_.end();
    return std::move(listing_);
  }
  Listing& listing() { return listing_; }

 private:
  void unusable(std::string name) {
    std::replace(name.begin(), name.end(), '\0', '?');  // which would end the sentence
    count_error(listing_, std::move(name) + ": no path has such a name");
  }
  // Below a directory that begins with a dot, or such a file: counted once each.
  bool is_hidden(std::string_view name, std::string_view last) {
    std::size_t at = 0;
    while (at < name.size() && name[at] != '.') {
      const std::size_t slash = name.find('/', at);
      if (slash == name.npos) return false;
      at = slash + 1;
    }
    if (at + last.size() == name.size()) {
      ++listing_.hidden_files;
    } else if (const auto directory = name.substr(0, name.find('/', at)); directory != hidden_) {
      hidden_ = directory;
      ++listing_.hidden_directories;
    }
    return true;
  }

  const ListOptions& options_;
  const ListSink& sink_;
  Listing listing_;
  Way way_;
  std::string hidden_;
};

// Only of keys that were asked for, and further than the page before: whoever lists cuts the prefix off, and goes on.
bool answers(const S3ListPage& page, const S3ListAsk& ask) {
  const auto is_asked_for = [&](std::string_view name) { return name.starts_with(ask.prefix); };
  return std::all_of(page.objects.begin(), page.objects.end(),
                     [&](const S3ListPage::Object& object) { return is_asked_for(object.key); }) &&
         std::all_of(page.common_prefixes.begin(), page.common_prefixes.end(), is_asked_for) &&
         (!page.truncated || page.next != ask.token);
}

}  // namespace

tl::expected<S3ListPage, S3Fault> list_page(S3Client& client, const S3ListAsk& ask,
                                            const std::stop_token& stop) {
  const std::string most = std::to_string(ask.most);
  S3Call call;
  call.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", most}, {"prefix", ask.prefix}};
  if (!ask.delimiter.empty()) call.query.emplace_back("delimiter", ask.delimiter);
  if (!ask.token.empty()) call.query.emplace_back("continuation-token", ask.token);
  auto answer = client.ask(call, {}, 64 << 20, stop);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  auto page = read_s3_list(answer->body);
  if (page && answers(*page, ask)) return std::move(*page);
  S3Fault fault;
  fault.error = EPROTO;
  fault.status = answer->status;
  fault.words =
      answer->body.find("<html") != std::string::npos || answer->body.find("<HTML") != std::string::npos
          ? "a page of HTML, not S3,"
          : "an answer that is no listing of S3's";
  return tl::unexpected(std::move(fault));
}

Listing list_objects(S3Client& client, const ListOptions& options, const std::stop_token& stop,
                     const ListSink& sink) {
  Told told(options, sink);
  const std::size_t skip = client.bucket().prefix.size();
  S3ListAsk ask{client.bucket().prefix, "", 1000, ""};
  do {
    const auto page = list_page(client, ask, stop);
    // An answer may be there before a stop is heard.
    if (!page || stop.stop_requested()) {
      told.listing().cut_short = true;
      if (!stop.stop_requested())
        count_error(told.listing(),
                    s3_sentence(client.bucket(), "list '" + client.bucket().where + "'", page.error()));
      break;
    }
    for (const auto& object : page->objects)
      told.object(std::string_view(object.key).substr(skip), object.size);
    ask.token = page->truncated ? page->next : std::string();
  } while (!ask.token.empty() && !stop.stop_requested());
  return told.end();
}

}  // namespace aforo
