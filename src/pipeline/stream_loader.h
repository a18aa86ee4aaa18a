// StreamLoader: packed shards read from front to back, as tf.data does (and WebDataset).
//
//   list_files [permuted per epoch] -> shard over ranks -> interleave(W, one record at a time) -> shuffle buffer -> batch -> prefetch
//
// W readers per rank, or one for each shard where a rank has fewer, each own one shard at a time and read it in requests of
// `transfer_size` (256 KiB where the workload does not say), or whole as a client does (client_read.h). Records are taken from the
// readers in turn, so a slow shard holds the others up, as tf.data's deterministic order does. With fewer shards than ranks every rank
// reads all shards and keeps every ranks-th record. What a fault costs (a shard lost, or all behind a damage) is replaced by records of
// sound shards, read once more: every step stays whole, and `read_again` says how many came twice. A reader runs ahead of the turn by at
// most kReadAheadRequests requests. Where records end is the layout's knowledge; the bytes are checked through JobPlan::stream_check.
//
// Memory: per reader the requests' buffer and a shard's check, 8 bytes per record that waits for its turn or in the shuffle
// buffer. Bytes that are delivered are copied and let go at once: what is modelled is the work.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "pipeline/client_read.h"
#include "pipeline/loader.h"
#include "pipeline/read_sample.h"
#include "pipeline/sync.h"

namespace aforo {

inline constexpr Seconds kHandOverTime{
    1e-3};  // a reader comes home with its records after it, or kHandOverBytes

template <World W>
class StreamLoader final : public Loader {
 public:
  StreamLoader(ReadContext<W>& context, const Access& access, std::uint32_t rank, std::uint64_t first_reader)
      : context_(context),
        rank_(rank),
        first_reader_(first_reader),
        request_(context.plan.loader.client == Client::kNone ? stream_request(context.plan.loader)
                                                             : ~std::uint64_t{0}),
        window_(access.window_batches),
        fill_(std::max<std::uint64_t>(access.shuffle_samples, 1)),
        split_by_file_(!access.every_rank_reads_all),
        readers_(access.readers) {}

  void start_epoch(std::uint64_t epoch) override {
    read_again_ += repeated();
    handed_out_ = first_pass_ = lost_ = 0;
    if (context_.seen.epoch != epoch) context_.seen = {epoch, {}};
    epoch_ = epoch;
    produced_ = consumed_ = next_shard_ = delivered_ = turn_ = 0;
    planned_records_ = 0;
    over_.store(false, std::memory_order_relaxed);
    shuffled_.clear();
    random_ = Random(mix64(context_.plan.loader.seed, epoch, rank_));
    whole_.assign(window_, 0);
    for (auto& reader : readers_) reader.reset();
    running_.add(readers_.size() + 1);
    for (std::uint32_t j = 0; j < readers_.size(); ++j) spawn(read_shards(j), [this] { running_.done(); });
    spawn(assemble(), [this] { running_.done(); });
  }

  Task<LoadedBatch> next() override {
    const bool waited = produced_ == consumed_;
    while (produced_ == consumed_ && !stopping_) co_await ready_.wait();
    if (stopping_) co_return LoadedBatch{};
    LoadedBatch batch{true, whole_[consumed_ % window_], waited};
    ++consumed_;
    handed_out_ += batch.samples;
    room_.notify();
    if (consumed_ == context_.plan.steps) {
      over_.store(true, std::memory_order_relaxed);
      release_readers();
    }
    co_return batch;
  }

  void stop() override {
    stopping_ = true;
    over_.store(true, std::memory_order_relaxed);
    release_readers();
    ready_.notify();
    room_.notify();
    record_.notify();
  }

  Task<> drained() override { co_await running_.wait(); }

  std::uint64_t read_again() const override { return read_again_ + repeated(); }

 private:
  using Memory = decltype(std::declval<W&>().new_batch(LaneId{}, std::uint64_t{}));

  // Home's part of a reader, whatever shard it reads.
  struct Reader {
    std::deque<SampleId> records;  // read, waiting for their turn
    Signal room;
    // No shard is left for it; what is in `records` still comes.
    bool finished = false;
    void reset() {
      records.clear();
      finished = false;
    }
  };

