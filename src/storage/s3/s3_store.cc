#include "storage/s3/s3_store.h"

#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "storage/beneath.h"
#include "storage/null_engine.h"
#include "storage/s3/s3_client.h"
#include "storage/s3/s3_engine.h"
#include "storage/s3/s3_listing.h"
#include "storage/s3/server_clock.h"

namespace aforo {
namespace {

// Of reads that follow each other; what is here and there is asked for exactly. Chosen.
constexpr std::uint64_t kFirstAhead = 64 << 10, kMostAhead = 1 << 20;

constexpr const char* kNoWrites =
    "aforo reads buckets and does not write to them yet; lay the dataset in a directory and copy it there by another tool";

Environment environment_of(const RemoteAccess& access) {
  if (access.environment) return access.environment;
  return [](const char*) { return std::optional<std::string>(); };
}

class S3File final : public StoreFile {
 public:
  S3File(std::shared_ptr<S3Client> client, std::string key, std::uint64_t size, std::string etag)
      : client_(std::move(client)), key_(std::move(key)), size_(size), etag_(std::move(etag)) {}

  void expect_jumps() override { ahead_ = 0; }
  std::uint64_t size() const override { return size_; }
  tl::expected<std::size_t, int> read(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (offset >= size_ || buffer.empty()) return std::size_t{0};
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - offset));
    if (offset < window_begin_ || offset + wanted > window_begin_ + window_.size()) {
      if (const int error = fetch(offset, wanted)) return tl::unexpected(error);
    }
    std::memcpy(buffer.data(), window_.data() + (offset - window_begin_), wanted);
    return wanted;
  }

 private:
  int fetch(std::uint64_t offset, std::size_t wanted) {
    const bool follows = offset == window_begin_ + window_.size();
    if (ahead_ > 0) ahead_ = follows && !window_.empty() ? std::min(ahead_ * 2, kMostAhead) : kFirstAhead;
    const std::uint64_t length = std::min(std::max<std::uint64_t>(wanted, ahead_), size_ - offset);
    S3Call call;
    call.key = key_;
    call.range = ByteRange{offset, offset + length - 1};
    if (!etag_.empty()) call.headers.emplace_back("if-match", etag_);
    auto answer = client_->ask(call, {}, length);
    if (!answer) return answer.error().status == 412 ? ESTALE : answer.error().error;
    if (answer->body.size() != length || (answer->status != 206 && length != size_)) return EPROTO;
    window_ = std::move(answer->body);
    window_begin_ = offset;
    return 0;
  }

  std::shared_ptr<S3Client> client_;
  std::string key_;
  std::uint64_t size_;
  std::string etag_, window_;
  std::uint64_t window_begin_ = 0, ahead_ = kFirstAhead;
};

class S3Store final : public Store {
 public:
  S3Store(const std::string& where, const RemoteAccess& access)
      : bucket_(std::make_shared<const S3Bucket>(resolve_s3(where, access, environment_of(access)))),
        client_(std::make_shared<S3Client>(bucket_, counters_, clock_)) {
    info_.type = "s3";
    info_.device = bucket_->host_header;
  }

  const std::string& where() const override { return bucket_->where; }
  const StoreInfo& info() const override { return info_; }

  int check() const override {
    const auto page = list_page(*client_, {bucket_->prefix, "", 1, ""}, {});
    return page ? 0 : remembered(page.error());
  }
  std::string why() const override {
    const std::lock_guard lock(mutex_);
    return fault_.error == 0 ? std::string() : s3_sentence(*bucket_, "list '" + bucket_->where + "'", fault_);
  }

  Listing list(const ListOptions& options, const std::stop_token& stop, const ListSink& sink) const override {
    return list_objects(*client_, options, stop, sink);
  }

  void each_at_top(const TopSink& sink) const override {
    std::string next;
    do {
      const auto page = list_page(*client_, {bucket_->prefix, "/", 1000, next}, {});
      if (!page) return;
      for (const auto& object : page->objects)
        if (object.key.size() > bucket_->prefix.size() &&
            !sink(std::string_view(object.key).substr(bucket_->prefix.size()), EntryKind::kFile))
          return;
      for (const std::string& prefix : page->common_prefixes) {
        std::string_view name = std::string_view(prefix).substr(bucket_->prefix.size());
        if (name.ends_with('/')) name.remove_suffix(1);
        if (!sink(name, EntryKind::kDirectory)) return;
      }
      next = page->truncated ? page->next : std::string();
    } while (!next.empty());
  }

