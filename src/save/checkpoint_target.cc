#include "save/checkpoint_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <random>

#include "base/carry.h"
#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "dataset/manifest.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

// For the file system's own tables. Chosen, as where datasets are laid: more would refuse checkpoints that fit.
constexpr double kRoomMargin = 0.01;
constexpr std::uint64_t kManifestRoom = 64 << 10;  // and directories

// Another one for every target: what an earlier one left in the same blocks is then other bytes.
std::uint64_t fresh_key() {
  std::random_device random;
  const std::uint64_t high = random();
  return mix64(high << 32 | random());
}

std::string unfinished_name(std::uint64_t number) { return fmt::format("checkpoint-{:06}.writing", number); }

// Of one that was cut short: its files by their names, then it. The first name that is none of a checkpoint's, if any;
// nothing is removed then.
std::string remove_unfinished(const Store& store, const Owned& owned, std::uint64_t number) {
  const std::string directory = unfinished_name(number);
  std::vector<std::string> names;
  std::string foreign;
  open_store(store.where() + "/" + directory)->each_at_top([&](std::string_view name, EntryKind kind) {
    names.emplace_back(name);
    if (kind != EntryKind::kFile || !is_checkpoint_file_name(name)) foreign = name;
    return foreign.empty();
  });
  if (!foreign.empty()) return directory + "/" + foreign;
  for (const std::string& name : names) owned.remove_file(directory + "/" + name);
  owned.remove_directory(directory);
  return "";
}

std::uint64_t rounded_bytes(const CheckpointShape& shape, std::uint64_t block) {
  const std::uint64_t each = std::max<std::uint64_t>(block, 1);
  return shape.bytes().value + shape.files() * (each - 1) + kManifestRoom;
}

// The place above, at any depth, that aforo laid a dataset in; empty = none. What is written below it would be counted among
// its files.
std::string dataset_around(std::string place) {
  while (true) {
    while (place.size() > 1 && place.back() == '/') place.pop_back();
    const std::size_t slash = place.rfind('/');
    if (slash == place.npos || slash == 0) return "";
    place.resize(slash);
    if (open_store(place)->size_of(kManifestName)) return place;
  }
}

}  // namespace

std::optional<std::string> checkpoints_lack(const Store& store, const CheckpointShape& shape,
                                            std::uint64_t checkpoints, std::uint32_t keep,
                                            std::uint64_t there) {
  if (checkpoints == 0) return std::nullopt;
  const StoreSpace space = store.space();
  const std::uint64_t most =
      keep > 0 ? std::max<std::uint64_t>(keep + std::uint64_t{1}, there + 1) : ~std::uint64_t{0};
  const std::uint64_t more =
      std::min(there + checkpoints, most) - there;  // at once, beside those that are there
  const double needed = static_cast<double>(more) *
                        static_cast<double>(rounded_bytes(shape, space.block.value)) * (1 + kRoomMargin);
  if (needed > static_cast<double>(space.free.value))
    return fmt::format(
        "expected {} free at '{}' for {} {} of {} {}, found {}: write fewer, keep fewer with checkpoint.keep, or choose "
        "another directory",
        format_bytes({static_cast<std::uint64_t>(std::min(needed, 0x1p62))}), store.where(), more,
        more == 1 ? "checkpoint" : "checkpoints", format_bytes(shape.bytes()),
        keep > 0 ? "that lie there at once" : "that will be kept", format_bytes(space.free));
  const double files = static_cast<double>(more) * static_cast<double>(shape.files() + 2);
  if (space.free_files && files > static_cast<double>(*space.free_files))
    return fmt::format("expected {} free inodes at '{}', found {}: write fewer, or choose another directory",
                       format_count(files), store.where(),
                       format_count(static_cast<double>(*space.free_files)));
  return std::nullopt;
}

CheckpointTarget::CheckpointTarget(const std::string& directory, const CheckpointSpec& spec,
                                   const CheckpointShape& shape, std::uint64_t writes)
    : spec_(with_ranks(spec, shape)), store_(open_directory(directory, "checkpoints")), layout_(shape) {
  place_ = look_at_checkpoints(*store_);
  if (place_.ownership == Ownership::kForeign)
    throw UserError(fmt::format(
        "expected '{}' to be absent, empty or a place of checkpoints that aforo made, found other files there ({}); "
        "choose another directory, aforo writes only into its own",
        directory, join(place_.others, ", ")));
  if (const std::string dataset = dataset_around(directory); !dataset.empty())
    throw UserError(fmt::format(
        "expected checkpoints apart from datasets, found '{}' inside '{}'; choose another directory",
        directory, dataset));
  require_alike(place_, spec_, directory);
  if (const auto lack = checkpoints_lack(*store_, shape, writes, spec.keep, place_.whole.size()))
    throw UserError(*lack);
  direct_ = spec.write_mode == ReadMode::kDirect;
  if (direct_ && store_->info().memory_only) {
    direct_ = false;
    notes_.push_back(
        fmt::format("{} has no O_DIRECT: checkpoints went through the page cache", store_->info().type));
  }
  for (const std::string& broken : place_.broken)
    notes_.push_back(broken + ": it is no checkpoint, and was left alone");
  key_ = fresh_key();
  content_ = std::make_shared<CheckpointContent>(key_, spec.chunk);
  take(directory);
}