  struct Stream {  // one shard being read, on its lane
    LaneId lane;
    FileId file;
    SampleId next_record, end_record;
    std::uint64_t offset = 0, handed_over = 0;
    Seconds last_hand_over{0};
    std::vector<SampleId> records;
    bool ended = false, faulty = false;
    bool counts = true;  // a fault costs samples that no other read of this shard in this epoch counts
  };

  bool over() const { return stopping_ || consumed_ >= context_.plan.steps; }
  bool ending() const { return context_.ending.load(std::memory_order_relaxed); }
  void release_readers() {
    for (auto& reader : readers_) reader.room.notify();
  }

  // Shards of this rank in one pass over the data.
  std::uint64_t shards_per_pass() const {
    const JobPlan& plan = context_.plan;
    return split_by_file_ ? (plan.layout->files() - rank_ + plan.ranks.all - 1) / plan.ranks.all
                          : plan.layout->files();
  }

  // The shard that this rank opens `n`-th in this epoch (beyond one pass the shards are permuted anew).
  FileId shard(std::uint64_t n) const {
    const JobPlan& plan = context_.plan;
    const std::uint64_t files = plan.layout->files();
    const std::uint64_t pass = n / shards_per_pass(), index = n % shards_per_pass();
    const std::uint64_t position = split_by_file_ ? index * plan.ranks.all + rank_ : index;
    if (plan.loader.shuffle == ShuffleKind::kNone) return position;
    return Permutation(files, mix64(plan.loader.seed, epoch_, pass))(position);
  }

  // Whether this rank keeps it: all of its own shards, or every ranks-th record where it reads all
  // shards.
  bool mine(SampleId record) const { return split_by_file_ || record % context_.plan.ranks.all == rank_; }

  std::pair<std::uint32_t, FileId> seen_as(FileId file) const { return {split_by_file_ ? 0 : rank_, file}; }

  // Records of this rank that `stream` has not reached.
  std::uint64_t ahead_of(const Stream& stream) const {
    return mine_of(stream.next_record, stream.end_record);
  }
  std::uint64_t mine_in(FileId file) const {
    const SampleId first = context_.plan.layout->first_sample(file);
    return mine_of(first, first + context_.plan.layout->samples_in(file));
  }
  std::uint64_t mine_of(SampleId begin, SampleId end) const {
    if (split_by_file_) return end - begin;
    const std::uint64_t ranks = context_.plan.ranks.all;
    const auto before = [&](SampleId record) { return (record + ranks - 1 - rank_) / ranks; };
    return before(end) - before(begin);
  }

  // Of this epoch: what was handed out beyond the sound records of one pass, less what would have come twice
  // without faults too (more steps than one pass has records for).
  std::uint64_t repeated() const {
    const auto beyond = [this](std::uint64_t records) {
      return handed_out_ > records ? handed_out_ - records : 0;
    };
    return beyond(first_pass_ - std::min(first_pass_, lost_)) - beyond(first_pass_);
  }

  // Whether the epoch still needs the shard that comes next: a further pass begins only if all before it hold too
  // few records, as a dataset without repeat() ends where its last shard does. Shards are counted as they are taken:
  // a pass may have billions, of which an epoch that is cut short opens a few.
  bool needs_next_shard() const {
    const bool new_pass = next_shard_ % shards_per_pass() == 0;
    return !new_pass || planned_records_ < context_.plan.steps * context_.plan.loader.batch_size;
  }

  FileId take_next_shard() {
    const FileId file = shard(next_shard_);
    const std::uint64_t records = mine_in(file);
    if (next_shard_ < shards_per_pass()) first_pass_ += records;
    planned_records_ += records;
    ++next_shard_;
    return file;
  }

