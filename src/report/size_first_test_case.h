// Records and pages for the tests of the first screen of `size`.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "report/size_first.h"
#include "report/terminal.h"

namespace aforo {

inline constexpr std::size_t kScreenLines = 24, kScreenColumns = 80;

inline std::string page(const Json& record) { return render(record, Look{kScreenColumns, false, true}); }

// In one line, single spaces.
inline std::string said(const Json& record) {
  std::istringstream words(page(record));
  std::string out, word;
  while (words >> word) out += (out.empty() ? "" : " ") + word;
  return out;
}

inline void expect_a_screen(const Json& record) {
  const std::string shown = page(record);
  EXPECT_LE(static_cast<std::size_t>(std::count(shown.begin(), shown.end(), '\n')), kScreenLines) << shown;
  EXPECT_THAT(shown, testing::HasSubstr("--full")) << "where the rest is";
}

inline std::string words_of_length(std::size_t length) {
  std::string out;
  while (out.size() < length) out += "protected-shelves of drives ";
  return out;
}

inline Json design(const std::string& family, double total) {
  return {{"name", family + " of it"},
          {"family", family},
          {"au", 0.9997},
          {"au_interval", {0.9996, 0.9998}},
          {"method", "simulate"},
          {"usable_bytes", 250e12},
          {"storage_usd_per_month", total - 3},
          {"idle_usd_per_month", 3},
          {"total_usd_per_month", total},
          {"total_usd_per_month_range", {total * 0.8, total * 1.2}},
          {"purchase_usd", 40 * total},
          {"limit", "not limited"},
          {"estimated", true}};
}

inline Json sized(const Json& designs) {
  return {{"command", "size"},
          {"config", {{"workload", "job"}}},
          {"accelerators", 64},
          {"au_target", 0.9},
          {"designs", designs},
          {"considered", {{"designs", 90}, {"judged", 80}, {"rejected_kinds", 12}}},
          {"sensitivity",
           {{"second_best", "b"},
            {"second_best_wins", {{{"family", "flash"}, {"prices_of", "hdd"}, {"factor", 8.84}}}},
            {"others_win", {{{"family", "tape"}, {"prices_of", "cloud"}, {"factor", 0.25}}}}}},
          {"next", {{"command", "aforo size job --storage-out design.yaml"}, {"text", "writes it"}}}};
}

inline Json rented(const std::string& family, double total) {
  Json out = design(family, total);
  out["service"] = "a service";
  out["product"] = family;
  return out;
}

inline Json place(const std::string& taken, double hours) {
  Json out = {{"terms", taken}, {"idle_at", Json::array()}};
  for (const auto& [terms, hour] :
       {std::pair{"owned", 2.0}, {"committed-3y", 3.1}, {"on-demand", 6.88}, {"spot", 2.75}})
    out["idle_at"].push_back(
        {{"terms", terms}, {"usd_per_hour", hour}, {"idle_usd_per_month", hours * hour}});
  return out;
}

}  // namespace aforo
