// `inspect`: describe a real dataset.
#pragma once

#include "answer/answer.h"

namespace aforo {

struct InspectAsk : Ask {
  Setting<std::string> directory;
  Setting<std::uint64_t> threads = 0;  // scanners; 0 = twice the cores

  const AskTable& table() const override;
};

// The Record of docs/record.md, and the dataset block as the file "dataset.yaml". kPartial after a stop, and then no
// block: one made from a part of a dataset would be believed. Reads names, sizes and headers; writes nothing.
Answer answer(const InspectAsk& ask, const Context& context);

}  // namespace aforo
