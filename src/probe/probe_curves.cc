#include "probe/probe_curves.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "storage/machine.h"
#include "world/lane_setup.h"

namespace aforo {
namespace {

// Of what is available: read buffers and batches in flight. Chosen: with as much for data in the page cache, half is left
// to whoever else is there.
constexpr double kMemoryForReads = 0.25;

Bytes read_ahead_below(const Store& store) {
  const CacheControl* cache = store.cache();
  return cache ? cache->readahead().value_or(Bytes{0}) : Bytes{0};
}

// Without its numbers: a sentence that comes again with others is the same one.
std::string wording(std::string text) {
  std::erase_if(text, [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
  return text;
}

}  // namespace

unsigned readers_in_memory(const ProbeData& data) {
  const std::uint64_t largest = std::max<std::uint64_t>(data.layout->largest_sample(), 1);
  std::uint64_t each = data.kind == ReadKind::kStream ? stream_request(data.loader)
                                                      : std::min(largest, request_size(data.loader));
  if (data.loader.deliver == Deliver::kBatch && data.kind != ReadKind::kStream) each += largest;
  const double fit =
      kMemoryForReads * static_cast<double>(read_memory().available.value) / static_cast<double>(each);
  if (fit < 1)
    throw UserError(
        fmt::format("expected a read to fit into memory, found {} needed by each and {} available; "
                    "lower loader.read.transfer_size",
                    format_bytes({each}), format_bytes(read_memory().available)));
  return static_cast<unsigned>(std::min<double>(kMostReaders, fit));
}

SweepAsk within_open_files(SweepAsk ask, unsigned io_threads) {
  const std::uint64_t files = open_files_for_readers(io_threads);
  if (files >= ask.most_readers) return ask;
  ask.most_readers = static_cast<unsigned>(std::max<std::uint64_t>(files, 1));
  ask.bound = fmt::format("this process may open {} files (raise 'ulimit -n')", open_files_limit());
  return ask;
}

void refit(ProbedCurve& probed, std::vector<WindowDigest> windows, const Store& store) {
  const ReadCurve& was = probed.curve;
  ReadCurve curve = fit_curve(was.kind, was.mode, was.cached, windows);
  curve.request = was.request;
  curve.scope = was.scope, curve.hosts = was.hosts;
  if (was.kind == ReadKind::kStream && was.mode == ReadMode::kBuffered && !was.cached && read_ahead(windows))
    curve.ahead = read_ahead_below(store);
  probed.curve = std::move(curve), probed.windows = std::move(windows);
}

void add_curve(ProbeFindings& findings, const SweepAsk& ask, const SweepResult& result, Bytes request,
               const Store& store) {
  if (result.windows.empty()) return;
  ProbedCurve probed{{}, {}, result.discarded, result.spent};
  probed.curve.kind = ask.kind, probed.curve.mode = ask.mode, probed.curve.cached = ask.cached;
  probed.curve.scope = ask.scope, probed.curve.hosts = ask.hosts;
  if (ask.kind == ReadKind::kFile && ask.mode == ReadMode::kDirect) probed.curve.request = request;
  refit(probed, result.windows, store);
  if (probed.curve.points.empty()) return;
  add_notes(findings, probed.curve, result);
  if (!ask.cached && findings.storage_below && !result.from_storage_known)
    findings.unknown.push_back(
        name_of(probed.curve) +
        ": nothing on this system counts what storage served, so whether the page cache "
        "helped could not be told");
  findings.curves.push_back(std::move(probed));
}

void add_notes(ProbeFindings& findings, const ReadCurve& curve, const SweepResult& result) {
  const auto add = [&](const std::vector<std::string>& from, std::vector<std::string>& to) {
    for (const std::string& text : from) {
      std::string named = name_of(curve) + ": " + text;
      const auto says_it = [&](const std::string& said) { return wording(said) == wording(named); };
      if (std::none_of(to.begin(), to.end(), says_it)) to.push_back(std::move(named));
    }
  };
  add(result.notes, findings.notes);
  add(result.unknown, findings.unknown);
}

void count_bytes(ProbeFindings& findings, const SweepResult& cold) {
  findings.bytes += cold.bytes, findings.bytes_from_storage += cold.bytes_from_storage;
  findings.from_storage_known &= cold.from_storage_known;
}

}  // namespace aforo
