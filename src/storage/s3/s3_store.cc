#include "storage/s3/s3_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "storage/beneath.h"
#include "storage/s3/null_s3_server.h"
#include "storage/s3/s3_file.h"
#include "storage/s3/s3_listing.h"
#include "storage/s3/s3_owned.h"
#include "storage/s3/s3_place.h"

namespace aforo {
namespace {

Environment environment_of(const RemoteAccess& access) {
  if (access.environment) return access.environment;
  return [](const char*) { return std::optional<std::string>(); };
}

S3Place place_of(S3Bucket bucket) {
  S3Place place;
  place.bucket = std::make_shared<const S3Bucket>(std::move(bucket));
  place.counters = std::make_shared<RemoteCounters>();
  place.clock = std::make_shared<ServerClock>();
  place.client = std::make_shared<S3Client>(place.bucket, place.counters, place.clock);
  return place;
}

class S3Store : public Store {
 public:
  explicit S3Store(S3Place place) : place_(std::move(place)) {
    info_.type = "s3";
    info_.device = place_.bucket->host_header;
    info_.remote = true;
  }

  const std::string& where() const override { return place_.bucket->where; }
  const StoreInfo& info() const override { return info_; }

  int check() const override;
  std::string why() const override {
    const std::lock_guard lock(mutex_);
    return why_;
  }

  Listing list(const ListOptions& options, const std::stop_token& stop, const ListSink& sink) const override {
    return list_objects(*place_.client, options, stop, sink);
  }
  void each_at_top(const TopSink& sink) const override;

  tl::expected<std::unique_ptr<StoreFile>, int> open(std::string_view name) const override {
    return open_s3_file(place_, name);
  }
  tl::expected<std::uint64_t, int> size_of(std::string_view name) const override {
    const auto found = find_s3_object(place_, name);
    if (!found) return tl::unexpected(found.error());
    return found->size;
  }

  // An object of no bytes has no first read.
  tl::expected<std::unique_ptr<StoreFile>, int> open_whole(std::string_view name,
                                                           std::uint64_t size) const override {
    if (size == 0 || !stays_beneath(name)) return open(name);
    return open_whole_s3_file(place_, name, size);
  }
  int list_versions(const VersionSink& sink) const override;

  EngineChoice engine(EngineKind kind, const EngineOptions& options) const override {
    return engine_of_s3(place_, kind, options, false);
  }
  DirectoryLook look(std::string_view marker) const override { return look_at_s3(place_, marker).look; }
  std::unique_ptr<Owned> own(std::string_view marker) override {
    return own_s3(place_, marker, S3Right::kWriting);
  }
  std::unique_ptr<Owned> own_for_removal(std::string_view marker) override {
    return own_s3(place_, marker, S3Right::kRemoval);
  }
  std::unique_ptr<Owned> own_beside(std::string_view marker) override {
    return own_s3(place_, marker, S3Right::kBeside);
  }

  std::vector<std::string> places_to_make() const override { return {}; }
  // Only a PUT finds it out.
  int may_write() const override { return 0; }
  const CacheControl* cache() const override { return nullptr; }

  // What came over the network is what came from storage: no kernel counts it.
  Counters counters() const override {
    Counters now = read_counters(std::nullopt);
    now.remote = counted(*place_.counters);
    if (const std::string link = place_.client->link(); !link.empty()) now.link = read_link(link);
    now.process_bytes_read = now.remote->bytes_received;
    now.process_bytes_written = now.remote->bytes_sent;
    return now;
  }
  std::optional<std::uint64_t> process_bytes_read() const override {
    return place_.counters->bytes_received.load(std::memory_order_relaxed);
  }
  std::unique_ptr<Store> at_no_cost() const override;
  // A bucket takes what it is given; objects fill no blocks.
  StoreSpace space() const override { return {StoreSpace::kUnbounded, Bytes{1}, std::nullopt}; }

 private:
  S3Place place_;
  StoreInfo info_;
  mutable std::mutex mutex_;
  mutable std::string why_;  // of the last check()
};

// Over a null server of its own, which ends with it. Without TLS, whatever the bucket has.
class S3StoreAtNoCost final : public S3Store {
 public:
  S3StoreAtNoCost(std::unique_ptr<NullS3Server> server, S3Place place)
      : S3Store(std::move(place)), server_(std::move(server)) {}

 private:
  std::unique_ptr<NullS3Server> server_;
};

std::unique_ptr<Store> S3Store::at_no_cost() const {
  auto server = std::make_unique<NullS3Server>(0);
  S3Bucket bucket = *place_.bucket;
  bucket.tls = false, bucket.path_style = true;
  bucket.host = "127.0.0.1", bucket.port = server->port();
  bucket.host_header = fmt::format("127.0.0.1:{}", server->port());
  return std::make_unique<S3StoreAtNoCost>(std::move(server), place_of(std::move(bucket)));
}

int S3Store::check() const {
  const auto page = list_page(*place_.client, {place_.bucket->prefix, "", 1, ""}, {});
  const std::lock_guard lock(mutex_);
  why_ = page ? std::string() : place_.sentence("list", page.error());
  return page ? 0 : page.error().error;
}

int S3Store::list_versions(const VersionSink& sink) const {
  S3ListAsk ask{place_.bucket->prefix, "", 1000, ""};
  do {
    const auto page = list_page(*place_.client, ask, {});
    if (!page) return page.error().error;
    for (const auto& object : page->objects)
      sink(std::string_view(object.key).substr(place_.bucket->prefix.size()), object.size, object.etag);
    ask.token = page->truncated ? page->next : std::string();
  } while (!ask.token.empty());
  return 0;
}

void S3Store::each_at_top(const TopSink& sink) const {
  const std::size_t skip = place_.bucket->prefix.size();
  std::string next;
  do {
    const auto page = list_page(*place_.client, {place_.bucket->prefix, "/", 1000, next}, {});
    if (!page) return;
    for (const auto& object : page->objects)
      if (object.key.size() > skip && !sink(std::string_view(object.key).substr(skip), EntryKind::kFile))
        return;
    for (const std::string& prefix : page->common_prefixes) {
      std::string_view name = std::string_view(prefix).substr(skip);
      if (name.ends_with('/')) name.remove_suffix(1);
      if (!sink(name, EntryKind::kDirectory)) return;
    }
    next = page->truncated ? page->next : std::string();
  } while (!next.empty());
}

}  // namespace

std::unique_ptr<Store> open_s3_store(const std::string& where, const RemoteAccess& access) {
  S3Place place = place_of(resolve_s3(where, access, environment_of(access)));
  place.heads = access.heads;
  return std::make_unique<S3Store>(std::move(place));
}

}  // namespace aforo
