#include "workload/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/text.h"
#include "workload/bounds.h"
#include "workload/checkpoint_fields.h"
#include "workload/provenance.h"

namespace aforo {
namespace {

// One more than the layouts: what people mean by "npz" is one file per sample whose content is npz.
constexpr std::size_t kNpzWord = std::size(kLayoutTraits);

std::vector<std::string> layout_words() {
  std::vector<std::string> words;
  for (const LayoutTraits& layout : kLayoutTraits) words.emplace_back(layout.word);
  words.emplace_back("npz");
  return words;
}

// Chosen: far beyond any sample (64 GiB) and any step (a day) there is, so that a slip of a unit is told.
constexpr double kLargestSample = 64.0 * (1ULL << 30);
constexpr double kLongestStep = 86400;
constexpr std::uint64_t kAnySeed = ~std::uint64_t{0};

Field layout_field() {
  return choice_field(
      {"dataset.layout", "How samples lie in files; npz is file-per-sample with npz files.", false},
      layout_words(),
      [](const Workload& workload) { return static_cast<std::size_t>(workload.dataset.layout); },
      [](Workload& workload, std::size_t index) {
        const bool npz = index == kNpzWord;
        workload.dataset.layout = npz ? LayoutKind::kFilePerSample : static_cast<LayoutKind>(index);
        if (npz) workload.dataset.content = Content::kNpz;
      });
}

void add(std::vector<Field>& all, std::vector<Field> more) {
  for (Field& field : more) all.push_back(std::move(field));
}

void add_names(std::vector<Field>& all) {
  all.push_back(text_field({"name", "What the job is called; the file's name if left out."},
                           [](Workload& w) -> std::string& { return w.name; }));
  all.push_back(text_field({"description", "One sentence about the job."},
                           [](Workload& w) -> std::string& { return w.description; }));
  all.push_back(
      text_field({"domain", "Field of use, such as medical imaging; groups presets in the catalogue."},
                 [](Workload& w) -> std::string& { return w.domain; }));
  all.push_back(flag_field({"benchmark",
                            "A job of the public storage benchmark: its rules about the size of datasets "
                            "hold when storage is sized."},
                           [](Workload& w) -> bool& { return w.benchmark; }));
}

void add_dataset(std::vector<Field>& all) {
  all.push_back(layout_field());
  all.push_back(
      enum_field<Content>({"dataset.content", "What one sample's bytes are, where files are made of them."},
                          kContentWords, [](Workload& w) -> Content& { return w.dataset.content; }));
  all.push_back(count_field(
      {"dataset.samples", "Number of samples in the dataset.", true},
      [](Workload& w) -> std::uint64_t& { return w.dataset.samples; }, 1, 10'000'000'000'000));
  add(all,
      law_fields(
          {"dataset.sample_size", "Bytes of one sample as stored.", true},
          [](Workload& w) -> Law& { return w.dataset.sample_size; }, LawUnit::kBytes, 1, kLargestSample));
  all.push_back(count_field(
      {"dataset.samples_per_file", "Samples in one file; more than 1 needs a packed layout."},
      [](Workload& w) -> std::uint64_t& { return w.dataset.samples_per_file; }, 1, 1'000'000'000'000));
  all.push_back(count_field(
      {"dataset.files_per_directory", "Files in one directory; 0 puts all into one."},
      [](Workload& w) -> std::uint64_t& { return w.dataset.files_per_directory; }, 0, 1'000'000'000));
  all.push_back(count_field(
      {"dataset.seed", "Decides sizes and contents of generated data."},
      [](Workload& w) -> std::uint64_t& { return w.dataset.seed; }, 0, kAnySeed));
}

Field shuffle_field() {
  Field field;
  field.doc = {
      "loader.shuffle", "epoch | none | {buffer: count}", "epoch",
      "Order of samples: a new random order of all each epoch, dataset order, or through a shuffle buffer."};
  field.set = [](Workload& workload, const YamlNode& node) -> std::string {
    const std::vector<std::string> words(std::begin(kShuffleWords), std::end(kShuffleWords));
    workload.loader.shuffle_buffer = 0;
    if (node.is_map()) {
      workload.loader.shuffle = ShuffleKind::kBuffer;
    } else if (node.text == to_string(ShuffleKind::kEpoch)) {
      workload.loader.shuffle = ShuffleKind::kEpoch;
    } else if (node.text == to_string(ShuffleKind::kNone)) {
      workload.loader.shuffle = ShuffleKind::kNone;
    } else {
      const bool scalar = node.kind == YamlNode::Kind::kScalar;
      return unexpected("epoch | none | {buffer: 10000}", node) +
             (scalar ? did_you_mean(node.text, words) : "");
    }
    return {};
  };
  field.get = [](const Workload& workload) {
    if (workload.loader.shuffle != ShuffleKind::kBuffer)
      return std::string(to_string(workload.loader.shuffle));
    return fmt::format("{{buffer: {}}}", workload.loader.shuffle_buffer);
  };
  return field;
}

Field shuffle_buffer_field() {
  Field field = count_field(
      {"loader.shuffle.buffer", "Samples in the shuffle buffer."},
      [](Workload& w) -> std::uint64_t& { return w.loader.shuffle_buffer; }, 1, 1'000'000'000);
  field.doc.fallback = "none";
  field.set = [set = field.set](Workload& workload, const YamlNode& node) {
    workload.loader.shuffle = ShuffleKind::kBuffer;
    return set(workload, node);
  };
  field.get = [](const Workload&) { return std::string(); };
  return field;
}

void add_loader(std::vector<Field>& all) {
  all.push_back(enum_field<Framework>({"loader.framework", "Whose loader the pipeline behaves like."},
                                      kFrameworkWords,
                                      [](Workload& w) -> Framework& { return w.loader.framework; }));
  all.push_back(count_field(
      {"loader.batch_size", "Samples in one batch of one accelerator.", true},
      [](Workload& w) -> std::uint64_t& { return w.loader.batch_size; }, 1, 10'000'000));
  all.push_back(count32_field(
      {"loader.workers",
       "Loader workers of one accelerator (tensorflow: parallel reads); 0 loads in the rank."},
      [](Workload& w) -> std::uint32_t& { return w.loader.workers; }, 0, 1024));
  all.push_back(count32_field(
      {"loader.prefetch", "Batches ahead: per worker (pytorch) or per accelerator (others)."},
      [](Workload& w) -> std::uint32_t& { return w.loader.prefetch; }, 1, 1024));
  all.push_back(shuffle_field());
  all.push_back(shuffle_buffer_field());
  all.push_back(count_field(
      {"loader.seed", "Decides the order of samples."},
      [](Workload& w) -> std::uint64_t& { return w.loader.seed; }, 0, kAnySeed));
  all.push_back(enum_field<ReadMode>({"loader.read.mode", "Through the page cache, or past it (O_DIRECT)."},
                                     kReadModeWords,
                                     [](Workload& w) -> ReadMode& { return w.loader.read_mode; }));
  all.push_back(bytes_field(
      {"loader.read.transfer_size",
       "Bytes of one read request; 0 is the whole sample (tensorflow: 256 KiB)."},
      [](Workload& w) -> Bytes& { return w.loader.transfer_size; }, {512}, 1_GiB));
  all.push_back(enum_field<Client>(
      {"loader.client",
       "Whose requests are made of an object store: none is aforo's own way (docs/object-stores.md)."},
      kClientWords, [](Workload& w) -> Client& { return w.loader.client; }));
  all.push_back(flag_field({"loader.drop_last", "An incomplete last batch is dropped."},
                           [](Workload& w) -> bool& { return w.loader.drop_last; }));
  all.push_back(enum_field<Deliver>(
      {"loader.deliver", "Read bytes are discarded (measures storage) or copied into a batch."},
      kDeliverWords, [](Workload& w) -> Deliver& { return w.loader.deliver; }));
  add(all, law_fields(
               {"loader.preprocess", "Worker CPU time per sample, such as decoding; 0 for none."},
               [](Workload& w) -> Law& { return w.loader.preprocess; }, LawUnit::kSeconds, 0, 3600));
}

void add_training(std::vector<Field>& all) {
  all.push_back(text_field({"accelerator.type", "Name of the accelerator, as the catalogue knows it."},
                           [](Workload& w) -> std::string& { return w.accelerator.type; }));
  all.push_back(count32_field(
      {"accelerator.count", "Number of accelerators."},
      [](Workload& w) -> std::uint32_t& { return w.accelerator.count; }, 1, 1'000'000));
  add(all, law_fields(
               {"accelerator.step_time", "Compute time of one batch on one accelerator.", true},
               [](Workload& w) -> Law& { return w.accelerator.step_time; }, LawUnit::kSeconds, 1e-6,
               kLongestStep));
  all.push_back(count32_field(
      {"training.epochs", "Passes over the dataset."},
      [](Workload& w) -> std::uint32_t& { return w.training.epochs; }, 1, kMostTrainingEpochs));
  all.push_back(count_field(
      {"training.steps", "Steps per epoch; 0 for as many whole batches as the dataset has."},
      [](Workload& w) -> std::uint64_t& { return w.training.steps; }, 0, 1'000'000'000'000));
  all.push_back(flag_field({"training.synchronous", "Accelerators wait for each other after every step."},
                           [](Workload& w) -> bool& { return w.training.synchronous; }));
  all.push_back(fraction_field({"training.au_target", "Accelerator utilisation that counts as kept busy."},
                               [](Workload& w) -> double& { return w.training.au_target; }));
}

std::vector<Field> declare() {
  std::vector<Field> all;
  add_names(all);
  add_dataset(all);
  add_loader(all);
  add_training(all);
  for (Field& field : checkpoint_fields()) all.push_back(std::move(field));
  all.push_back(provenance_field([](std::string_view name) -> std::optional<std::string> {
    if (find_field(name) != nullptr || is_section(name)) return std::nullopt;
    return suggest_key(name);
  }));
  return all;
}

}  // namespace

const std::vector<Field>& fields() {
  static const std::vector<Field> all = declare();
  return all;
}

const Field* find_field(std::string_view key) {
  const auto at =
      std::find_if(fields().begin(), fields().end(), [&](const Field& f) { return f.doc.key == key; });
  return at == fields().end() ? nullptr : &*at;
}

bool is_section(std::string_view prefix) {
  return std::any_of(fields().begin(), fields().end(), [&](const Field& field) {
    const std::string& key = field.doc.key;
    return key.size() > prefix.size() && key.starts_with(prefix) && key[prefix.size()] == '.';
  });
}

std::vector<std::string> names_below(std::string_view prefix) {
  std::vector<std::string> names;
  const std::size_t skip = prefix.empty() ? 0 : prefix.size() + 1;
  for (const Field& field : fields()) {
    const std::string& key = field.doc.key;
    if (skip > 0 && (key.size() <= skip || !key.starts_with(prefix) || key[prefix.size()] != '.')) continue;
    const std::string name = key.substr(skip, key.find('.', skip) - skip);
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

std::vector<FieldDoc> workload_fields() {
  std::vector<FieldDoc> docs;
  for (const Field& field : fields()) docs.push_back(field.doc);
  return docs;
}

}  // namespace aforo
