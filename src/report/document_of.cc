#include "report/document_of.h"

#include "report/catalogue_document.h"
#include "report/checkpoint_document.h"
#include "report/dataset_document.h"
#include "report/find_max_document.h"
#include "report/page_extent.h"
#include "report/predict_document.h"
#include "report/probe_document.h"
#include "report/run_document.h"
#include "report/size_document.h"
#include "report/view.h"

namespace aforo {

namespace {

Document made_of(const Json& record, PageExtent extent) {
  const std::string command = word(record, {"command"});
  if (command == "run" && at(record, {"would_read"}) != nullptr) return dry_run_document(record);
  if (command == "run" && (at(record, {"max_accelerators"}) != nullptr || at(record, {"ramp"}) != nullptr))
    return find_max_document(record, extent);
  if (command == "predict") return predict_document(record, extent);
  if (command == "generate") return generate_document(record);
  if (command == "inspect") return inspect_document(record);
  if (command == "probe") return probe_document(record);
  if (command == "size") return size_document(record, extent);
  if (command == "checkpoint") return checkpoint_document(record);
  if (command == "catalogue") return catalogue_document(record);
  return run_document(record, extent);
}

}  // namespace

Document document_of(const Json& record) { return made_of(record, PageExtent::kAsAsked); }

Document whole_document_of(const Json& record) { return made_of(record, PageExtent::kAll); }

}  // namespace aforo
