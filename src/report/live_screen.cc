#include "report/live_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/bar.h"
#include "report/look.h"

namespace aforo {
namespace {

constexpr std::size_t kTitle = 12;
constexpr std::size_t kLeastColumns = 40, kLeastRows = 7;  // of more than the one line
constexpr std::size_t kRoomy = 16;                         // rows from which gaps are worth their place
constexpr std::size_t kBeforeBar = 54;                     // a row of the table without its bar

// Of the four states, in their order on a row.
struct State {
  const char* block;
  char mark;
  Tone tone;
};
constexpr std::array<State, 4> kStates = {State{"█", '#', Tone::kGood}, State{"▓", '=', Tone::kBad},
                                          State{"▒", '-', Tone::kWarn}, State{"░", '+', Tone::kFaint}};

// Cut at its end, where it says least.
LiveRow cut_row(LiveRow row, std::size_t columns) {
  std::size_t used = 0;
  for (LiveSpan& span : row) {
    const std::size_t room = columns - std::min(columns, used);
    while (display_width(span.text) > room) {
      while (!span.text.empty() && (static_cast<unsigned char>(span.text.back()) & 0xC0U) == 0x80U)
        span.text.pop_back();
      if (!span.text.empty()) span.text.pop_back();
    }
    used += display_width(span.text);
  }
  return row;
}

std::string percent_or_dash(std::optional<double> share) { return share ? format_percent(*share) : "-"; }

class Drawing {
 public:
  Drawing(const LiveScreen& screen, const LiveFrame& frame) : screen_(screen), frame_(frame) {}

  std::vector<LiveRow> rows() {
    if (is_small()) return {cut_row({{line()}}, frame_.columns)};
    std::vector<LiveRow> out = above();
    const std::size_t room = table_room();
    const std::vector<LiveRow> middle = frame_.help ? help() : table(room);
    for (std::size_t i = 0; i < std::min(room, middle.size()); ++i) out.push_back(middle[i]);
    while (out.size() + below().size() < frame_.rows) out.emplace_back();
    for (LiveRow& row : below()) out.push_back(std::move(row));
    for (LiveRow& row : out) row = cut_row(std::move(row), frame_.columns);
    return out;
  }

  bool is_small() const { return frame_.rows < kLeastRows || frame_.columns < kLeastColumns; }

  // Rows of the table, its heading among them.
  std::size_t table_room() const {
    const std::size_t taken = above().size() + below().size();
    return frame_.rows - std::min(frame_.rows, taken);
  }

  // The heading is one of `room`.
  std::size_t last(std::size_t room) const {
    const std::size_t shown = room - std::min<std::size_t>(room, 1);
    return screen_.ranks.size() - std::min(screen_.ranks.size(), shown);
  }

 private:
  bool roomy() const { return frame_.rows >= kRoomy; }

  // Of a larger screen without what stands below it.
  std::string line() const {
    LiveStatus status = screen_.line;
    if (!is_small()) status.au.reset(), status.rate.reset(), status.samples.reset();
    return live_line(status, {frame_.columns, false, frame_.unicode});
  }

  LiveRow titled(const char* label) const { return {{pad_right(label, kTitle), Tone::kFaint}}; }

  std::string short_of(const std::string& text, std::size_t columns) const {
    return shorten(printable(text), columns, frame_.unicode);
  }

  std::vector<LiveRow> above() const {
    std::vector<LiveRow> out = {title(), {{line()}}};
    if (roomy()) out.emplace_back();
    out.push_back(utilisation());
    if (roomy()) out.push_back(history());
    out.push_back(throughput());
    out.push_back(reads());
    if (roomy()) out.emplace_back();
    return out;
  }

  LiveRow title() const {
    const std::size_t room = frame_.columns / 2;
    std::string rest;
    if (!screen_.place.empty()) rest += " on " + short_of(screen_.place, room);
    if (screen_.accelerators > 0)
      rest += fmt::format(", {} {}", format_count(static_cast<double>(screen_.accelerators)),
                          screen_.accelerators == 1 ? "accelerator" : "accelerators");
    if (!screen_.engine.empty()) rest += ", " + printable(screen_.engine);
    return {{"aforo run " + short_of(screen_.workload, room), Tone::kStrong}, {rest}};
  }

  Tone tone_of(std::optional<double> au) const {
    if (!au || !screen_.au_target) return Tone::kPlain;
    return *au >= *screen_.au_target ? Tone::kGood : Tone::kBad;
  }

  LiveRow utilisation() const {
    LiveRow row = titled("AU");
    row.push_back({fmt::format("{:>7}", percent_or_dash(screen_.au_now)), tone_of(screen_.au_now)});
    row.push_back({" now  "});
    row.push_back({fmt::format("{:>7}", percent_or_dash(screen_.line.au)), tone_of(screen_.line.au)});
    row.push_back({" so far"});
    if (screen_.au_target) row.push_back({"   target " + format_percent(*screen_.au_target)});
    return row;
  }