namespace {

// Of the first host's target, for the others.
struct Pass {
  std::uint64_t key = 0, next = 0;
  bool direct = false;
  std::vector<std::uint64_t> whole;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(key, next, direct, whole);
  }
};

}  // namespace

std::string CheckpointTarget::pass() const {
  Pass pass{key_, place_.next, direct_, {}};
  for (const CheckpointManifest& manifest : place_.whole) pass.whole.push_back(manifest.number);
  Packer packer;
  packer(pass);
  return packer.take();
}

CheckpointTarget::CheckpointTarget(const std::string& directory, const CheckpointSpec& spec,
                                   const CheckpointShape& shape, const std::string& pass)
    : spec_(with_ranks(spec, shape)),
      store_(open_directory(directory, "checkpoints")),
      layout_(shape),
      beside_(true) {
  Pass first;
  Unpacker unpacker(pass);
  unpacker(first);
  if (!unpacker.ok()) throw std::logic_error("CheckpointTarget: the first host's pass is cut short");
  key_ = first.key, direct_ = first.direct;
  place_.next = first.next;
  place_.whole.resize(first.whole.size());
  for (std::size_t i = 0; i < first.whole.size(); ++i) place_.whole[i].number = first.whole[i];
  content_ = std::make_shared<CheckpointContent>(key_, spec.chunk);
  owned_ = store_->own_beside(kCheckpointsMarker);
  if (owned_->look(unfinished_name(place_.next)).kind != EntryKind::kDirectory)
    throw UserError(fmt::format(
        "expected in '{}' the directory '{}' that the first process made there, found none; name a place that "
        "all hosts share",
        directory, unfinished_name(place_.next)));
}

std::unique_ptr<CheckpointTarget> take_target(const std::string& directory, const CheckpointSpec& spec,
                                              const CheckpointShape& shape, std::uint64_t writes,
                                              Crew* crew) {
  std::unique_ptr<CheckpointTarget> target;
  const auto take = [&] {
    target = std::make_unique<CheckpointTarget>(directory, spec, shape, writes);
    if (crew) target->begin_first();
    return target->pass();
  };
  const std::string pass = crew ? crew->exchange("", [&](const Crew::Parts&) { return take(); }) : take();
  if (!target) target = std::make_unique<CheckpointTarget>(directory, spec, shape, pass);
  return target;
}

void CheckpointTarget::begin_first() {
  const std::string directory = unfinished_name(place_.next);
  if (const int error = owned_->make_way(directory + "/.metadata"))
    throw UserError(fmt::format("expected to make '{}/{}', found {}; choose another directory",
                                store_->where(), directory, describe_errno(error)));
}

void CheckpointTarget::take(const std::string& directory) {
  if (place_.ownership == Ownership::kAbsent) made_ = store_->places_to_make();
  owned_ = store_->own(kCheckpointsMarker);
  if (place_.ownership == Ownership::kOurs) {
    place_ = look_at_checkpoints(*store_);  // nobody changes it any more
    require_alike(place_, spec_, directory);
  } else if (const int error = owned_->replace_marker(checkpoints_marker_text())) {
    owned_.reset();
    for (auto at = made_.rbegin(); at != made_.rend(); ++at) remove_empty_place(*at);
    throw UserError(fmt::format("expected to write into '{}', found {}; choose another directory", directory,
                                describe_errno(error)));
  }
  for (const std::uint64_t number : place_.unfinished)
    if (const std::string foreign = remove_unfinished(*store_, *owned_, number); !foreign.empty())
      throw UserError(fmt::format(
          "expected only files of a checkpoint in '{}/{}', which was cut short, found '{}'; take it away",
          directory, unfinished_name(number), foreign));
}

CheckpointTarget::~CheckpointTarget() {
  if (!owned_ || beside_) return;
  try {
    const CheckpointPlace now = look_at_checkpoints(*store_);
    for (const std::uint64_t number : now.unfinished) remove_unfinished(*store_, *owned_, number);
    if (place_.ownership == Ownership::kOurs || now.next > 0) {
      const CheckpointPlace left = look_at_checkpoints(*store_);
      if (place_.ownership == Ownership::kOurs || left.next > 0) return;
    }
    owned_->remove_marker();
    owned_.reset();
    for (auto at = made_.rbegin(); at != made_.rend(); ++at) remove_empty_place(*at);
  } catch (const UserError&) {  // it cannot be listed any more: what is there stays, and is no checkpoint
  }
}

std::string CheckpointTarget::manifest_text(std::uint64_t number) const {
  return write_checkpoint_manifest({number, key_, content_->checksum(), spec_});
}

CheckpointPlan CheckpointTarget::plan() const {
  CheckpointPlan plan = checkpoint_plan(spec_, layout_.shape());
  plan.asynchronous = false;
  plan.first = place_.next;
  for (const CheckpointManifest& manifest : place_.whole) plan.there.push_back(manifest.number);
  return plan;
}

}  // namespace aforo