  // One reader's epoch: shard after shard, whichever is next, as interleave opens them. Home to
  // home.
  Task<> read_shards(std::uint32_t j) {
    LaneId lane = context_.world.lane_of(context_.place_of(rank_), first_reader_ + j);
    Reader& reader = readers_[j];
    std::uint64_t fruitless = 0;  // shards in a row that gave nothing: all broken, give up
    while (!over() && !ending() && fruitless <= shards_per_pass() && needs_next_shard()) {
      Stream stream{lane = context_.world.less_busy(lane), take_next_shard(), 0, 0, 0, 0, Seconds{0}, {}};
      stream.next_record = context_.plan.layout->first_sample(stream.file);
      stream.end_record = stream.next_record + context_.plan.layout->samples_in(stream.file);
      const std::uint64_t before = delivered_;
      const auto [seen, first] = context_.seen.shards.try_emplace(seen_as(stream.file), ShardSeen::kReading);
      stream.counts = first || seen->second == ShardSeen::kSound;
      if (seen->second != ShardSeen::kFaulty) co_await read_shard(stream, reader);
      const std::uint64_t lost = ahead_of(stream);  // to a fault: other shards replace them
      planned_records_ -= std::min(planned_records_, lost);
      if (stream.faulty && stream.counts) lost_ += lost;
      if (stream.faulty)
        context_.seen.shards[seen_as(stream.file)] = ShardSeen::kFaulty;
      else if (lost == 0 && stream.counts)
        context_.seen.shards[seen_as(stream.file)] = ShardSeen::kSound;
      fruitless = delivered_ == before ? fruitless + 1 : 0;
    }
    reader.finished = true;
    if (ending() && !stopping_) context_.on_fatal();
    record_.notify();
  }

  // One shard from open to close, as far as it is sound and still needed. Home to home.
  Task<> read_shard(Stream& stream, Reader& reader) {
    W& world = context_.world;
    co_await world.enter_lane(stream.lane);
    auto file = co_await world.open(stream.lane, stream.file);
    if (file.error()) {
      count_fault(stream, file.error(), true, "");
      co_await world.go_home();
      co_return;
    }
    stream.last_hand_over = world.now();
    std::unique_ptr<StreamCheck> check;
    if (context_.plan.stream_check) check = context_.plan.stream_check(stream.file);
    while (!stream.ended && !ending() && !over_.load(std::memory_order_relaxed)) {
      co_await read_request(stream, file, check.get());
      const bool due = stream.offset - stream.handed_over >= kHandOverBytes ||
                       world.now() - stream.last_hand_over >= kHandOverTime;
      if (!stream.ended && (!due || stream.records.empty())) continue;
      co_await world.go_home();
      co_await hand_over(stream, reader);
      co_await world.enter_lane(stream.lane);
      stream.last_hand_over = world.now();
      stream.handed_over = stream.offset;
    }
    co_await world.close(stream.lane, file);
    co_await world.go_home();
  }

  // On the lane: one request, and the records that it completes.
  Task<> read_request(Stream& stream, typename W::File& file, StreamCheck* check) {
    W& world = context_.world;
    LaneState& lane = context_.lanes[stream.lane];
    const Seconds begin = world.now();
    const bool delivers = context_.plan.loader.deliver == Deliver::kBatch;
    const std::uint64_t size = context_.plan.layout->file_size(stream.file);
    auto read = co_await read_of_shard(world, stream.lane, file, context_.plan.loader.client, stream.offset,
                                       request_, size, delivers || check != nullptr, lane.stats.requests);
    const Seconds took = world.now() - begin;
    lane.stats.busy += took;
    ++lane.stats.requests;
    stream.ended = true;
    lane.stats.sample_read.add(took);
    if (read.error()) {
      lane.stats.failing += took;
      count_fault(stream, read.error(), false, "");
      co_return;
    }
    lane.stats.bytes += read.bytes();
    stream.offset += read.bytes();
    if (delivers) {
      Memory memory = world.new_batch(stream.lane, read.bytes());
      if (memory.failed()) {
        fault(stream, no_memory(context_.plan, stream.next_record));
        co_return;
      }
      memory.append(read.data());
    }
    if (check && !read.data().empty())
      if (auto sound = check->feed(read.data()); !sound) {
        fault(stream, {ReadFault::kCorrupt, stream.file, stream.next_record, 0, sound.error()});
        co_return;
      }
    take_records(stream, lane, check && check->proves_samples() && !read.data().empty());
    if (stream.next_record < stream.end_record && read.bytes() < request_) {
      fault(stream, {ReadFault::kShort, stream.file, stream.next_record, 0,
                     read_detail::short_by(size, stream.offset)});
      co_return;
    }
    stream.ended = stream.next_record >= stream.end_record;
    if (context_.plan.loader.preprocess.mean > 0) co_await prepare(context_, stream.lane, lane);
  }

  void take_records(Stream& stream, LaneState& lane, bool proved) {
    while (stream.next_record < stream.end_record) {
      const SampleLocation at = context_.plan.layout->locate(stream.next_record);
      if (at.offset + at.length > stream.offset) return;
      if (mine(stream.next_record)) {
        stream.records.push_back(stream.next_record);
        ++lane.stats.samples;
        if (proved) ++lane.stats.verified;
      }
      ++stream.next_record;
    }
  }

