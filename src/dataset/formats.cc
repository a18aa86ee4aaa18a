// Which format serves which layout and content.
#include <fmt/format.h>

#include <iterator>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "dataset/container.h"
#include "workload/access.h"

namespace aforo {

std::string describe_size(std::uint64_t found, std::uint64_t expected) {
  return fmt::format("{}: {} of {} bytes", found < expected ? "short" : "too long", found, expected);
}

const SampleFormat* find_content_format(Content content) {
  switch (content) {
    case Content::kRaw:
      return &raw_format();
    case Content::kJpeg:
      return &jpeg_format();
    case Content::kNpz:
      return &npz_format();
    case Content::kPng:
    case Content::kNpy:
    case Content::kOther:
      break;
  }
  return nullptr;
}

const SampleFormat& content_format(Content content) {
  if (const SampleFormat* format = find_content_format(content)) return *format;
  std::vector<std::string> made;
  for (std::size_t i = 0; i < std::size(kContentWords); ++i)
    if (find_content_format(static_cast<Content>(i)) != nullptr) made.emplace_back(kContentWords[i]);
  throw UserError(
      fmt::format("expected content {} to generate, found {}, which aforo only reads: give "
                  "--content raw, whose files are as large, or run on the existing files",
                  one_of(made), to_string(content)));
}

namespace {

std::vector<std::string> layouts_that_make(Content content) {
  std::vector<std::string> out;
  for (const Container* each : containers())
    if (each->makes(content) != nullptr) out.emplace_back(each->traits().word);
  return out;
}

}  // namespace

const SampleFormat& stored_format(LayoutKind layout, Content content) {
  if (const SampleFormat* format = container(layout).makes(content)) return *format;
  if (container(layout).makes(Content::kRaw) == nullptr)
    throw UserError(fmt::format("expected layout {} to generate, found {}, which aforo only sizes",
                                one_of(layouts_that_make(Content::kRaw)), to_string(layout)));
  content_format(content);  // throws for what no layout makes
  throw UserError(
      fmt::format("expected content raw with layout {} to generate, found {}: its samples have no format of "
                  "their own; give --content raw, or --layout {}",
                  to_string(layout), to_string(content), one_of(layouts_that_make(content))));
}

LayoutKind made_alike(const DatasetSpec& data, const LoaderSpec& loader) {
  const ReadKind kind = access_of(data, loader, 1).kind;
  DatasetSpec other = data;
  other.content = Content::kRaw;
  for (const Container* each : containers()) {
    other.layout = each->layout();
    const LayoutTraits& traits = each->traits();
    if (traits.packed && !traits.one_size && can_generate(other) && access_of(other, loader, 1).kind == kind)
      return other.layout;
  }
  return packed_layout_of(loader);
}

void require_made(const DatasetSpec& data, const LoaderSpec& loader) {
  if (traits_of(data.layout).sizing_only)
    throw UserError(
        fmt::format("expected layout {} to generate, found {}, which aforo only sizes: give --layout {} "
                    "--content raw, or one of the others",
                    join(layouts_that_make(Content::kRaw), ", "), to_string(data.layout),
                    to_string(made_alike(data, loader))));
  stored_format(data.layout, data.content);
}

bool can_generate(const DatasetSpec& spec) { return container(spec.layout).makes(spec.content) != nullptr; }

DatasetSpec with_made_content(DatasetSpec spec) {
  if (!can_generate(spec)) spec.content = Content::kRaw;
  return spec;
}

void require_readable(LayoutKind layout, std::string_view where) {
  if (!traits_of(layout).sizing_only) return;
  std::vector<std::string> read;
  for (const LayoutTraits& traits : kLayoutTraits)
    if (!traits.sizing_only) read.emplace_back(traits.title);
  throw UserError(
      fmt::format("expected a dataset of {} in {}, found {}: aforo sizes this layout (aforo size) but cannot "
                  "read it yet",
                  one_of(read), where, traits_of(layout).title));
}

}  // namespace aforo
