#include "report/html_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/embedded.h"
#include "report/document_of.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/look.h"
#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {

std::span<const EmbeddedFile> embedded_report();  // generated from web/dist

namespace {

std::string_view embedded(std::string_view name) {
  for (const EmbeddedFile& file : embedded_report())
    if (file.name == name) return file.bytes;
  throw std::logic_error("html_page: no such file is built in");
}

// "script sha256-..." of csp.txt: the hash of what the page holds.
std::string_view hash_of(std::string_view kind) {
  std::string_view text = embedded("csp.txt");
  const std::size_t begin = text.find(std::string(kind) + " ");
  if (begin == std::string_view::npos) throw std::logic_error("html_page: csp.txt names no hash");
  text.remove_prefix(begin + kind.size() + 1);
  return text.substr(0, text.find('\n'));
}

std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src '{}'; style-src '{}'; img-src data: blob:; base-uri 'none'; form-action 'none'",
      hash_of("script"), hash_of("style"));
}

// What was asked, in full: it need not be known to read the answer.
void add_configuration(Document& doc, const Json& record) {
  const std::string yaml = word(record, {"config", "yaml"});
  const Json* options = at(record, {"config", "command_line"});
  doc.section("What was asked");
  if (options != nullptr && options->is_object())
    for (const auto& [name, value] : options->items())
      doc.row("--" + name, value.is_string() ? value.get<std::string>() : value.dump());
  doc.append(Code{"yaml", yaml});
}

std::string title_text(const Document& doc) {
  std::vector<std::string> texts;
  for (const Value& value : doc.title) texts.push_back(value.text);
  return join_known(texts, kBetweenFacts);
}

}  // namespace

Document report_document(const Json& record, std::span<const NamedRecord> others) {
  Document doc = whole_document_of(record);
  add_configuration(doc, record);
  // A first screen stands in sections without a heading; without one nothing is folded up.
  const auto rest = std::find_if(doc.sections.begin(), doc.sections.end(),
                                 [](const Section& section) { return !section.heading.empty(); });
  const bool answered = rest != doc.sections.begin();
  for (auto section = rest; answered && section != doc.sections.end(); ++section) section->evidence = true;
  std::vector<Section> pictures = figures_of(record, others);
  doc.sections.insert(rest, std::make_move_iterator(pictures.begin()),
                      std::make_move_iterator(pictures.end()));
  return doc;
}

std::string record_html(const Json& record, std::string_view id, std::span<const NamedRecord> others) {
  return to_html(report_document(record, others), word(record, {"command"}), id);
}

std::string html_report(std::span<const NamedRecord> records) {
  std::string body, links;
  Document beside = comparison_of(records);
  if (!beside.sections.empty()) body += to_html(beside, "compare", "beside");
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string id = fmt::format("record-{}", i + 1);
    body += fmt::format("<div id=\"{}\">\n{}</div>\n", id,
                        record_html(records[i].record, id + "-figure", records));
    links += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, escape_html(printable(records[i].name)));
  }
  const std::string title = records.size() == 1
                                ? title_text(document_of(records.front().record))
                                : fmt::format("aforo report{}{} Records", kBetweenFacts, records.size());
  const std::string navigation =
      records.size() < 2 ? "" : "<nav aria-label=\"Records\"><ul>\n" + links + "</ul></nav>\n";
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n{}<main>\n{}</main>\n<footer><p>Made by aforo {}. This file needs nothing else: no network, no server.</p></footer>\n"
      "<script>{}</script>\n</body>\n</html>\n",
      policy(), escape_html(printable(title)), embedded("report.css"), navigation, body, aforo_version(),
      embedded("report.js"));
}

}  // namespace aforo
