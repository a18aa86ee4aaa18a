// Lines of a bill beside storage that holds and feeds: bringing the data in, and what is asked for (Extras):
// further copies, a backup, and what crosses zones. Pure.
//
//   bringing in          to an object store: a write a file, or for each 8 MiB of it, once for every copy
//   a copy on premises   the shelf with the data once more, at its prices; the flash in front is not repeated
//   a copy in the cloud  its bytes kept once more, and sent once between regions
//   backup               capacity in GiB x backup.KIND a month, and from a cloud sent once between regions
//   crossing zones       bytes read a month x share x cross-zone.PROVIDER, of file services
//
// What is sent once is paid off over life.storage at `interest`. Requests that fill a backup are left out: it is
// packed, and at 0.05 USD for a thousand objects of 8 MiB they are less than a month of keeping them. By hand in
// extra_lines_test.cc.
#pragma once

#include "catalogue/prices.h"
#include "sizing/bill.h"
#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

// `read_bytes`: that get past the design's caches in a month.
void add_extra_lines(const Design& design, const Need& need, double read_bytes, const PriceBook& prices,
                     Bill& bill);

// What keeping the backup costs a month, USD; 0 without one.
double backup_costs(const Need& need, const PriceBook& prices);
// What taking the backup back once costs, USD; 0 without one.
double restore_costs(const Need& need, const PriceBook& prices);
// The item that says it; "" without a backup.
std::string restore_item(const Need& need);

}  // namespace aforo
