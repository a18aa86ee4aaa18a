// A picture as data: what is drawn over which axes, and what of it is said to those who do not see it.
//
// Numbers are SI as in the Record (docs/record.md), shares are fractions; how they are written, drawn and
// coloured is a renderer's affair, as is leaving a picture out where none can be drawn (a terminal). Texts may
// come from outside: a renderer makes them safe for its medium.
// Plain data with one owner; nothing here fails but chart_json, which throws std::logic_error where the lengths
// of a series differ (a bug of ours).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/record.h"
#include "report/tone.h"

namespace aforo {

enum class Mark {
  kLine,
  kStep,      // holds until the next x
  kBand,      // between low and high
  kPoints,    // each for itself, with a name
  kInterval,  // a point with its low and high
  kBars,      // from 0 to y over [x, x + width); over categories from 0 to x
};

struct ChartSeries {
  std::string label;
  Mark mark = Mark::kLine;
  std::vector<double> x, y;                 // as long as each other; a band has no y
  std::vector<double> low = {}, high = {};  // of kBand and kInterval, as long as x
  std::vector<double> width = {};           // of kBars over numbers
  std::vector<std::string> names = {};      // of the points; empty, or as long as x
  Tone tone = Tone::kPlain;                 // plain: a colour of its own
};

struct ChartAxis {
  std::string label;
  // As docs/record.md spells units, or "months", "factor".
  std::string unit;
  bool log = false;
  std::optional<double> from = {}, to = {};  // fixed ends of the scale
  // Places instead of numbers: a series has 0, 1, ... there.
  std::vector<std::string> categories = {};
};

// A mark across the whole picture: a target, a knee, a crossing.
struct ChartLine {
  bool vertical = false;
  double at = 0;
  std::string label;
};

struct Chart {
  std::string title;
  std::string about;  // statistic, unit, source, configuration
  std::string says;   // the picture in one sentence
  ChartAxis x, y;
  std::vector<ChartSeries> series = {};
  std::vector<ChartLine> lines = {};
};

// What several did over time: per row and bin the share of each state.
struct TimelineChart {
  struct State {
    std::string label;
    Tone tone = Tone::kPlain;
  };
  std::string title, about, says;
  std::string label;          // of the time
  double begin = 0, end = 0;  // seconds
  std::vector<std::string> rows = {};
  std::vector<State> states = {};
  std::uint64_t bins = 0;
  std::string shares = {};  // base64 of a byte per row, bin and state; 255 = the whole bin
};

// "good": the tone's name, as a style sheet knows it.
std::string_view tone_word(Tone tone);

// As the page's scripts read them.
Json chart_json(const Chart& chart);
Json timeline_json(const TimelineChart& timeline);

// Whether there is anything to draw: a finite point in some series.
bool has_points(const Chart& chart);

}  // namespace aforo
