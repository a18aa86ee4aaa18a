#include "save/restorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "dataset/checkpoint_layout.h"
#include "save/checkpoint_place.h"
#include "save/restore_pieces.h"
#include "save/save_record.h"

namespace aforo {
namespace {

std::string failed_read(const RestoreStats& stats, const CheckpointLayout& layout, const std::string& where) {
  const std::string name = layout.path(stats.first_failed);
  if (stats.first_wrong)
    return fmt::format(
        "expected byte {} of '{}/{}' to be what was written there, found another: the file is damaged; "
        "restore another checkpoint, or write it again",
        *stats.first_wrong, where, name);
  return fmt::format("expected to read '{}/{}', found {}; restore another checkpoint, or write it again",
                     where, name, describe_errno(stats.first_error));
}

// What this machine remembers of the files, before they are restored: emptied, as a whole or file by file.
std::string empty_cache(const Store& store, const RestorePlan& plan, const CheckpointLayout& layout) {
  const CacheControl* cache = store.cache();
  if (cache == nullptr) return "none";
  if (cache->drop_all().done) return "emptied";
  cache->flush();
  bool all = true;
  for (const auto& pieces : plan.readers)
    for (const RestorePiece& piece : pieces) all = cache->drop(layout.path(piece.file)) && all;
  return all ? "emptied file by file" : "kept";
}

std::unique_ptr<CheckpointContent> content_for(const CheckpointManifest& manifest) {
  auto content = std::make_unique<CheckpointContent>(manifest.content_key, manifest.spec.chunk);
  if (content->checksum() == manifest.content_checksum) return content;
  throw UserError(
      fmt::format("expected the contents of checkpoint {} to be of this version of aforo, found others: read "
                  "it without --verify, or write it again",
                  manifest.number));
}

// What the ranks here read.
RestorePlan plan_of(const SaveOptions& options, const SaveHosts& hosts, const CheckpointLayout& layout,
                    std::uint64_t number) {
  RestorePlan plan;
  plan.readers = restore_pieces(layout, number, options.restore, options.reshard_ranks, hosts.shift());
  plan.chunk = options.workload.checkpoint.chunk;
  plan.depth = options.workload.checkpoint.depth;
  const Ranks here = hosts.readers(static_cast<std::uint32_t>(plan.readers.size()));
  for (std::uint32_t rank = 0; rank < plan.readers.size(); ++rank)
    if (rank < here.first || rank >= here.first + here.here) plan.readers[rank].clear();
  return plan;
}

}  // namespace

std::vector<CheckpointManifest> Restorer::chosen() const {
  const std::size_t of = std::min<std::size_t>(std::max<std::uint64_t>(options_.reads, 1), whole_.size());
  return {whole_.end() - static_cast<std::ptrdiff_t>(of), whole_.end()};
}

void Restorer::require_all_files() const {
  for (const CheckpointManifest& manifest : chosen()) require_files(store_, manifest);
}

bool Restorer::restore(std::uint64_t i, SaveHosts& hosts, std::stop_token stop, SaveCounters& counters,
                       SaveOutcome& out) {
  const std::vector<CheckpointManifest> newest = chosen();
  const CheckpointManifest& manifest = newest[i % newest.size()];
  const CheckpointLayout layout(CheckpointShape::make(manifest.spec, 1).value());
  RestorePlan plan = plan_of(options_, hosts, layout, manifest.number);
  std::unique_ptr<CheckpointContent> content;
  if (options_.verify) {
    content = content_for(manifest);
    plan.check = [&content](FileId file, std::uint64_t offset, std::span<const std::byte> bytes) {
      return content->first_wrong(file, offset, bytes);
    };
  }
  const bool direct =
      options_.workload.checkpoint.write_mode == ReadMode::kDirect && !store_.info().memory_only;
  const std::string cache = options_.keep_cache ? "kept"
                            : direct            ? "passed"
                                                : empty_cache(store_, plan, layout);
  hosts.wait_for_all();  // no host empties a cache while another reads, and all begin together
  const JobSettings settings{&store_, options_.engine, options_.io_threads, options_.io_timeout, {}};
  bool go_on = true;
  const auto found = hosts.gather(restore_checkpoint(plan, layout, direct, settings, stop, counters), go_on);
  if (!found) return go_on;
  Json one = restored_json(found->stats, manifest.number, found->usage);
  one["cache"] = cache;
  one["restore"] = to_string(options_.restore);
  if (options_.verify) one["verified_bytes"] = found->stats.bytes;
  if (hosts.crew()) one["host_seconds"] = hosts.host_seconds(0);
  out.record["checkpoints"].push_back(std::move(one));
  out.record["engine"] = to_string(found->engine);
  out.record["io_threads"] = found->io_threads;
  out.stopped = out.stopped || found->stopped;
  if (found->stats.failed > 0)
    out.error = hosts.named(hosts.failed_host()) + failed_read(found->stats, layout, store_.where());
  return go_on;
}

}  // namespace aforo
