#include "generate/share_rounds.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/carry.h"

namespace aforo {

ShareRounds::ShareRounds(Crew* crew, FileId mark) : crew_(crew), told_(crew ? crew->hosts() : 1) {
  for (ShareTold& host : told_) host.mark = mark;
}

ShareRounds::Next ShareRounds::tell(ShareTold mine) {
  Packer packer;
  packer(mine);
  if (crew_->first()) told_[0] = std::move(mine);
  const std::string reply = crew_->exchange(packer.take(), [&](const Crew::Parts& parts) {
    return std::string(1, static_cast<char>(judge(parts)));
  });
  if (reply.size() != 1) throw std::logic_error("ShareRounds: an answer that is not whole");
  return static_cast<Next>(reply[0]);
}

ShareRounds::Next ShareRounds::judge(const Crew::Parts& parts) {
  missing_.clear();
  for (std::uint32_t h = 1; h < parts.size(); ++h) {
    if (!parts[h]) {
      missing_.push_back(h);
      continue;
    }
    Unpacker unpacker(*parts[h]);
    unpacker(told_[h]);
    if (!unpacker.ok()) throw std::logic_error("ShareRounds: a part that is not whole");
  }
  bool end = !missing_.empty(), all_ended = true;
  for (std::uint32_t h = 0; h < told_.size(); ++h) {
    if (std::binary_search(missing_.begin(), missing_.end(), h)) continue;
    end = end || told_[h].stopped || told_[h].error != 0;
    all_ended = all_ended && told_[h].ended;
  }
  if (all_ended) return Next::kOver;
  // Whoever did not come after a stop request, and is not known to be gone, would be waited for again.
  const bool in_doubt = missing_.size() > crew_->gone().size();
  return in_doubt ? Next::kOver : end ? Next::kEnd : Next::kGoOn;
}

FileId ShareRounds::mark() const {
  return std::min_element(told_.begin(), told_.end(),
                          [](const auto& a, const auto& b) { return a.mark < b.mark; })
      ->mark;
}

}  // namespace aforo
