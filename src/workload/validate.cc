#include "workload/validate.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "workload/access.h"
#include "workload/checkpoint_shape.h"
#include "workload/law_yaml.h"

namespace aforo {
namespace {

constexpr double kLargestInFlight =
    0x1p42;  // 4 TiB of batches ahead of one accelerator: more than a host holds

class Checker {
 public:
  Checker(std::string_view file, const Places& places) : file_(file), places_(places) {}

  template <class... Args>
  [[noreturn]] void fail(std::string_view key, fmt::format_string<Args...> format, Args&&... args) const {
    const std::string message = fmt::format(format, std::forward<Args>(args)...);
    throw UserError(fmt::format("{}: {}: {}", place(key), key, message));
  }

  void require(std::string_view section) const {
    for (const Field& field : fields()) {
      if (!field.required || !field.doc.key.starts_with(section)) continue;
      const auto given = places_.lower_bound(field.doc.key);
      if (given != places_.end() && given->first.starts_with(field.doc.key)) continue;
      throw UserError(
          fmt::format("{}: expected '{}' ({}), found no such key", file_, field.doc.key, field.doc.form));
    }
  }

 private:
  // The place of the key, or of the nearest section above it that was given.
  std::string place(std::string_view key) const {
    while (true) {
      const auto at = places_.find(key);
      if (at != places_.end()) return at->second;
      const std::size_t dot = key.rfind('.');
      if (dot == std::string_view::npos) return std::string(file_);
      key = key.substr(0, dot);
    }
  }

  std::string_view file_;
  const Places& places_;
};

void check_law(const Checker& check, std::string_view key, const Law& law, bool may_be_zero) {
  const std::string error = law_error(law, may_be_zero);
  if (!error.empty()) check.fail(key, "{}", error);
}

// `loader`: of the job, or a usual one where a dataset stands alone.
void check_dataset(const Checker& check, const DatasetSpec& dataset, const LoaderSpec& loader) {
  check_law(check, "dataset.sample_size", dataset.sample_size, false);
  const LayoutTraits& traits = traits_of(dataset.layout);
  if (!traits.packed && dataset.samples_per_file > 1) {
    check.fail("dataset.samples_per_file",
               "expected 1 with layout {}, found {}; choose a packed layout such as {}", traits.word,
               dataset.samples_per_file, to_string(packed_layout_of(loader)));
  }
  if (traits.one_size && dataset.sample_size.kind != LawKind::kConstant) {
    check.fail("dataset.sample_size", "expected one constant size with layout {}, found distribution {}",
               traits.word, to_string(dataset.sample_size.kind));
  }
  if (traits.packed && dataset.content == Content::kNpz) {
    std::vector<std::string> others;
    for (const std::string_view word : kContentWords)
      if (word != to_string(dataset.content)) others.emplace_back(word);
    check.fail("dataset.content", "expected {} with layout {}, found {}", one_of(others), traits.word,
               to_string(dataset.content));
  }
  const double total = static_cast<double>(dataset.samples) * law_mean(dataset.sample_size);
  if (total > 0x1p63) {
    check.fail("dataset", "expected a dataset below 8 EiB, found {} samples of {:.3g} bytes", dataset.samples,
               law_mean(dataset.sample_size));
  }
}

void check_loader(const Checker& check, const Workload& workload) {
  const LoaderSpec& loader = workload.loader;
  check_law(check, "loader.preprocess", loader.preprocess, true);
  if (loader.shuffle == ShuffleKind::kBuffer && loader.shuffle_buffer == 0) {
    check.fail("loader.shuffle",
               "expected {{buffer: count}} such as {{buffer: 10000}}, found no buffer size");
  }
  if (loader.shuffle != ShuffleKind::kBuffer && loader.shuffle_buffer > 0) {
    check.fail("loader.shuffle", "expected no buffer with shuffle {}, found one", to_string(loader.shuffle));
  }
  if (loader.client != Client::kNone && loader.transfer_size.value > 0)
    check.fail("loader.client",
               "expected no loader.read.transfer_size beside it, found {} B: a client has a size of its own",
               loader.transfer_size.value);
  if (loader.read_mode == ReadMode::kDirect && loader.transfer_size.value % 512 != 0) {
    check.fail("loader.read.transfer_size", "expected a multiple of 512 B with read mode direct, found {} B",
               loader.transfer_size.value);
  }
  if (loader.batch_size > workload.dataset.samples) {
    check.fail("loader.batch_size", "expected at most the dataset's {} samples, found {}",
               workload.dataset.samples, loader.batch_size);
  }
  const double in_flight = static_cast<double>(access_of(workload).window_batches) *
                           static_cast<double>(loader.batch_size) * law_mean(workload.dataset.sample_size);
  if (in_flight > kLargestInFlight) {
    check.fail("loader",
               "expected batches that fit in memory, found {} read ahead per accelerator; lower batch_size, "
               "workers or "
               "prefetch",
               format_bytes({static_cast<std::uint64_t>(std::min(in_flight, 0x1p62))}));
  }
}

void check_checkpoint(const Checker& check, const Workload& workload) {
  const CheckpointSpec& spec = workload.checkpoint;
  if (!spec.any()) return;
  if (spec.model != CheckpointModel::kNone && spec.parameters > 0)
    check.fail("checkpoint.parameters",
               "expected a model or parameters, found both; leave one out, or set checkpoint.parameters=0");
  if (spec.weight_bytes + spec.optimizer_bytes <= 0)
    check.fail("checkpoint", "expected weight_bytes or optimizer_bytes above 0, found neither");
  if (spec.chunk.value % 4096 != 0 || spec.chunk.value == 0)
    check.fail("checkpoint.chunk", "expected a multiple of 4 KiB, found {} B", spec.chunk.value);
  if (spec.shard.value == 0) check.fail("checkpoint.shard", "expected the size of a file, found 0 B");
  if (spec.every.value > 0 && spec.every_steps > 0)
    check.fail("checkpoint.every_steps", "expected every or every_steps, found both; leave one out");
  const auto shape = CheckpointShape::make(spec, workload.accelerator.count);
  if (!shape) check.fail("checkpoint", "{}", shape.error());
}

}  // namespace

void complete_and_check(Workload& workload, std::string_view file, const Places& places, Use use) {
  if (use == Use::kDataset) return complete_and_check_dataset(workload.dataset, file, places);
  const Checker check(file, places);
  if (use == Use::kCheckpoint) {
    if (!workload.checkpoint.any())
      throw UserError(fmt::format(
          "{}: expected 'checkpoint.model' or 'checkpoint.parameters', found neither: the job writes no checkpoints",
          file));
    return check_checkpoint(check, workload);
  }
  check.require("");
  complete_law(workload.dataset.sample_size);
  complete_law(workload.loader.preprocess);
  complete_law(workload.accelerator.step_time);
  check_dataset(check, workload.dataset, workload.loader);
  check_loader(check, workload);
  check_law(check, "accelerator.step_time", workload.accelerator.step_time, false);
  check_checkpoint(check, workload);
}

void complete_and_check_dataset(DatasetSpec& dataset, std::string_view file, const Places& places) {
  const Checker check(file, places);
  check.require("dataset.");
  complete_law(dataset.sample_size);
  check_dataset(check, dataset, {});
}

}  // namespace aforo
