// Closed forms against the simulated world: cross_check [--results FILE] [--refit] [--group WORDS]
//
// Draws some 1,200 jobs and storages (fixed seed), simulates each (src/sim) and predicts it
// (src/plan/closed_predict.h), and prints the differences as the tables of docs/accuracy-closed-forms.md.
// --results keeps what was simulated, or takes it from there if the file exists, so that forms can be changed
// without simulating again. --group looks at the jobs of one group alone, as the first table names it. --refit also fits the constants of the AU form to the half of the jobs that
// fitting may see, and prints them.
#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "accuracy/cross_check_jobs.h"
#include "accuracy/refit.h"
#include "plan/closed_predict.h"

namespace aforo {
namespace {

struct Row {
  CheckJob job;
  double simulated = 0, half_width = 0;
  ClosedPrediction closed;
  double form() const { return job.whole_epochs ? closed.au : closed.steady; }
  double error() const { return std::abs(form() - simulated); }
  double bound_error() const { return std::abs(std::min(1.0, closed.ratio) - simulated); }
};

template <class Work>
void on_two_threads(std::size_t count, Work work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::thread other(run);
  run();
  other.join();
}

bool load(const std::string& path, std::vector<Row>& rows) {
  std::ifstream file(path);
  for (Row& row : rows)
    if (!(file >> row.simulated >> row.half_width)) return false;
  return true;
}

void simulate_all(const std::string& path, std::vector<Row>& rows) {
  if (!path.empty() && load(path, rows)) return;
  on_two_threads(rows.size(), [&](std::size_t i) {
    // The expensive ones are spread over the run by the order of the draws.
    const CheckResult result = simulate_job(rows[i].job);
    rows[i].simulated = result.au;
    rows[i].half_width = result.half_width;
  });
  if (path.empty()) return;
  std::ofstream file(path);
  for (const Row& row : rows) file << fmt::format("{:.6f} {:.6f}\n", row.simulated, row.half_width);
}

struct Summary {
  std::vector<double> errors, bounds;
  std::size_t near = 0;
  double worst_near = 0;
  void add(const Row& row) {
    errors.push_back(row.error());
    bounds.push_back(row.bound_error());
    near += row.closed.near;
    if (row.closed.near) worst_near = std::max(worst_near, row.error());
  }
};

double mean_of(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return v.empty() ? 0 : sum / static_cast<double>(v.size());
}
double at(std::vector<double> v, double q) {
  if (v.empty()) return 0;
  std::sort(v.begin(), v.end());
  return v[static_cast<std::size_t>(q * static_cast<double>(v.size() - 1))];
}

void print_row(const std::string& name, const Summary& s) {
  if (s.errors.empty()) return;
  fmt::print("| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {} | {} |\n", name, s.errors.size(),
             100 * mean_of(s.errors), 100 * at(s.errors, 0.95), 100 * at(s.errors, 1),
             100 * mean_of(s.bounds), 100 * at(s.bounds, 1), s.near,
             s.near ? fmt::format("{:.2f}", 100 * s.worst_near) : "-");
}

// One table: the rows of the jobs, grouped by the words that `group` gives.
template <class Group>
void print_table(const std::string& title, const std::vector<Row>& rows, Group group) {
  fmt::print("\n| {} | jobs | mean | 95th pct | worst | min(1, r): mean | worst | near | worst of near |\n",
             title);
  fmt::print("|---|---|---|---|---|---|---|---|---|\n");
  std::vector<std::pair<std::string, Summary>> groups;
  for (const Row& row : rows) {
    const std::string name = group(row);
    auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    found->second.add(row);
  }
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Summary all;
  for (const Row& row : rows) all.add(row);
  for (const auto& [name, summary] : groups) print_row(name, summary);
  print_row("**all**", all);
}

std::string band(double x, const std::vector<double>& edges) {
  for (std::size_t i = 0; i < edges.size(); ++i)
    if (x < edges[i])
      return i == 0 ? fmt::format("below {:g}", edges[0])
                    : fmt::format("{:g} to {:g}", edges[i - 1], edges[i]);
  return fmt::format("from {:g}", edges.back());
}

// Whether the stated errors, taken from one half of the jobs, hold on the other.
void print_coverage(const std::vector<Row>& rows) {
  std::size_t within = 0, held_out = 0;
  for (const Row& row : rows) {
    if (row.job.fitted) continue;
    const double stated = row.closed.error;
    ++held_out;
    within += row.error() <= stated + row.half_width;
  }
  std::vector<Row> seen;
  for (const Row& row : rows)
    if (row.job.fitted) seen.push_back(row);
  fmt::print("\nOf {} jobs held out, {} lie within the stated error (+ the simulation's own).\n", held_out,
             within);
  print_table("class of closed_error.h, seen half", seen, [](const Row& r) { return r.closed.error_class; });
}

void print_worst(std::vector<Row> rows) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.error() > b.error(); });
  fmt::print(
      "\nThe largest differences:\n\n| job | simulated | closed | r | batch cv |\n|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < 25 && i < rows.size(); ++i)
    fmt::print("| {} | {:.3f} | {:.3f} | {:.2f} | {:.2f} |\n", rows[i].job.describe(), rows[i].simulated,
               rows[i].form(), rows[i].closed.ratio, rows[i].closed.batch_cv);
}

