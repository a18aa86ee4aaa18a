#include "storage/s3/s3_owned.h"

#include <fmt/format.h>

#include <cerrno>
#include <mutex>
#include <set>
#include <utility>

#include "base/text.h"
#include "storage/beneath.h"
#include "storage/make_engine.h"
#include "storage/s3/s3_file.h"
#include "storage/s3/s3_listing.h"

namespace aforo {
namespace {

// Prefixes that are held in this process.
class HeldPrefixes {
 public:
  bool take(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    return held_.insert(prefix).second;
  }
  void give_back(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    held_.erase(prefix);
  }
  static HeldPrefixes& of_process() {
    static HeldPrefixes held;
    return held;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> held_;
};

// A prefix by what it is, whatever it was called.
std::string identity_of(const S3Bucket& bucket) {
  return fmt::format("{}:{}/{}/{}", bucket.host, bucket.port, bucket.bucket, bucket.prefix);
}

std::string top_of(std::string_view name) { return std::string(name.substr(0, name.find('/'))); }

std::string several(const DirectoryLook& look) {
  return join(look.others, ", ") + (look.others.size() >= kMostNamed ? ", ..." : "");
}

class S3Owned final : public Owned {
 public:
  // `held`: by the registry, given back at the end. `etag`: of the marker that was found; empty: none was.
  S3Owned(S3Place place, std::string_view marker, bool marked, std::string etag, bool held)
      : place_(std::move(place)), marker_(marker), marked_(marked), etag_(std::move(etag)), held_(held) {}
  S3Owned(const S3Owned&) = delete;
  S3Owned& operator=(const S3Owned&) = delete;
  ~S3Owned() override {
    if (held_) HeldPrefixes::of_process().give_back(identity_of(*place_.bucket));
  }

  EngineChoice engine(EngineKind kind, const EngineOptions& options) const override {
    return engine_of_s3(place_, kind, options, true);
  }

  StoreEntry look(const std::string& name) const override {
    const auto found = find_s3_object(place_, name);
    if (found) return {EntryKind::kFile, found->size};
    return {found.error() == EISDIR ? EntryKind::kDirectory : EntryKind::kNothing, 0};
  }

  tl::expected<std::unique_ptr<StoreFile>, int> open(const std::string& name) const override {
    if (!stays_beneath(name)) return tl::unexpected(EXDEV);
    return open_s3_file(place_, name);
  }

  bool has_directories() const override { return false; }
  int make_way(const std::string& name) const override { return stays_beneath(name) ? 0 : EXDEV; }
  int remove_file(const std::string& name) const override {
    return stays_beneath(name) ? remove(name) : EXDEV;
  }
  int remove_directory(const std::string& name) const override {
    if (!stays_beneath(name)) return EXDEV;
    const auto below = lies_below_s3(place_, name);
    return !below ? below.error() : *below ? ENOTEMPTY : 0;
  }

  int replace_marker(std::string_view text) const override;
  std::string why() const override { return why_; }
  int remove_marker() const override;

  // What is closed well is on storage.
  int sync() const override { return 0; }

 private:
  int remove(std::string_view name) const {
    const std::string key = place_.bucket->key(name);
    S3Call call;
    call.method = "DELETE";
    call.key = key;
    const auto answer = place_.client->ask(call);
    return answer || answer.error().status == 404 ? 0 : answer.error().error;
  }
  std::uint64_t attempts_in_doubt() const {
    const RemoteCounts counts = counted(*place_.counters);
    return counts.reset + counts.timed_out + counts.failed + counts.truncated;
  }
  bool is_marker_now(std::string_view text) const;

