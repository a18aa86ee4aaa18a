// Reading an object as a client of an object store does (workload/client.h): in parts, several of them under way.
//
// Each read begins `in_flight` coroutines on the reader's own lane, which take part after part; they end with it. The parts of
// one read are all held until its last is there, as such clients do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/sync.h"
#include "pipeline/task.h"
#include "pipeline/world.h"
#include "workload/client.h"

namespace aforo {

// One read in parts, on one lane.
template <World W>
class ClientRead {
 public:
  // [offset, offset + length) of an object.
  ClientRead(const ClientStyle& style, ClientRange range)
      : style_(style), range_(range), parts_(parts_of(style, range.length)) {}

  // `next(offset, length)` makes one request. Returns when all parts are there, or one failed or was short.
  template <class Next>
  Task<> run(Next next) {
    if (style_.first_alone) {
      limit_ = 1;
      co_await take(next);
    }
    limit_ = parts_.size();
    WaitGroup running;
    const std::size_t most = std::min<std::size_t>(style_.in_flight, limit_ - std::min(limit_, taken_));
    for (std::size_t i = 1; i < most; ++i) {
      running.add();
      spawn(take(next), [&running] { running.done(); });
    }
    co_await take(next);
    while (running.pending() > 0) co_await running.wait();
  }

  int error() const { return error_; }
  std::uint64_t requests() const { return requests_; }
  // Until the first part that failed or was short.
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < parts_.size() && parts_[i]; ++i) {
      sum += parts_[i]->bytes();
      if (parts_[i]->bytes() < length_of(i)) break;
    }
    return sum;
  }
  // `sink(data, bytes)` for each part in order, as far as they are whole or the first short one.
  template <class Sink>
  void each(Sink sink) const {
    for (std::size_t i = 0; i < parts_.size() && parts_[i]; ++i) {
      sink(parts_[i]->data(), parts_[i]->bytes());
      if (parts_[i]->bytes() < length_of(i)) return;
    }
  }

 private:
  std::uint64_t part() const { return style_.part == 0 ? range_.length : style_.part; }
  std::uint64_t length_of(std::size_t i) const { return std::min(part(), range_.length - i * part()); }

  template <class Next>
  Task<> take(Next& next) {
    while (taken_ < limit_ && error_ == 0 && !ended_) {
      const std::size_t mine = taken_++;
      auto read = co_await next(range_.offset + mine * part(), length_of(mine));
      ++requests_;
      if (read.error() != 0 && error_ == 0) error_ = read.error();
      if (read.error() != 0) continue;
      ended_ = ended_ || read.bytes() < length_of(mine);  // the object is no longer
      parts_[mine].emplace(std::move(read));
    }
  }

  const ClientStyle& style_;
  ClientRange range_;
  std::vector<std::optional<typename W::Read>> parts_;
  std::size_t taken_ = 0, limit_ = 0;
  std::uint64_t requests_ = 0;
  int error_ = 0;
  bool ended_ = false;
};

// What one read of a shard brought, as a World's outcome says it: as it came, or a whole shard from a client's parts.
template <World W>
struct ShardRead {
  std::optional<typename W::Read> one;
  int failed = 0;
  std::uint64_t length = 0;
  std::vector<std::byte> kept;

  int error() const { return one ? one->error() : failed; }
  std::uint64_t bytes() const { return one ? one->bytes() : length; }
  std::span<const std::byte> data() const { return one ? one->data() : std::span<const std::byte>(kept); }
};

// A request of `length` bytes from `offset` on; of a client the whole shard, of `size` bytes, in its parts: `requests` beyond the
// first one are counted. `keeps`: whether anybody looks at the bytes.
template <World W>
Task<ShardRead<W>> read_of_shard(W& world, LaneId lane, typename W::File& file, Client client,
                                 std::uint64_t offset, std::uint64_t length, std::uint64_t size, bool keeps,
                                 std::uint64_t& requests) {
  ShardRead<W> out;
  if (client == Client::kNone) {
    out.one.emplace(co_await world.read(lane, file, offset, length));
    co_return out;
  }
  ClientRead<W> read(style_of(client), {offset, size - offset});
  auto next = [&](std::uint64_t at, std::uint64_t bytes) { return world.read(lane, file, at, bytes); };
  co_await read.run(next);
  requests += read.requests() - 1;
  out.failed = read.error();
  out.length = read.bytes();
  if (keeps)
    read.each([&](std::span<const std::byte> data, std::uint64_t) {
      out.kept.insert(out.kept.end(), data.begin(), data.end());
    });
  co_return out;
}

}  // namespace aforo