  tl::expected<std::unique_ptr<StoreFile>, int> open(std::string_view name) const override {
    auto head = look_up(name);
    if (!head) return tl::unexpected(head.error());
    return std::make_unique<S3File>(client_, bucket_->key(name), head->length, std::move(head->etag));
  }
  tl::expected<std::uint64_t, int> size_of(std::string_view name) const override {
    const auto head = look_up(name);
    if (!head) return tl::unexpected(head.error());
    return head->length;
  }

  EngineChoice engine(EngineKind kind, const EngineOptions& options) const override {
    if (kind == EngineKind::kNull) return {make_null_engine(options), kind, ""};
    if (kind != EngineKind::kAuto && kind != EngineKind::kS3 && kind != EngineKind::kBlocking)
      throw UserError(
          fmt::format("expected the engine 's3' (or none named) for '{}', found '{}'; that one reads files",
                      bucket_->where, to_string(kind)));
    return {make_s3_engine({bucket_, counters_, clock_}, options), EngineKind::kS3, ""};
  }

  DirectoryLook look(std::string_view marker) const override {
    const auto page = list_page(*client_, {bucket_->prefix, "", static_cast<unsigned>(kMostNamed), ""}, {});
    if (!page) throw UserError(s3_sentence(*bucket_, "list '" + bucket_->where + "'", page.error()));
    if (look_up(marker)) return {Ownership::kOurs, {}};
    DirectoryLook look;
    look.ownership = page->objects.empty() ? Ownership::kEmpty : Ownership::kForeign;
    for (const auto& object : page->objects) look.others.push_back(object.key.substr(bucket_->prefix.size()));
    return look;
  }
  std::unique_ptr<Owned> own(std::string_view) override { refuse_writes(); }
  std::unique_ptr<Owned> own_for_removal(std::string_view) override { refuse_writes(); }
  std::unique_ptr<Owned> own_beside(std::string_view) override { refuse_writes(); }
  std::vector<std::string> places_to_make() const override { return {}; }
  int may_write() const override { return EROFS; }
  const CacheControl* cache() const override { return nullptr; }

  // What came over the network is what came from storage: no kernel counts it.
  Counters counters() const override {
    Counters now = read_counters(std::nullopt);
    now.process_bytes_read = process_bytes_read();
    now.remote = counted(*counters_);
    return now;
  }
  std::optional<std::uint64_t> process_bytes_read() const override {
    return counters_->bytes_received.load(std::memory_order_relaxed);
  }

  StoreSpace space() const override {
    return {Bytes{std::numeric_limits<std::int64_t>::max()}, Bytes{1}, std::nullopt};
  }

 private:
  [[noreturn]] void refuse_writes() const {
    throw UserError(
        fmt::format("expected a directory to write to, found '{}': {}", bucket_->where, kNoWrites));
  }
  int remembered(const S3Fault& fault) const {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
    return fault.error;
  }
  tl::expected<S3Result, int> look_up(std::string_view name) const {
    if (!stays_beneath(name)) return tl::unexpected(ENOENT);
    const std::string key = bucket_->key(name);
    S3Call call;
    call.method = "HEAD";
    call.key = key;
    auto answer = client_->ask(call);
    if (!answer) return tl::unexpected(answer.error().error);
    return std::move(*answer);
  }

  std::shared_ptr<const S3Bucket> bucket_;
  std::shared_ptr<RemoteCounters> counters_ = std::make_shared<RemoteCounters>();
  std::shared_ptr<ServerClock> clock_ = std::make_shared<ServerClock>();
  std::shared_ptr<S3Client> client_;
  StoreInfo info_;
  mutable std::mutex mutex_;
  mutable S3Fault fault_;
};

}  // namespace

std::unique_ptr<Store> open_s3_store(const std::string& where, const RemoteAccess& access) {
  return std::make_unique<S3Store>(where, access);
}

}  // namespace aforo