  S3Place place_;
  std::string marker_;
  // Of one thread at a time, as Owned says.
  mutable bool marked_;
  mutable std::string etag_;
  mutable bool lost_ = false;  // the marker is another's by now
  mutable std::string why_;
  bool held_;
};

int S3Owned::replace_marker(std::string_view text) const {
  if (lost_) return ESTALE;
  const std::string key = place_.bucket->key(marker_), digest = sha256_hex(text);
  S3Call call;
  call.method = "PUT";
  call.key = key;
  call.body_sha256 = digest;
  call.headers = {{"content-type", "application/json"}};
  if (!marked_)
    call.headers.emplace_back("if-none-match", "*");
  else if (!etag_.empty())
    call.headers.emplace_back("if-match", etag_);
  const std::uint64_t before = attempts_in_doubt();
  auto answer = place_.client->ask(call, text);
  why_.clear();
  if (answer) {
    marked_ = true;
    etag_ = std::move(answer->etag);
    return 0;
  }
  const int status = answer.error().status;
  why_ = s3_sentence(*place_.bucket, fmt::format("write '{}' into '{}'", marker_, place_.bucket->where),
                     answer.error());
  if (status != 412 && status != 409 && !(status == 404 && marked_)) return answer.error().error;
  // The answer to an attempt that went through may have been lost: then it is our own that stands in the way.
  if (attempts_in_doubt() != before && is_marker_now(text)) {
    why_.clear();
    return 0;
  }
  lost_ = true;
  return ESTALE;
}

bool S3Owned::is_marker_now(std::string_view text) const {
  const std::string key = place_.bucket->key(marker_);
  S3Call call;
  call.key = key;
  auto found = place_.client->ask(call);
  if (!found || found->body != text) return false;
  marked_ = true;
  etag_ = std::move(found->etag);
  return true;
}

int S3Owned::remove_marker() const {
  if (lost_) return ESTALE;
  if (!marked_) return ENOENT;
  const auto found = find_s3_object(place_, marker_);
  if (!found) return found.error();
  if (found->etag != etag_) {
    lost_ = true;
    return ESTALE;
  }
  marked_ = false;
  etag_.clear();
  return remove(marker_);
}

std::string why_not_owned(const S3Place& place, std::string_view marker, S3Right right,
                          const DirectoryLook& look) {
  const std::string& where = place.bucket->where;
  if (right == S3Right::kWriting && look.ownership == Ownership::kForeign)
    return fmt::format(
        "expected '{}' to be empty or written by aforo, found other objects there ({}); choose another prefix, "
        "aforo writes only into its own",
        where, several(look));
  if (right == S3Right::kWriting || look.ownership == Ownership::kOurs) return {};
  if (right == S3Right::kRemoval)
    return fmt::format(
        "expected a prefix with the object '{}', found none in '{}'; aforo deletes only what it wrote",
        marker, where);
  return fmt::format(
      "expected the prefix '{}' that the first process wrote '{}' into, found none of it here; name one bucket "
      "and endpoint on all hosts",
      where, marker);
}

}  // namespace

S3Look look_at_s3(const S3Place& place, std::string_view marker) {
  const std::string& prefix = place.bucket->prefix;
  constexpr unsigned kFew =
      kMostNamed + 2;  // the marker and a placeholder of the prefix itself may be among them
  const auto page = list_page(*place.client, {prefix, "", kFew, ""}, {});
  if (!page) place.refuse("list", page.error());
  S3Look found;
  for (const S3ListPage::Object& object : page->objects) {
    if (object.key == prefix) continue;
    const std::string top = top_of(std::string_view(object.key).substr(prefix.size()));
    auto& others = found.look.others;
    if (others.size() < kMostNamed && (others.empty() || others.back() != top)) others.push_back(top);
  }
  found.look.ownership = found.look.others.empty() ? Ownership::kEmpty : Ownership::kForeign;
  if (found.look.others.empty()) return found;
  S3Call call;
  call.method = "HEAD";
  const std::string key = place.bucket->key(marker);
  call.key = key;
  auto head = place.client->ask(call);
  if (head) return {{Ownership::kOurs, {}}, std::move(head->etag)};
  if (head.error().error != ENOENT) place.refuse(fmt::format("look for '{}' in", marker), head.error());
  return found;
}

std::unique_ptr<Owned> own_s3(const S3Place& place, std::string_view marker, S3Right right) {
  const S3Bucket& bucket = *place.bucket;
  const bool held = right != S3Right::kBeside;
  if (held && !HeldPrefixes::of_process().take(identity_of(bucket)))
    throw UserError(fmt::format(
        "expected '{}' for one writer alone, found another one of this process at work there; wait for it",
        bucket.where));
  try {
    S3Look found = look_at_s3(place, marker);
    if (const std::string why = why_not_owned(place, marker, right, found.look); !why.empty())
      throw UserError(why);
    const bool marked = found.look.ownership == Ownership::kOurs;
    return std::make_unique<S3Owned>(place, marker, marked, std::move(found.etag), held);
  } catch (...) {
    if (held) HeldPrefixes::of_process().give_back(identity_of(bucket));
    throw;
  }
}

EngineChoice engine_of_s3(const S3Place& place, EngineKind kind, const EngineOptions& options,
                          bool writable) {
  if (kind == EngineKind::kNull) return make_engine(kind, options);
  if (kind == EngineKind::kUring || kind == EngineKind::kThreads)
    throw UserError(fmt::format(
        "expected the engine s3 or auto for '{}', found {}: it moves bytes of files; leave it out",
        place.bucket->where, to_string(kind)));
  S3EngineSetup setup;
  setup.bucket = place.bucket;
  setup.counters = place.counters;
  setup.clock = place.clock;
  setup.writable = writable;
  setup.heads = place.heads || writable;
  return {make_s3_engine(setup, options), EngineKind::kS3, ""};
}

}  // namespace aforo
