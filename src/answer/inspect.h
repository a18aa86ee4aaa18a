// `inspect`: describe a real dataset: how many samples, how large, how they lie.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"

namespace aforo {

struct InspectAsk : Ask, RemoteAsk {
  // That holds the samples, at any depth. Must be given.
  Setting<std::string> directory;
  // Scanners; 0 = twice the cores, since they wait for the storage's metadata most of the time.
  Setting<std::uint64_t> threads = 0;

  const AskTable& table() const override;
};

// The Record of docs/record.md, and the dataset block as the file "dataset.yaml", which `--dataset`
// of other commands takes; no file where no sample's size is known. kPartial after a stop, and then
// no block: one made from a part of a dataset would be believed.
//
// Reads names, sizes and headers; writes nothing. Minutes where there are millions of files; memory
// stays bounded. Files that cannot be read are counted and named, and end nothing. Throws UserError
// where there is no directory or no file in it, Interrupted on a stop before the first file.
Answer answer(const InspectAsk& ask, const Context& context);

}  // namespace aforo