void refit(const std::vector<Row>& rows) {
  std::vector<FitPoint> seen, held_out;
  for (const Row& row : rows) {
    const Workload& w = row.job.workload;
    if (row.job.group != CheckGroup::kIndependent) continue;
    const AuCase at{row.closed.ratio,
                    row.closed.batch_cv,
                    static_cast<double>(w.accelerator.count),
                    static_cast<double>(w.loader.workers),
                    static_cast<double>(w.loader.prefetch),
                    w.training.synchronous};
    (row.job.fitted ? seen : held_out).push_back({at, row.simulated});
  }
  const LeadConstants fitted = fit_lead(seen);
  const auto tell = [&](const char* which, const std::vector<FitPoint>& points) {
    std::vector<double> before, after;
    for (const FitPoint& p : points) {
      before.push_back(std::abs(steady_au(p.at) - p.au));
      after.push_back(std::abs(steady_au(p.at, fitted) - p.au));
    }
    fmt::print("{}, {} jobs: mean {:.2f}, worst {:.2f} as they are; {:.2f}, {:.2f} refitted\n", which,
               points.size(), 100 * mean_of(before), 100 * at(before, 1), 100 * mean_of(after),
               100 * at(after, 1));
  };
  fmt::print("\nConstants fitted to the independent readers of the fit's half:");
  for (const double a : fitted) fmt::print(" {:.4f},", a);
  fmt::print("\n\n");
  tell("- in sample", seen);
  tell("- held out", held_out);
}

int check(const std::string& results, bool fit, const std::string& only) {
  std::vector<Row> rows;
  for (CheckJob& job : draw_jobs())
    if (only.empty() || to_string(job.group) == only) rows.push_back({std::move(job), 0, 0, {}});
  simulate_all(results, rows);
  on_two_threads(rows.size(), [&](std::size_t i) { rows[i].closed = predict_job(rows[i].job); });
  const auto wide =
      std::count_if(rows.begin(), rows.end(), [](const Row& r) { return r.half_width > 0.005; });
  fmt::print(
      "{} jobs; errors in points of AU. The simulation's own 95 % interval is wider than +-0.5 points in "
      "{}.\n",
      rows.size(), wide);
  print_table("storage and loader", rows, [](const Row& r) { return std::string(to_string(r.job.group)); });
  print_table("half of the jobs", rows,
              [](const Row& r) { return r.job.fitted ? "seen when errors were stated" : "held out"; });
  print_table("production ratio r", rows, [](const Row& r) {
    return band(r.closed.ratio, {0.7, 0.9, 1.1, 1.4});
  });
  print_table("batch cv", rows, [](const Row& r) {
    return band(r.closed.batch_cv, {0.05, 0.1, 0.2, 0.4, 0.7});
  });
  print_table("class of closed_error.h", rows, [](const Row& r) { return r.closed.error_class; });
  print_coverage(rows);
  print_worst(rows);
  if (fit) refit(rows);
  return 0;
}

}  // namespace
}  // namespace aforo

int main(int argc, char** argv) {
  std::string results, only;
  bool fit = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--refit") {
      fit = true;
    } else if (word == "--results" && i + 1 < argc) {
      results = argv[++i];
    } else if (word == "--group" && i + 1 < argc) {
      only = argv[++i];
    } else {
      fmt::print(stderr, "cross_check: expected --results FILE, --group WORDS or --refit, found '{}'\n",
                 word);
      return 2;
    }
  }
  return aforo::check(results, fit, only);
}
