// `generate`: lay a workload's dataset on a directory, or take it away again.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"

namespace aforo {

struct GenerateAsk : WorkloadAsk {
  Setting<std::string> directory;
  Setting<std::uint64_t> samples;
  Setting<Bytes> size;           // of every sample
  Setting<std::string> layout;   // of those that are made: generated_layouts()
  Setting<std::string> content;  // of a file per sample: generated_contents()
  Setting<std::uint64_t> seed;
  Setting<std::uint64_t> threads = 0;  // writers; 0 = one per core
  Setting<bool> direct = false;        // past the page cache
  Setting<bool> remove = false;   // --delete: take away what aforo generated in `directory`, and nothing else
  Setting<bool> dry_run = false;  // say what would be done, touch nothing

  const AskTable& table() const override;
  void check() const override;
};

// The words of layouts and contents that aforo makes, in the order of their enumerations.
std::vector<std::string> generated_layouts();
std::vector<std::string> generated_contents();

// The Record of docs/record.md. kPartial after a stop: the same ask again goes on from there. kFailed where writing
// failed; the sentence is in `say`. Writes only into a directory that is absent, empty, or aforo's own.
Answer answer(const GenerateAsk& ask, const Context& context);

}  // namespace aforo
