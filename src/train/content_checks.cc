#include "train/content_checks.h"

#include "dataset/verify.h"
#include "pipeline/plan_job.h"

namespace aforo {
namespace {

class ShardCheck final : public StreamCheck {
 public:
  ShardCheck(const Layout& layout, FileId file, bool contents)
      : verifier_(layout, file, contents), contents_(contents) {}
  tl::expected<void, std::string> feed(std::span<const std::byte> bytes) override {
    return verifier_.feed(bytes);
  }
  bool proves_samples() const override { return contents_; }

 private:
  ShardVerifier verifier_;
  bool contents_;
};

}  // namespace

SampleCheck make_sample_check(const OpenedDataset& dataset) {
  const Layout* layout = dataset.layout.get();
  if (!dataset.manifest)
    return
        [layout](SampleId id, std::span<const std::byte> bytes) { return verify_sample(*layout, id, bytes); };
  const Manifest* manifest = &*dataset.manifest;
  return [layout, manifest](SampleId id, std::span<const std::byte> bytes) {
    return verify_sample(*layout, *manifest, id, bytes);
  };
}

std::string_view checks_of(const Layout& layout, const JobPlan& plan, bool nothing_read) {
  if (nothing_read) return "none";
  if (!plan.check)
    return access_of(plan).kind == ReadKind::kStream && plan.stream_check ? "framing" : "length";
  switch (proof_of(layout)) {
    case Proof::kIdentity:
    case Proof::kChecksum:
      return "content";
    case Proof::kStructure:
      return "framing";
    case Proof::kNone:
      return "length";
  }
  return "length";
}

StreamCheckFactory make_stream_checks(const OpenedDataset& dataset, bool contents) {
  const Layout* layout = dataset.layout.get();
  if (!contents && container(layout->kind()).framing(contents) == nullptr) return {};
  return [layout, contents](FileId file) { return std::make_unique<ShardCheck>(*layout, file, contents); };
}

}  // namespace aforo
