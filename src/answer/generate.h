// `generate`: lay a workload's dataset on a directory, or take it away again.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"

namespace aforo {

// Which dataset, where, and how it is written. What has a key of the workload (`samples`, `size`,
// `layout`, `content`, `seed`) goes over the workload's own; not given, that one stays.
struct GenerateAsk : WorkloadAsk, RemoteAsk {
  // Absent, empty, or one that aforo generated; or such an s3://BUCKET/PREFIX.
  Setting<std::string> directory;
  // Above 0.
  Setting<std::uint64_t> samples;
  // Of every sample: one size instead of the workload's law.
  Setting<Bytes> size;
  // One of generated_layouts().
  Setting<std::string> layout;
  // One of generated_contents(); of a file per sample.
  Setting<std::string> content;
  // Decides sizes and bytes: the same dataset block and seed give the same files, byte by byte.
  Setting<std::uint64_t> seed;
  // Writers; 0 = one per core. More than threads_of allows is refused.
  Setting<std::uint64_t> threads = 0;
  // Past the page cache (O_DIRECT). A file system without it is written buffered, with a warning.
  Setting<bool> direct = false;
  // `--delete`: take away what aforo generated in `directory`, and nothing else. Stands beside no
  // other option but those of the output; the manifest there says what goes.
  Setting<bool> remove = false;
  // Say what would be done, touch nothing; of `remove` too.
  Setting<bool> dry_run = false;

  const AskTable& table() const override;
  // Throws UserError for `remove` without a directory: the word W may be left out
  // with it, DIR may not.
  void check() const override;
};

// The words of layouts and contents that aforo makes, in the order of their enumerations: asked of
// can_generate(), so that a new format needs no row here.
std::vector<std::string> generated_layouts();
std::vector<std::string> generated_contents();

// The Record of docs/record.md. kPartial after a stop: the same ask again goes on from there.
// kFailed where writing failed (full disk, EIO); the sentence is in `say`, what is written stays. A
// dry run is kDone, also where the dataset would not fit (a warning says so).
//
// Writes only into a directory that is absent, empty, or aforo's own for the same dataset.
// Throws UserError for any other, for too little room, and where nothing at all can be
// written. A batch of the job may be larger than the dataset: only the dataset is laid.
// Blocks as long as the device takes. Over several processes (context.crew) all of them write; a dry run, and taking
// away, are the first's alone.
Answer answer(const GenerateAsk& ask, const Context& context);

}  // namespace aforo
