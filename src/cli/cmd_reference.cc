// aforo reference: docs/reference.md on standard output.
#include "cli/acts.h"
#include "cli/help.h"

namespace aforo {

int act_reference(const Arguments&, Console& console) {
  console.out << reference_markdown();
  return kDone;
}

}  // namespace aforo
