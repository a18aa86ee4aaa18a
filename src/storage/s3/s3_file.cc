#include "storage/s3/s3_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "storage/beneath.h"
#include "storage/s3/s3_listing.h"

namespace aforo {
namespace {

// Chosen: the first is what headers and footers need, the last what a connection carries in some milliseconds.
constexpr std::uint64_t kFirstWindow = 64 << 10, kLargestWindow = 1 << 20;
constexpr std::uint64_t kLargestGet = 8 << 20;  // of one request: what a retry has to read again

class S3File final : public StoreFile {
 public:
  // `whole`: it is read front to back to its end, and `found` is what its reader believes.
  S3File(S3Place place, std::string_view name, S3Found found, bool whole)
      : place_(std::move(place)), key_(place_.bucket->key(name)), found_(std::move(found)), whole_(whole) {}

  void expect_jumps() override { jumps_ = true; }
  std::uint64_t size() const override { return found_.size; }
  std::string version() const override {
    const std::string& etag = found_.etag;
    const bool quoted = etag.size() >= 2 && etag.front() == '"' && etag.back() == '"';
    return quoted ? etag.substr(1, etag.size() - 2) : etag;
  }

  tl::expected<std::size_t, int> read(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (offset >= found_.size) return 0;
    buffer = buffer.first(std::min<std::uint64_t>(buffer.size(), found_.size - offset));
    std::size_t done = 0;
    while (done < buffer.size()) {
      const std::uint64_t at = offset + done;
      if (at < begin_ || at >= begin_ + window_.size())
        if (const int error = fetch(at, buffer.size() - done)) return tl::unexpected(error);
      const std::size_t n = std::min<std::size_t>(buffer.size() - done, begin_ + window_.size() - at);
      std::memcpy(buffer.data() + done, window_.data() + (at - begin_), n);
      done += n;
    }
    return done;
  }

 private:
  // How much is asked for at `at` where `wanted` bytes are needed at least.
  std::uint64_t length_of(std::uint64_t at, std::uint64_t wanted) {
    if (whole_) return std::min(kLargestGet, found_.size - at);
    const bool goes_on = at == begin_ + window_.size();
    ahead_ = jumps_ || !goes_on ? 0 : ahead_ == 0 ? kFirstWindow : std::min(ahead_ * 2, kLargestWindow);
    return std::min({std::max(wanted, ahead_), kLargestGet, found_.size - at});
  }

  int fetch(std::uint64_t at, std::uint64_t wanted) {
    const std::uint64_t length = length_of(at, wanted);
    S3Call call;
    call.key = key_;
    if (!whole_ || length < found_.size) call.range = ByteRange{at, at + length - 1};
    // A server that gives no ETag cannot be asked for the same object.
    if (!found_.etag.empty()) call.headers.emplace_back("if-match", found_.etag);
    auto answer = place_.client->ask(call, {}, std::max(length, at == 0 ? found_.size : length));
    if (!answer && !call.range && answer.error().error == EPROTO) return ESTALE;  // there is more of it
    if (!answer)
      return answer.error().status == 412 || answer.error().status == 416 ? ESTALE : answer.error().error;
    // Without ranges the whole object is what comes.
    if (!call.range && answer->body.size() != length) return ESTALE;
    const bool whole = answer->status == 200 && at == 0 && answer->body.size() == found_.size;
    if (answer->status != 206 && !whole) return EPROTO;
    if (!whole && answer->body.size() != length) return ESTALE;
    if (found_.etag.empty()) found_.etag = std::move(answer->etag);
    window_ = std::move(answer->body);
    begin_ = at;
    return 0;
  }

  S3Place place_;
  std::string key_;
  S3Found found_;
  bool whole_ = false, jumps_ = false;
  std::uint64_t ahead_ = 0;
  std::uint64_t begin_ = 0;
  std::string window_;
};

}  // namespace

tl::expected<bool, int> lies_below_s3(const S3Place& place, std::string_view name) {
  const auto page = list_page(*place.client, {place.bucket->key(name) + "/", "", 1, ""}, {});
  if (!page) return tl::unexpected(page.error().error);
  return !page->objects.empty();
}

tl::expected<S3Found, int> find_s3_object(const S3Place& place, std::string_view name) {
  if (!stays_beneath(name)) return tl::unexpected(ENOENT);
  S3Call call;
  call.method = "HEAD";
  const std::string key = place.bucket->key(name);
  call.key = key;
  auto answer = place.client->ask(call);
  if (answer) return S3Found{answer->length, std::move(answer->etag)};
  if (answer.error().error != ENOENT) return tl::unexpected(answer.error().error);
  const auto below = lies_below_s3(place, name);
  return tl::unexpected(!below ? below.error() : *below ? EISDIR : ENOENT);
}

tl::expected<std::unique_ptr<StoreFile>, int> open_s3_file(const S3Place& place, std::string_view name) {
  auto found = find_s3_object(place, name);
  if (!found) return tl::unexpected(found.error());
  return std::make_unique<S3File>(place, name, std::move(*found), false);
}

std::unique_ptr<StoreFile> open_whole_s3_file(const S3Place& place, std::string_view name,
                                              std::uint64_t size) {
  return std::make_unique<S3File>(place, name, S3Found{size, ""}, true);
}

}  // namespace aforo
