// What must hold of any sizing, on random ones: asks drawn from a seed, closed forms only.
//
// A hundred in every test run; AFORO_SIZINGS=1000 draws more, AFORO_SIZING_SEED others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/random.h"
#include "sizing/screening.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  // Log-uniform.
  double between(double low, double high) { return low * std::pow(high / low, random_.uniform()); }
  template <class T, std::size_t N>
  T one_of(const T (&all)[N]) {
    return all[static_cast<std::size_t>(random_.uniform() * N)];
  }
  bool coin() { return random_.uniform() < 0.5; }

 private:
  Random random_;
};

// 10 kB to 100 MB samples in files, 1 to 1,024 accelerators of 1 to 2,000 MB/s each, epochs of 600 steps and more
// or, of a quarter, of 1 to 50, up to 5 PB held; one family.
SizingAsk drawn(Draw& draw) {
  SizingAsk ask = plain_ask();
  Workload& w = ask.jobs[0].workload;
  const double sample = draw.between(1e4, 1e8), rate = draw.between(1e6, 2e9);
  w.dataset.sample_size = draw.coin()
                              ? constant_law(sample)
                              : Law{.kind = LawKind::kLognormal, .mean = sample, .stddev = 0.5 * sample};
  constexpr std::uint64_t kBatches[] = {1, 4, 16, 64, 256};
  w.loader.batch_size = draw.one_of(kBatches);
  w.loader.workers = static_cast<std::uint32_t>(draw.between(2, 33));
  w.loader.prefetch = 2 + (draw.coin() ? 2 : 0);
  w.accelerator.count = static_cast<std::uint32_t>(draw.between(1, 1025));
  w.accelerator.step_time = constant_law(static_cast<double>(w.loader.batch_size) * sample / rate);
  const double step = static_cast<double>(w.loader.batch_size) * w.accelerator.count;
  w.dataset.samples = static_cast<std::uint64_t>(std::max(draw.between(1e12, 5e14) / sample, 600 * step));
  if (draw.coin() && draw.coin()) w.dataset.samples = static_cast<std::uint64_t>(draw.between(1, 51) * step);
  w.training.au_target = draw.between(0.5, 0.9);
  ask.capacity = Bytes{
      static_cast<std::uint64_t>(static_cast<double>(w.dataset.samples) * sample * draw.between(1.2, 10))};
  constexpr Family kAll[] = {Family::kFlashTlc,    Family::kFlashQlc,         Family::kHdd,
                             Family::kHybrid,      Family::kLocalHdd,         Family::kCloudFile,
                             Family::kCloudObject, Family::kCloudObjectLocal, Family::kCloudBlock,
                             Family::kHotFlash,    Family::kHotHost,          Family::kCloudHotFile};
  if (draw.coin()) ask.host_memory = Bytes{static_cast<std::uint64_t>(draw.between(1e11, 4e12))};
  const Family family = draw.one_of(kAll);
  ask.place = in_cloud(family) ? Place::kCloud : Place::kOnPremises;
  ask.family = family;
  return ask;
}

// The least total of what serves; infinite where nothing does.
double least_total(const SizingAsk& ask) {
  Screening screening(ask, Catalogue::shipped(), 2);
  const auto ranked = screening.rank(PriceBook::shipped(), Grouping::kFamily);
  return ranked.empty() ? HUGE_VAL : ranked.front().bill.compared();
}

// Totals along a line fall and then rise up to the roughness of the closed forms.
constexpr double kRankRoughness = 0.005;

class Properties : public ::testing::Test {
 protected:
  template <class Check>
  void each(const Check& check) {
    const std::uint64_t seed = from_environment("AFORO_SIZING_SEED", 1);
    const std::uint64_t sizings = from_environment("AFORO_SIZINGS", 100);
    std::uint64_t served = 0;
    for (std::uint64_t i = 0; i < sizings; ++i) {
      Draw draw(seed * 1'000'003 + i);
      const SizingAsk ask = drawn(draw);
      SCOPED_TRACE("sizing " + std::to_string(i) + ": " + std::string(to_string(*ask.family)));
      served += check(ask) ? 1 : 0;
    }
    EXPECT_GT(served, sizings / 5) << "too few to say anything";
  }
};

TEST_F(Properties, NeitherAStricterTargetNorMoreCapacityIsCheaper) {
  each([](const SizingAsk& ask) {
    const double now = least_total(ask);
    SizingAsk stricter = ask, larger = ask;
    stricter.jobs[0].workload.training.au_target += 0.05;
    larger.capacity = Bytes{ask.capacity->value / 2 * 3};
    EXPECT_GE(least_total(stricter), now * (1 - kRankRoughness));
    EXPECT_GE(least_total(larger), now * (1 - kRankRoughness));
    return std::isfinite(now);
  });
}

// The same servers behind twice the flash in every host.
TEST_F(Properties, MoreOfACacheIsNeverSlower) {
  each([](SizingAsk ask) {
    ask.family = Family::kLocalHdd;
    ask.place = Place::kOnPremises;
    const Need need = need_of(ask);
    for (DesignLine line : design_lines(ask, need, Catalogue::shipped())) {
      const auto least = least_size(line, need);
      if (!least || line.host_drives != 1) continue;
      const double one = served_by(design_of(line, need, *least), need, 8).front().au;
      line.host_drives = 2;
      EXPECT_GE(served_by(design_of(line, need, *least), need, 8).front().au, one - kRankRoughness);
      return true;
    }
    return false;
  });
}

// The same servers behind hosts with twice the memory.
TEST_F(Properties, MoreMemoryIsNeverSlower) {
  each([](SizingAsk ask) {
    ask.family = Family::kHdd;
    ask.place = Place::kOnPremises;
    ask.host_memory = ask.host_memory.value_or(Bytes{1'000'000'000'000});
    SizingAsk more = ask;
    more.host_memory = *ask.host_memory * 2;
    const Need need = need_of(ask), twice = need_of(more);
    for (const DesignLine& line : design_lines(ask, need, Catalogue::shipped())) {
      const auto least = least_size(line, need);
      if (!least) continue;
      const double one = served_by(design_of(line, need, *least), need, 8).front().au;
      EXPECT_GE(served_by(design_of(line, twice, *least), twice, 8).front().au, one - kRankRoughness);
      return twice.page_cache.value > 0;
    }
    return false;
  });
}

}  // namespace
}  // namespace aforo