  void count_fault(Stream& stream, int error, bool opening, std::string detail) {
    fault(stream,
          {read_detail::classify(error, opening), stream.file, stream.next_record, error, std::move(detail)});
  }

  // On the lane: everything from here to the shard's end is lost.
  void fault(Stream& stream, FaultExample example) {
    stream.faulty = true;
    example.samples = stream.counts ? ahead_of(stream) : 0;
    context_.fault(context_.lanes[stream.lane], std::move(example));
  }

  // On home: give the records over, then wait while enough of them are ahead of their turn.
  Task<> hand_over(Stream& stream, Reader& reader) {
    delivered_ += stream.records.size();
    const std::uint64_t ahead = std::max<std::uint64_t>(stream.records.size() * kReadAheadRequests, 1);
    reader.records.insert(reader.records.end(), stream.records.begin(), stream.records.end());
    stream.records.clear();
    record_.notify();
    while (reader.records.size() >= ahead && !over() && !ending()) co_await reader.room.wait();
  }

  // The next record in turn; false when there is none yet (`dry`: and never will be).
  bool take_turn(bool& dry) {
    std::size_t finished = 0;
    while (finished < readers_.size()) {
      Reader& reader = readers_[turn_];
      if (!reader.records.empty()) {
        shuffled_.push_back(reader.records.front());
        reader.records.pop_front();
        turn_ = (turn_ + 1) % readers_.size();
        reader.room.notify();
        return true;
      }
      if (!reader.finished) return false;
      turn_ = (turn_ + 1) % readers_.size();
      ++finished;
    }
    dry = true;
    return false;
  }

  // One record out of the shuffle buffer, which is filled first, as tf.data does.
  Task<bool> take_record() {
    bool dry = false;
    while (shuffled_.size() < fill_ && !dry && !stopping_)
      if (!take_turn(dry) && !dry) co_await record_.wait();
    if (stopping_ || shuffled_.empty()) co_return false;
    std::swap(shuffled_[random_.below(shuffled_.size())], shuffled_.back());
    shuffled_.pop_back();
    co_return true;
  }

  // Builds batches in order from the shuffle buffer, `window_` ahead of the accelerator. An epoch
  // that runs dry early leaves its last batch short.
  Task<> assemble() {
    const std::uint64_t batch = context_.plan.loader.batch_size;
    for (std::uint64_t k = 0; k < context_.plan.steps && !stopping_; ++k) {
      while (k >= consumed_ + window_ && !stopping_) co_await room_.wait();
      std::uint64_t whole = 0;
      while (whole < batch) {  // g++ 12 loses values when co_await stands behind &&
        if (!co_await take_record()) break;
        ++whole;
      }
      if (stopping_) break;
      if (whole == 0) {  // every shard is broken: the job cannot go on
        context_.on_fatal();
        break;
      }
      whole_[k % window_] = whole;
      ++produced_;
      ready_.notify();
    }
  }

  ReadContext<W>& context_;
  const std::uint32_t rank_;
  const std::uint64_t first_reader_;
  const std::uint64_t request_;  // bytes
  const std::uint64_t window_;   // batches
  const std::uint64_t fill_;     // samples that the shuffle buffer holds
  const bool split_by_file_;     // shards are dealt out; else every rank reads all (Access)
  std::vector<Reader> readers_;
  // The shuffle buffer: positions only, as the bytes were delivered when they were read.
  std::vector<SampleId> shuffled_;
  // Ring by batch: its samples.
  std::vector<std::uint64_t> whole_;
  Random random_{0};
  Signal ready_, room_, record_;
  WaitGroup running_;
  std::uint64_t epoch_ = 0, produced_ = 0, consumed_ = 0, next_shard_ = 0, delivered_ = 0;
  std::uint64_t planned_records_ = 0;
  std::uint64_t first_pass_ = 0, lost_ = 0;  // records of the first pass that were taken, and lost to faults
  std::uint64_t handed_out_ = 0, read_again_ = 0;  // this epoch; the epochs before it
  std::size_t turn_ = 0;
  bool stopping_ = false;
  std::atomic<bool> over_{false};  // asked by readers on their lanes
};

}  // namespace aforo
