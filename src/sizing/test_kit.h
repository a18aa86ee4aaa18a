// What the tests of this room share: a job whose every figure can be reckoned by hand, and round prices.
//
// The job: samples of 1 MB, each a file; batches of 10 in 0.1 s on 8 H100 in one host; so 800 samples/s and
// 0.8 GB/s at full utilisation, 720 samples/s and 0.72 GB/s at the target of 90 %. A million samples: 1 TB.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "catalogue/prices.h"
#include "sizing/build.h"
#include "sizing/design.h"
#include "sizing/design_line.h"
#include "sizing/need.h"
#include "sizing/sizing_ask.h"

namespace aforo {

inline Law constant_law(double mean) { return Law{.kind = LawKind::kConstant, .mean = mean}; }

inline Workload plain_job() {
  Workload w;
  w.name = "plain";
  w.dataset.samples = 1'000'000;
  w.dataset.sample_size = constant_law(1e6);
  w.loader.batch_size = 10;
  w.loader.workers = 8;
  w.loader.prefetch = 2;
  w.accelerator.type = "h100";
  w.accelerator.count = 8;
  w.accelerator.step_time = constant_law(0.1);
  w.training.epochs = 10;
  w.training.au_target = 0.9;
  return w;
}

inline SizingAsk plain_ask() {
  SizingAsk ask;
  ask.jobs.push_back({plain_job(), 1});
  ask.project_months.reset();  // ten epochs, as the job says
  return ask;
}

// 400 USD/TB of flash, 20 of disks; servers 20,000 and 9,000; markups 1.5; 6 %, 5 years, support 15 %.
inline PriceBook round_prices() {
  PriceBook book = PriceBook::shipped();
  for (const char* price :
       {"tlc=400 USD/TB", "hdd=20 USD/TB", "server.flash24=20000 USD", "server.hdd60=9000 USD",
        "markup.flash=1.5 x", "markup.hdd=1.5 x", "support=0.15 /year", "interest=0.06 /year",
        "life.storage=5 years", "power=0.1 USD/kWh", "pue=1.3 x", "rack_unit=30 USD/RU-month",
        "nic.100=900 USD", "port.100=300 USD", "spine=0 x", "h100.hour=6.88 USD/hour",
        "h100.purchase=30000 USD", "host=60000 USD"})
    book.set(price);
  return book;
}

// The sentence of the UserError that `act` ends with; "" where it does not.
template <class Act>
std::string refusal_of(const Act& act) {
  try {
    act();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

// 10 GB/s, 5 GB/s, a million reads/s; 200 MB/s and 200 seeks/s.
inline const Drive& test_flash() {
  static const Drive drive{
      "flash", Media::kTlc, Bytes{15'360'000'000'000}, {10e9}, {5e9}, {1e6}, Seconds{1e-4}, 20, "tlc", {}};
  return drive;
}
inline const Drive& test_disk() {
  static const Drive drive{
      "disk", Media::kHdd, Bytes{24'000'000'000'000}, {200e6}, {200e6}, {200}, Seconds{12e-3}, 9, "hdd", {}};
  return drive;
}
inline const StorageNode& test_flash_node() {
  static const StorageNode node{"24 x NVMe", true, 24, 2, 600, 2, {80e9}, {100'000}, "server.flash24", {}};
  return node;
}
inline const StorageNode& test_disk_node() {
  static const StorageNode node{"60 x disk", false, 60, 2, 450, 4, {12e9}, {20'000}, "server.hdd60", {}};
  return node;
}
inline const Nic& test_nic() {
  static const Nic nic{"100 GbE", 100, {11.5e9}, 15, "nic.100", "port.100", {}};
  return nic;
}

// What the catalogue offers for an ask: listed designs, and of every line the least one and one of
// twice as many servers.
inline std::vector<Design> some_designs(const SizingAsk& ask,
                                        const Catalogue& catalogue = Catalogue::shipped()) {
  const Need need = need_of(ask);
  std::vector<Design> out = build_designs(ask, need, catalogue);
  for (const DesignLine& line : design_lines(ask, need, catalogue)) {
    const auto least = least_size(line, need);
    if (!least) continue;
    out.push_back(design_of(line, need, *least));
    out.push_back(design_of(line, need, {2 * least->main, 2 * least->tier}));
  }
  return out;
}

inline Shelf flash_shelf(std::uint32_t drives, std::uint32_t nodes) {
  return {&test_flash(), &test_flash_node(), &test_nic(), drives, nodes, 4, 2};
}
inline Shelf disk_shelf(std::uint32_t drives, std::uint32_t nodes) {
  return {&test_disk(), &test_disk_node(), &test_nic(), drives, nodes, 8, 3};
}

}  // namespace aforo
