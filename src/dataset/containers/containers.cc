// The rows: the one list of containers.
#include "dataset/container.h"

#include <fmt/format.h>

#include <iterator>

namespace aforo {

const Container& file_container();        // file.cc
const Container& tfrecord_container();    // tfrecord.cc
const Container& records_container();     // records.cc
const Container& webdataset_container();  // tar.cc
const Container& hdf5_container();        // sizing_only.cc
const Container& parquet_container();     // sizing_only.cc
const Container& npy_container();         // npy.cc

std::span<const Container* const> containers() {
  static const Container* const kAll[] = {
      &file_container(),        //
      &tfrecord_container(),    //
      &records_container(),     //
      &webdataset_container(),  //
      &hdf5_container(),        //
      &parquet_container(),     //
      &npy_container(),
  };
  static_assert(std::size(kAll) == std::size(kLayoutTraits), "a row here for each layout");
  return kAll;
}

const Container& container(LayoutKind layout) { return *containers()[static_cast<std::size_t>(layout)]; }

std::vector<std::byte> Container::head(std::uint64_t, std::uint64_t) const { return {}; }

std::string Container::index_text(std::span<const Extent>) const { return {}; }

FileIndex Container::index(HeaderReader&, std::uint64_t) const { return {}; }

std::unique_ptr<FramingCheck> Container::framing(bool) const { return nullptr; }

Checked check_whole(bool whole, std::string_view what) {
  if (whole) return {};
  return tl::unexpected(fmt::format("expected a whole {}, found other or fewer bytes", what));
}

}  // namespace aforo
