// The `dataset` section of the benchmark's files: bytes, counts and how they lie. Part of dlio.h.
//
// A key that decides bytes or counts is honoured or refused:
//
//   record_dims, record_element_type   bytes of a record: the product of the dimensions, or record_length_bytes,
//                                      times the bytes of an element
//   columns                            of Parquet: the sum of what each of a row takes
//   compression                        refused where the benchmark compresses; its other formats pass it over
#pragma once

#include "workload/dlio_source.h"
#include "workload/spec.h"

namespace aforo {

// Throws UserError as DlioSource's readers do, and for what would be other bytes than the file means.
void read_dlio_dataset(DlioSource& source, DatasetSpec& dataset);

}  // namespace aforo
