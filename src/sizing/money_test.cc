#include "sizing/money.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sizing/payments.h"
#include "sizing/screening.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

constexpr double kMonth = (0.2373964 + 0.15) / 12;  // of a purchase of 1, at round_prices

const BillLine* line_of(const Bill& bill, const std::string& item) {
  for (const BillLine& line : bill.lines)
    if (line.item == item) return &line;
  return nullptr;
}

Bill bill_for(const Design& design, const SizingAsk& ask, Served served, double hour = 0) {
  return bill_of(design, need_of(ask), {std::move(served)}, round_prices(), hour);
}

Design bought(double terabytes) {
  Design d;
  d.costs = {{"drives", "tlc", terabytes, "markup.flash", true}};
  return d;
}

// 0.06 / (1 - 1.06^-5) = 0.06 / (1 - 0.747258) = 0.2374; at no interest a fifth a year.
TEST(Money, CapitalRecovery) {
  EXPECT_NEAR(capital_recovery(0.06, 5), 0.2373964, 1e-7);
  EXPECT_DOUBLE_EQ(capital_recovery(0, 5), 0.2);
  EXPECT_NEAR(capital_recovery(1e-9, 5), 0.2, 1e-6);  // no step at 0 %
}

// (0.2374 + 0.15) / 12 = 3.23 % of what was paid.
TEST(Money, AMonthOfAPurchase) { EXPECT_NEAR(monthly_of_purchase(round_prices()), 0.0322830, 1e-7); }

TEST(Money, ALifeOfNothingIsRefused) {
  PriceBook book = round_prices();
  book.set("life.storage=0 years");
  EXPECT_THAT(refusal_of([&] { monthly_of_purchase(book); }), HasSubstr("life.storage above 0"));
}

