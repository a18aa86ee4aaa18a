#include "plan/solved_networks.h"

#include <utility>

namespace aforo {

std::optional<SolvedNetwork> SolvedNetworks::find(const Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = solved_.find(key);
  if (found == solved_.end()) return std::nullopt;
  return found->second;
}

void SolvedNetworks::keep(Key key, const SolvedNetwork& solved) {
  const std::lock_guard lock(mutex_);
  solved_.try_emplace(std::move(key), solved);
}

}  // namespace aforo
