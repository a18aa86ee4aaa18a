#include "serve/answers.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "report/csv.h"
#include "report/html_page.h"

namespace aforo {
namespace {

// What a page shows of a Record: both made from it, so that they cannot differ.
Json shown(const Json& record) { return {{"record", record}, {"html", record_html(record, "answer")}}; }

// With what may be kept of it.
Json shown(const Answer& answer) {
  Json out = shown(answer.record);
  out["met"] = answer.outcome == Outcome::kDone;
  out["csv"] = record_csv(answer.record);
  out["files"] = Json::array();
  for (const Artifact& file : answer.files)
    out["files"].push_back({{"name", file.name}, {"text", file.text}});
  return out;
}

Context context_of(const std::string& started, WorkPiece& piece) {
  Context out;
  out.stop = piece.stop();
  out.started = started;
  out.progress = [&piece](const Progress& progress) {
    piece.worked_for(progress.elapsed);
    Json said = {{"phase", progress.phase}, {"elapsed_seconds", progress.elapsed.value}};
    if (progress.fraction >= 0) said["fraction"] = progress.fraction;
    piece.said().send_progress("progress", said);
  };
  return out;
}

// Ends an answer whose first part was all that was wanted.
struct Enough {};

}  // namespace

void say_sizes(const SizeAsk& ask, const std::string& started, WorkPiece& piece) {
  Context context = context_of(started, piece);
  if (!ask.portfolio.given()) {
    SizeAsk quick = ask;
    quick.confirm = 0;
    context.early = [&](const Json& record) {
      piece.said().send("early", shown(record));
      throw Enough();
    };
    try {
      answer(quick, context);
    } catch (const Enough&) {
    }
    context.early = {};
  }
  piece.take_longer();
  piece.said().send("answer", shown(answer(ask, context)));
}

void say_prediction(const PredictAsk& ask, const std::string& started, WorkPiece& piece) {
  const Context context = context_of(started, piece);
  const bool one = !ask.sweep.given() && !*ask.find_max && !ask.method.given();
  if (one) {
    PredictAsk quick = ask;
    quick.method = PredictMethod::kClosed;
    try {
      piece.said().send("early", shown(answer(quick, context).record));
    } catch (const UserError&) {
      // Formulas cannot speak of this job; what else is wrong with it is found again.
    }
  }
  piece.take_longer();
  piece.said().send("answer", shown(answer(ask, context)));
}

}  // namespace aforo
