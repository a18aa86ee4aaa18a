// `aforo generate`: lay a workload's dataset on a directory, at the speed of the device;
// and take it away again.
//
// The directory must be absent, empty, or carry aforo's own marker for the same dataset; anything
// else is a UserError before a byte is written. The bytes depend on the dataset block and its seed
// alone, not on threads or resumption.
//
// Resumption: files are written under their final names in file order; the marker holds a low-water mark
// (every file below it was written in full). A later call of the same dataset checks the files below the mark
// by size, compares those that lie above it byte by byte, and writes what is missing or differs. Data is made
// durable by syncfs (periodically, and once at the end), never file by file.
//
// Whose a file is, its content says and not its name (whose_file.h): what lies at a path of the dataset and is
// neither of the size that the dataset gives nor a torn part of it is left, and named.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "generate/generate_options.h"
#include "hosts/crew.h"
#include "measure/record.h"
#include "world/progress.h"

namespace aforo {

// What writing or taking away came to; what a caller decides by is here, so that
// nobody asks the Record for it.
struct GenerateOutcome {
  // docs/record.md.
  Json record;
  // Stopped, or writing failed: the same call goes on from there.
  bool partial = false;
  // Why writing failed, a sentence for people; empty where it did not.
  std::string error;
  // Of a call that writes: files [0, files_complete) are whole. 0 of one that takes away.
  std::uint64_t files_complete = 0;
};

// What `generate` would do: files, bytes, free space, whether it fits (`fits`, and a warning where
// not). Touches nothing. Where `generate` would refuse as it does not fit or nothing can be written there, `error` is its
// sentence. Throws UserError for a layout or a directory that `generate` would refuse.
GenerateOutcome plan_generate(const GenerateOptions& options);

// Writes the dataset, and blocks until that is done. The Record's `state` is "complete", or
// "partial" (`partial` = true) after a stop request or when writing failed (full disk, EIO; `error`
// is then the sentence): a later call resumes. Files that were there whole count as
// `skipped_files`, not as written.
//
// `crew`: the hosts that lay it together, all of which call this with the same options; null: this process alone. The first returns
// the outcome of all, the others one with the Record left out. Where one cannot go on, or is gone, all end, and what is written
// is resumed by a later call, of however many. Throws UserError, too, where hosts are asked for another dataset, or do not
// see the place that the first made; that is then as it was.
//
// Throws UserError when the directory is not ours, when the dataset does not fit, and when nothing
// at all can be written there. A stop ends within a block of each thread; the file it falls into is
// written again. `sink` is called from one internal thread, which has ended when this returns.
GenerateOutcome generate(const GenerateOptions& options, std::stop_token stop, const ProgressSink& sink,
                         Crew* crew = nullptr);

// Removes what the manifest in `directory` describes, the directories made for it if they are then
// empty, and the marker last; foreign files stay, are counted and some are named. What a directory
// that has become a symbolic link leads to is somebody else's, and stays too. A stop request
// leaves the marker: call again. With `dry_run` it only counts. Throws UserError when the
// directory carries no marker of aforo, when the manifest was edited, and for a file that cannot
// be removed (the marker stays).
GenerateOutcome delete_generated(const std::string& directory, bool dry_run, std::stop_token stop,
                                 const ProgressSink& sink, const RemoteAccess& access = {});

}  // namespace aforo