  LiveRow history() const {
    const std::string span =
        clock_text(screen_.history_step * static_cast<double>(screen_.au_history.size()));
    LiveRow row = titled("");
    const std::size_t room = frame_.columns - std::min(frame_.columns, kTitle + 10);
    row.push_back({draw_sparkline(screen_.au_history, room, frame_.unicode), Tone::kGood});
    row.push_back({"  " + span, Tone::kFaint});
    return row;
  }

  LiveRow throughput() const {
    LiveRow row = titled("throughput");
    const auto add = [&](const std::string& text) { row.push_back({(row.size() == 1 ? "" : "   ") + text}); };
    if (screen_.line.samples) add(format_count(screen_.line.samples->value) + " " + screen_.line.sample_word);
    if (screen_.read) add(format_rate(*screen_.read) + " read");
    if (screen_.from_storage) add(format_rate(*screen_.from_storage) + " from storage");
    return row;
  }

  LiveRow reads() const {
    LiveRow row = titled("reads");
    row.push_back({fmt::format("p50 {}   p99 {}   {} in flight",
                               screen_.read_p50 ? format_seconds(*screen_.read_p50) : "-",
                               screen_.read_p99 ? format_seconds(*screen_.read_p99) : "-",
                               format_count(static_cast<double>(screen_.in_flight)))});
    if (screen_.failed > 0)
      row.push_back(
          {fmt::format("   {} failed", format_count(static_cast<double>(screen_.failed))), Tone::kBad});
    return row;
  }

  // No bar where there is no room for one.
  std::size_t bar_columns() const {
    return frame_.columns >= kBeforeBar + 8 ? std::min<std::size_t>(frame_.columns - kBeforeBar, 60) : 0;
  }

  std::vector<LiveRow> table(std::size_t room) const {
    std::vector<LiveRow> out;
    if (room < 2 || screen_.ranks.empty()) return out;
    const std::size_t first = std::min(frame_.first, last(room));
    const std::size_t end = std::min(screen_.ranks.size(), first + room - 1);
    const bool some = screen_.ranks.size() > room - 1;
    out.push_back(
        {{fmt::format("{:<11} {:>8} {:>8} {:>11} {:>10}  ", "ranks", "compute", "for data", "for others",
                      "checkpoint"),
          Tone::kFaint},
         {some ? fmt::format("{}-{} of {}", first + 1, end, screen_.ranks.size()) : "", Tone::kFaint}});
    for (std::size_t i = first; i < end; ++i) out.push_back(ranks(screen_.ranks[i]));
    return out;
  }

  LiveRow ranks(const LiveRanks& of) const {
    const std::array<double, 4> shares = {of.compute, of.data, of.others, of.checkpoint};
    double sum = 0;
    for (const double share : shares) sum += share;
    const auto text = [&](double share) { return sum > 0 ? format_percent(share) : std::string("-"); };
    LiveRow row = {{fmt::format("{:<11} {:>8} {:>8} {:>11} {:>10}  ", short_of(of.name, 11), text(of.compute),
                                text(of.data), text(of.others), text(of.checkpoint))}};
    const std::size_t columns = bar_columns();
    double so_far = 0;
    std::size_t used = 0;
    for (std::size_t s = 0; s < shares.size() && sum > 0; ++s) {
      so_far += std::max(0.0, shares[s]);
      const auto to =
          static_cast<std::size_t>(std::llround(std::clamp(so_far, 0.0, 1.0) * static_cast<double>(columns)));
      std::string drawn;
      for (; used < to; ++used) drawn += frame_.unicode ? kStates[s].block : std::string(1, kStates[s].mark);
      row.push_back({drawn, kStates[s].tone});
    }
    return row;
  }

  std::vector<LiveRow> help() const {
    return {{{"AU: the share of time that accelerators compute; green where it meets the target"}},
            {{"read: what the job got; from storage: of that, not from the page cache"}},
            {{"p50, p99: of a request's time, in the last 3 seconds"}},
            {{"compute, for data, for others: what ranks did, in the last seconds"}},
            {{""}},
            {{"up, down, page up, page down, home, end: more ranks"}},
            {{"q: end the run, and report what was measured, as Ctrl-C does"}},
            {{"h: back"}}};
  }

  std::vector<LiveRow> below() const {
    std::vector<LiveRow> out;
    if (screen_.ending)
      out.push_back({{"ending: what was measured is kept; Ctrl-C again ends at once", Tone::kWarn}});
    else if (!screen_.note.empty())
      out.push_back({{printable(screen_.note), Tone::kWarn}});
    out.push_back(
        {{frame_.unicode ? "q end   ↑↓ ranks   h help" : "q end   up/down ranks   h help", Tone::kFaint}});
    return out;
  }

  const LiveScreen& screen_;
  const LiveFrame& frame_;
};

}  // namespace

std::vector<LiveRow> live_screen(const LiveScreen& screen, const LiveFrame& frame) {
  std::vector<LiveRow> rows = Drawing(screen, frame).rows();
  if (rows.size() > frame.rows) rows.resize(frame.rows);
  return rows;
}

std::size_t last_first(const LiveScreen& screen, const LiveFrame& frame) {
  const Drawing drawing(screen, frame);
  return drawing.is_small() ? 0 : drawing.last(drawing.table_room());
}

}  // namespace aforo
