#include "report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Not;

// What a file name, an error message or a workload may hold.
constexpr const char* kHostile = "</script><img src=x onerror=\"alert('1')\">&";

TEST(Html, TextIsNeverMarkup) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
}

// Every block that holds text from outside, all of it hostile.
Document hostile() {
  Document doc;
  doc.title = {kHostile};
  doc.subtitle = {path_value(kHostile)};
  doc.section(kHostile);
  doc.row(LabelledValue{kHostile, kHostile, kHostile, kHostile});
  doc.append(Table{{{kHostile}, {kHostile}}, {{kHostile, kHostile}}, true});
  doc.append(Bars{{{kHostile, value_of(0.5, Unit::kFraction), kHostile}}});
  doc.append(Text{kHostile});
  for (const ListStyle style :
       {ListStyle::kBullets, ListStyle::kWarnings, ListStyle::kSteps, ListStyle::kSources, ListStyle::kRanks,
        ListStyle::kReasons, ListStyle::kTerms, ListStyle::kFacts, ListStyle::kGains})
    doc.append(List{style, {{kHostile, kHostile, kHostile, kHostile}}});
  doc.append(Explained{{{kHostile, kHostile, kHostile, kHostile, kHostile}}});
  doc.append(Code{kHostile, kHostile});
  Chart chart;
  chart.title = chart.about = chart.says = chart.x.label = kHostile;
  chart.y.categories = {kHostile};
  chart.series.push_back({kHostile, Mark::kPoints, {1}, {0}, {}, {}, {}, {kHostile}});
  chart.lines.push_back({true, 1, kHostile});
  doc.append(chart);
  doc.append(
      TimelineChart{kHostile, kHostile, kHostile, kHostile, 0, 1, {kHostile}, {{kHostile}}, 1, kHostile});
  return doc;
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

TEST(Html, NoTextOfADocumentBecomesAnElementOrEndsOne) {
  const std::string html = to_html(hostile(), kHostile, kHostile);
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_EQ(count_of(html, "<script"), 2U) << "of the two figures, for their data";
  EXPECT_EQ(count_of(html, "</script>"), 2U);
  EXPECT_EQ(count_of(html, "<script type=\"application/json\">"), 2U) << "no other is a script of data";
  for (const char* const active : {" style=", " onerror=\"", "javascript:", "<link", "http"})
    EXPECT_THAT(html, Not(HasSubstr(active)));
}

TEST(Html, EveryElementThatIsOpenedIsClosed) {
  const std::string html = to_html(hostile(), "run", "f");
  for (const std::string name :
       {"article", "section", "dl",     "div",  "dt", "dd",  "table",  "thead", "tbody",  "tr",
        "th",      "td",      "ul",     "ol",   "li", "p",   "pre",    "code",  "figure", "figcaption",
        "details", "summary", "script", "span", "b",  "svg", "header", "h1",    "h2"}) {
    const std::size_t opened = count_of(html, "<" + name + ">") + count_of(html, "<" + name + " ");
    EXPECT_EQ(opened, count_of(html, "</" + name + ">")) << name;
    EXPECT_GT(opened, 0U) << name;
  }
}

TEST(Html, ControlCharactersAndBrokenBytesAreMadePrintable) {
  Document doc;
  doc.row("path", "a\x1b[31m\xff");
  const std::string html = to_html(doc, "run", "f");
  EXPECT_THAT(html, HasSubstr("a?[31m?"));
}

TEST(Html, LinesOfAFileStayLines) {
  Document doc;
  doc.append(Code{"yaml", "a: 1\nb: <2>\n"});
  EXPECT_THAT(to_html(doc, "run", "f"), HasSubstr("a: 1\nb: &lt;2&gt;\n"));
}

TEST(Html, NumbersAndTonesAreClasses) {
  Document doc;
  doc.row("AU", toned(value_of(0.93, Unit::kFraction), Tone::kGood), "of the time");
  doc.append(
      Table{{{"kind"}, {"total", true, Tone::kStrong}}, {{"flash", value_of(12, Unit::kDollars)}}, true});
  const std::string html = to_html(doc, "run", "f");
  EXPECT_THAT(
      html,
      HasSubstr("<dt>AU</dt><dd class=\"value tone-good\">93.0 %</dd><dd class=\"note\">of the time</dd>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">flash</th><td class=\"number tone-strong\">$12.00</td>"));
}

TEST(Html, EvidenceIsFoldedUpBelowTheAnswer) {
  Document doc;
  doc.section("Answer");
  doc.append(Text{"yes"});
  doc.section("Why");
  doc.append(Text{"because"});
  doc.sections.back().evidence = true;
  const std::string html = to_html(doc, "run", "f");
  EXPECT_LT(html.find("yes"), html.find("<details class=\"more\" open>"));
  EXPECT_LT(html.find("<details class=\"more\" open>"), html.find("because"));
}

TEST(Html, FiguresAreNumberedBehindTheirPagesName) {
  Document doc;
  Chart chart;
  chart.title = "One";
  chart.series.push_back({"a", Mark::kLine, {1, 2}, {1, 2}});
  doc.append(chart);
  doc.append(chart);
  const std::string html = to_html(doc, "run", "r7");
  EXPECT_THAT(html, HasSubstr("id=\"r7-1\""));
  EXPECT_THAT(html, HasSubstr("id=\"r7-2\""));
}

}  // namespace
}  // namespace aforo