// 100 TB x 400 USD/TB x 1.5 = 60,000 USD; x 0.032283 = 1,937 USD a month.
TEST(Money, APurchaseWithItsMarkup) {
  const Bill bill = bill_for(bought(100), plain_ask(), {1, 1, 1, "", 1});
  EXPECT_DOUBLE_EQ(bill.purchase, 60'000);
  EXPECT_NEAR(bill.storage, 60'000 * kMonth, 0.01);
  EXPECT_EQ(bill.idle, 0);
}

// 1,861.5 kWh x 0.1 x 1.3 = 242 USD a month, no purchase.
TEST(Money, PowerWithTheBuildings) {
  Design d;
  d.costs = {{"power", "power", 1861.5, "pue", false}};
  const Bill bill = bill_for(d, plain_ask(), {1, 1, 1, "", 1});
  EXPECT_NEAR(bill.storage, 241.995, 1e-9);
  EXPECT_EQ(bill.purchase, 0);
}

// One point of 64 H100 at 6.88: 0.01 x 64 x 730 h x 6.88 = 3,214 USD; half of that where
// they run half the time.
TEST(Money, IdleTime) {
  SizingAsk ask = plain_ask();
  ask.accelerator_terms = AcceleratorTerms::kOnDemand;
  ask.jobs[0].workload.accelerator.count = 64;
  EXPECT_NEAR(bill_for({}, ask, {0.99, 0, 1, "", 1}).idle, 3214.3, 0.1);
  ask.jobs[0].duty = 0.5;
  EXPECT_NEAR(bill_for({}, ask, {0.99, 0, 1, "", 1}).idle, 1607.2, 0.1);
  EXPECT_NEAR(bill_for({}, ask, {0.99, 0, 1, "", 1}, 2.0).idle, 0.01 * 64 * 730 * 0.5 * 2, 1e-6);
  ask.jobs[0].workload.accelerator.type = "abacus";  // no price known: no cost claimed
  EXPECT_EQ(bill_for({}, ask, {0.99, 0, 1, "", 1}).idle, 0);
}

// The same point of 64 of one's own: 467.2 h, 0.64 accelerator-months. 0.64 x 30,000 and 0.64 / 8 x 60,000
// x 0.4385915 / 12, and 0.64 x 679.63 kWh x 0.1 x 1.3. On terms: 65 %, of 3,214. In the cloud: on demand.
TEST(Money, IdleTimeByTheTermsOfItsPlace) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.count = 64;
  const Served served{0.99, 0, 1, "", 1};
  const Bill own = bill_for({}, ask, served);
  EXPECT_NEAR(line_of(own, "h100.purchase")->month, 19'200 * 0.4385915 / 12, 0.01);
  EXPECT_NEAR(line_of(own, "host")->month, 4'800 * 0.4385915 / 12, 0.01);
  EXPECT_NEAR(line_of(own, "power")->month, 0.64 * 0.7 * 1.33 * 730 * 0.13, 0.01);
  EXPECT_NEAR(own.idle, 467.2 * 1.9985, 0.1);
  EXPECT_EQ(own.purchase, 0);  // nobody buys accelerators for storage
  EXPECT_EQ(items_used(own, {}, round_prices()).count("life.accelerators"), 1U);
  Design rented;
  rented.family = Family::kCloudFile;
  CloudService service;
  service.provider = Provider::kAws;
  rented.service = &service;
  EXPECT_NEAR(bill_for(rented, ask, served).idle, 467.2 * 6.88, 0.1);
  ask.accelerator_terms = AcceleratorTerms::kCommitted1y;
  EXPECT_NEAR(bill_for({}, ask, served).idle, 467.2 * 6.88 * 0.65, 0.1);
  EXPECT_NEAR(bill_for(rented, ask, served).idle, 467.2 * 6.88 * 0.65, 0.1);
}

// A point of 64 H100, 467.2 h: beside storage of Google's at 11.06, of Azure's at 12.29, and of Backblaze's too, which
// Azure's hosts read.
TEST(Money, IdleTimeInACloudIsAtItsProvidersPrice) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.accelerator.count = 64;
  const auto idle = [&](Provider provider) {
    CloudService service;
    service.provider = provider;
    Design d;
    d.family = Family::kCloudFile;
    d.service = &service;
    const Bill bill = bill_for(d, ask, {0.99, 0, 1, "", 0});
    EXPECT_NEAR(idle_costs(need_of(ask), std::vector<double>{0.99}, round_prices(), 0, provider), bill.idle,
                1e-6);
    return bill.idle;
  };
  EXPECT_NEAR(idle(Provider::kAws), 3214.3, 0.1);
  EXPECT_NEAR(idle(Provider::kGcp), 467.2 * 11.06, 0.01);
  EXPECT_NEAR(idle(Provider::kAzure), 467.2 * 12.29, 0.01);
  EXPECT_NEAR(idle(Provider::kOther), 467.2 * 12.29, 0.01);
}

const CloudService& service(const std::string& name) {
  for (const CloudService& s : Catalogue::shipped().services())
    if (s.name == name) return s;
  throw std::logic_error(name);
}

// 800 samples/s x 0.9 x half the time x 2,628,000 s = 946,080,000 samples of 1 MB: so many reads, 946,080 GB, which
// are 881,106 GiB.
// A cache that misses a fifth leaves a fifth of both.
TEST(Money, RequestsAndRetrieval) {
  PriceBook prices = round_prices();
  prices.set("aws-s3-standard-ia.get=0.001 USD/1k-requests");
  prices.set("aws-s3-standard-ia.retrieval=0.01 USD/GB");
  SizingAsk ask = plain_ask();
  ask.jobs[0].duty = 0.5;
  Design d;
  d.service = &service("aws-s3-standard-ia");
  const Bill bill = bill_of(d, need_of(ask), {{0.9, 0, 1, "", 1}}, prices, 0);
  EXPECT_NEAR(line_of(bill, "aws-s3-standard-ia.get")->month, 946.08, 1e-6);
  EXPECT_NEAR(line_of(bill, "aws-s3-standard-ia.retrieval")->month, 8811.06, 0.01);
  const Bill cached = bill_of(d, need_of(ask), {{0.9, 0, 1, "", 0.2}}, prices, 0);
  EXPECT_NEAR(line_of(cached, "aws-s3-standard-ia.get")->month, 946.08 / 5, 1e-6);
  EXPECT_NEAR(line_of(cached, "aws-s3-standard-ia.retrieval")->month, 8811.06 / 5, 0.01);
}

// 20 MiB files come in ranges of 8 MiB: 2.5 reads a file.
TEST(Money, LargeFilesAreFetchedInRanges) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.sample_size.mean = 20.0 * (1 << 20);
  Design d;
  d.service = &service("aws-s3-standard");
  const Bill bill = bill_for(d, ask, {1, 1, 1, "", 1});
  EXPECT_NEAR(line_of(bill, "aws-s3-standard.get")->quantity, 800 * 2'628'000 * 2.5 / 1000, 1e-3);
}

// 14 GB in 100 s of every 2,000: 7 MB/s, 18.4 TB a month in writes of 8 MiB; half where the
// job runs half the time.
TEST(Money, CheckpointsAreWritten) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.checkpoint.parameters = 1e9;
  ask.jobs[0].workload.checkpoint.every = Seconds{1900};
  Design d;
  d.service = &service("aws-s3-standard");
  const auto puts = [&] {
    return line_of(bill_for(d, ask, {1, 1, 1, "", 1}), "aws-s3-standard.put")->quantity;
  };
  const double whole = puts();
  EXPECT_NEAR(whole, 7e6 * 2'628'000 / (8 << 20) / 1000, 1e-6);
  ask.jobs[0].duty = 0.5;
  EXPECT_NEAR(puts(), whole / 2, 1e-9);
}

// tlc 400, 250 to 500: -37.5 %, +25 %; the markup 1.5, 1.2 to 1.8: +-20 %; both as independent of 1,937 USD.
TEST(Money, TheBandAddsPricesAsIndependent) {
  PriceBook prices = round_prices();
  prices.apply_file("item,value,unit,low,high\ntlc,400,USD/TB,250,500\nmarkup.flash,1.5,x,1.2,1.8\n",
                    "p.csv");
  const Bill bill = bill_of(bought(100), need_of(plain_ask()), {{1, 1, 1, "", 1}}, prices, 0);
  const double month = 60'000 * kMonth;
  EXPECT_NEAR(bill.low, month * (1 - std::hypot(0.375, 0.2)), 0.01);
  EXPECT_NEAR(bill.high, month * (1 + std::hypot(0.25, 0.2)), 0.01);
}

