// The page of `aforo checkpoint`.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document checkpoint_document(const Json& record);

}  // namespace aforo
