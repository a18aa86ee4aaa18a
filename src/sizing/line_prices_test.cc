#include "sizing/line_prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sizing/test_kit.h"

namespace aforo {
namespace {

// Every tenth line of the catalogue, at its least size and at larger ones: the cost is that of the design's
// bill, and the bound is no more than it.
void expect_the_bill(SizingAsk ask, const PriceBook& prices) {
  ask.capacity = Bytes{400'000'000'000'000};
  const Need need = need_of(ask);
  LinePrices line_prices(prices, need, 0);
  const auto lines = design_lines(ask, need, Catalogue::shipped());
  ASSERT_GT(lines.size(), 1000U);
  for (std::size_t i = 0; i < lines.size(); i += 10) {
    const auto least = least_size(lines[i], need);
    const LineCosts costs = line_prices.costs_of(lines[i]);
    for (const std::uint32_t more : {0U, 1U, 7U, 44U}) {
      if (!least) continue;
      const LineSize size{least->main + more, least->tier > 0 ? least->tier + more : 0};
      const Design design = design_of(lines[i], need, size);
      const double right = bill_of(design, need, {Served{1, 1, 1, "", 0}}, prices, 0).storage;
      EXPECT_NEAR(cost_of(costs, lines[i], size), right, 1e-9 * right) << design.name;
      EXPECT_LE(least_cost_of(costs, lines[i], size), right * (1 + 1e-12)) << design.name;
    }
  }
}

TEST(LinePrices, CostWhatTheDesignCosts) { expect_the_bill(plain_ask(), round_prices()); }

// The least of 60-disk servers: two of 3.84 TB in each, 7.68 TB x 400 USD/TB x 1.5 = 4,608 USD, 148.76 a month.
TEST(LinePrices, ADiskServersMetadataLieOnFlash) {
  StorageNode plain = test_disk_node(), with_flash = plain;
  with_flash.metadata_flash = Bytes{7'680'000'000'000};
  const PriceBook prices = round_prices();
  const auto costs = [&](const StorageNode& node) {
    Design d;
    add_shelf_costs({&test_disk(), &node, &test_nic(), 120, 3, 8, 3}, d.costs);
    return fixed_costs(d, prices);
  };
  EXPECT_NEAR(costs(with_flash) - costs(plain), 3 * 4'608 * (0.2373964 + 0.15) / 12, 0.01);
  DesignLine line;
  line.client_nic = &test_nic();
  const Need need = need_of(plain_ask());
  const auto server = [&](const StorageNode& node) {
    line.main = {&test_disk(), &node, &test_nic(), 8, 3};
    return LinePrices(prices, need, 0).costs_of(line).server;
  };
  EXPECT_NEAR(server(with_flash) - server(plain), 4'608 * (0.2373964 + 0.15) / 12, 0.01);
}

TEST(LinePrices, WithACopyElsewhereAndABackup) {
  SizingAsk ask = plain_ask();
  ask.extras.copies = 2;
  ask.sites = 2;
  ask.extras.backup = Backup::kArchive;
  expect_the_bill(ask, PriceBook::shipped());
}

// Eight H100 at 6.88 an hour: 40,179.20 a month; owned at 1.9985 an hour, 11,671. Two jobs of which one is busy pay for the other.
TEST(LinePrices, IdleTimeIsThatOfTheBill) {
  SizingAsk ask = plain_ask();
  ask.jobs.push_back({plain_job(), 0.5});
  const Need need = need_of(ask);
  const PriceBook prices = round_prices();
  const LinePrices line_prices(prices, need, 6.88);
  EXPECT_NEAR(line_prices.idle(0.9), 0.1 * 1.5 * 40'179.2, 1e-6);
  const std::vector<double> au{0.9, 0.5};
  EXPECT_NEAR(line_prices.idle(au), (0.1 + 0.5 * 0.5) * 40'179.2, 1e-6);
  EXPECT_NEAR(LinePrices(prices, need, 0).idle(au), (0.1 + 0.5 * 0.5) * 11'671, 2);
  EXPECT_NEAR(LinePrices(prices, need, 3.44).idle(au), (0.1 + 0.5 * 0.5) * 20'089.6, 1e-6);
}

}  // namespace
}  // namespace aforo