// Support of 10 to 20 % where it is 15: 5 % of 60,000 a year either way; a life of 4 to 7 years:
// 0.06 / (1 - 1.06^-4) = 0.28859 and 0.06 / (1 - 1.06^-7) = 0.17914 a year instead of 0.23740. All
// of it is among what is used.
TEST(Money, TheBandKnowsTheTermsOfPayment) {
  PriceBook prices = round_prices();
  prices.apply_file("item,value,unit,low,high\nsupport,0.15,/year,0.1,0.2\nlife.storage,5,years,4,7\n",
                    "p.csv");
  prices.set("tlc=400 USD/TB");
  const Design design = bought(100);
  const Bill bill = bill_of(design, need_of(plain_ask()), {{1, 1, 1, "", 1}}, prices, 0);
  EXPECT_NEAR(bill.total() - bill.low, 60'000.0 / 12 * std::hypot(0.05, 0.2373964 - 0.1791350), 0.5);
  EXPECT_NEAR(bill.high - bill.total(), 60'000.0 / 12 * std::hypot(0.05, 0.2885915 - 0.2373964), 0.5);
  const auto used = items_used(bill, design, prices);
  for (const char* item : {"tlc", "markup.flash", "support", "interest", "life.storage"})
    EXPECT_EQ(used.count(item), 1U) << item;
  EXPECT_EQ(items_used({}, {}, prices).size(), 0U);
}

// 800 x 2,628,000 s = 2,102.4 TB read a month of 100 TB stored, of which 300 TB go out without
// charge: 1,802,400 GB.
TEST(Money, ReadingFromOutsideTheCloudCosts) {
  Design d;
  d.service = &service("backblaze-b2");
  d.bought = Bytes{100'000'000'000'000};
  const Bill bill = bill_for(d, plain_ask(), {1, 1, 1, "", 1});
  EXPECT_NEAR(line_of(bill, "egress.other")->quantity, 1'802'400, 1);
  d.service = &service("aws-s3-standard");
  EXPECT_EQ(line_of(bill_for(d, plain_ask(), {1, 1, 1, "", 1}), "egress.other"), nullptr);
}

// 7 MB/s of checkpoints are 18,396 GB or 17,133 GiB a month, each charged for 30 days of 30.42.
TEST(Money, ShortLivedBytesAreChargedForTheirLeastTime) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.checkpoint.parameters = 1e9;
  ask.jobs[0].workload.checkpoint.every = Seconds{1900};
  Design d;
  d.service = &service("aws-s3-standard-ia");
  EXPECT_NEAR(line_of(bill_for(d, ask, {1, 1, 1, "", 1}), "aws-s3-standard-ia.storage")->quantity,
              17'132.6 * 30 / (730.0 / 24), 1);
}

// Files are brought into an object store once, and that is paid off; a file service takes them for nothing.
TEST(Money, WhatIsPaidOffUsesInterestAndLife) {
  const PriceBook prices = round_prices();
  Design d;
  d.family = Family::kCloudObject;
  d.service = &service("aws-s3-standard");
  const auto used = [&] { return items_used(bill_for(d, plain_ask(), {1, 1, 1, "", 1}), d, prices); };
  for (const char* item : {"interest", "life.storage", "aws-s3-standard.put"})
    EXPECT_EQ(used().count(item), 1U) << item;
  EXPECT_EQ(used().count("support"), 0U);
  d.service = &service("aws-fsx-lustre-125");
  EXPECT_EQ(used().count("interest"), 0U);
}

// What an item contributes is what the bill grows by when its price doubles.
TEST(Money, DoublingAPriceAddsItsContribution) {
  SizingAsk ask = plain_ask();
  const Need need = need_of(ask);
  const PriceBook prices = PriceBook::shipped();
  const std::vector<Design> designs = some_designs(ask);
  ASSERT_GT(designs.size(), 100U);
  for (std::size_t i = 0; i < designs.size(); i += designs.size() / 40) {
    const std::vector<Served> served{{0.93, 0.92, 0.94, "", 0.7}};
    const Bill bill = bill_of(designs[i], need, served, prices, 0);
    for (const auto& [item, part] : contributions(bill, designs[i], prices)) {
      const Bill doubled = bill_of(designs[i], need, served, prices.scaled(item, 2), 0);
      EXPECT_NEAR(doubled.total() - bill.total(), part, 1e-6 * bill.total())
          << designs[i].name << ' ' << item;
    }
    double lines = 0;
    for (const BillLine& line : bill.lines) lines += line.month;
    EXPECT_NEAR(lines, bill.total(), 1e-6 * lines);
    EXPECT_LE(bill.low, bill.total());
    EXPECT_GE(bill.high, bill.total());
  }
}

}  // namespace
}  // namespace aforo
