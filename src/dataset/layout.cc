#include "dataset/layout.h"

namespace aforo {

Unit Layout::unit(UnitId unit) const {
  const SampleLocation at = locate(unit);
  return {at.file, unit, 1, {{at.offset, at.length}}};
}

}  // namespace aforo
