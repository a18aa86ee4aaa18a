#include "catalogue/fact.h"

namespace aforo {

std::string_view to_string(FactKind kind) {
  switch (kind) {
    case FactKind::kMeasured:
      return "measured";
    case FactKind::kPublished:
      return "published";
    case FactKind::kEstimated:
      return "estimated";
    case FactKind::kGiven:
      return "given";
  }
  return "";
}

}  // namespace aforo
