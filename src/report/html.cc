#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/look.h"

namespace aforo {
namespace {

std::string printable_html(std::string_view text) { return escape_html(printable(text)); }

// Line by line: a file's line breaks are its own.
std::string code_html(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += printable_html(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string facts_html(const std::vector<Value>& values) {
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(value.text);
  return printable_html(join_known(texts, kBetweenFacts));
}

// JSON inside a <script> of data: no text of it can end the element.
std::string data_html(const Json& data) {
  std::string out;
  for (const char c : data.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '>')
      out += "\\u003e";
    else if (c == '&')
      out += "\\u0026";
    else
      out += c;
  }
  return out;
}

std::string classes(std::string_view own, Tone tone) {
  std::string out(own);
  if (tone != Tone::kPlain) out += fmt::format("{}tone-{}", out.empty() ? "" : " ", tone_word(tone));
  return out.empty() ? "" : " class=\"" + out + "\"";
}

std::string_view list_class(ListStyle style) {
  switch (style) {
    case ListStyle::kBullets:
      return "bullets";
    case ListStyle::kWarnings:
      return "warnings";
    case ListStyle::kSteps:
      return "steps";
    case ListStyle::kSources:
      return "sources";
    case ListStyle::kRanks:
      return "ranks";
    case ListStyle::kReasons:
      return "reasons";
    case ListStyle::kTerms:
      return "terms";
    case ListStyle::kFacts:
      return "facts";
    case ListStyle::kGains:
      return "gains";
  }
  return "bullets";
}

// Whether each item is led by its label, as a term by what is said of it.
bool labelled(ListStyle style) {
  return style == ListStyle::kRanks || style == ListStyle::kReasons || style == ListStyle::kTerms ||
         style == ListStyle::kFacts || style == ListStyle::kGains;
}

class HtmlArticle {
 public:
  explicit HtmlArticle(std::string_view id) : id_(id) {}

  std::string draw(const Document& document, std::string_view command) {
    out_ = fmt::format("<article class=\"record\" data-command=\"{}\">\n<header><h1>{}</h1>",
                       escape_html(command), facts_html(document.title));
    if (const std::string below = facts_html(document.subtitle); !below.empty())
      out_ += "<p class=\"subtitle\">" + below + "</p>";
    out_ += "</header>\n";
    bool folded = false;
    for (const Section& section : document.sections) {
      if (section.blocks.empty()) continue;
      if (section.evidence && !folded) {
        out_ += "<details class=\"more\" open><summary>The evidence</summary>\n";
        folded = true;
      }
      draw(section);
    }
    if (folded) out_ += "</details>\n";
    return out_ + "</article>\n";
  }

 private:
  void draw(const Section& section) {
    heading_ = section.heading;
    out_ += "<section>";
    if (!section.heading.empty()) out_ += "<h2>" + printable_html(section.heading) + "</h2>";
    out_ += "\n";
    for (const Block& block : section.blocks) std::visit([&](const auto& b) { draw(b); }, block);
    out_ += "</section>\n";
  }

  void draw(const Rows& block) {
    out_ += "<dl class=\"rows\">\n";
    for (const LabelledValue& row : block.rows) {
      std::string label = row.label;
      if (!row.label_name.empty()) label += " " + row.label_name;
      out_ += fmt::format("<div><dt>{}</dt><dd{}>{}</dd>", printable_html(label),
                          classes("value", row.value.tone), printable_html(row.value.text));
      if (row.note.known()) out_ += "<dd class=\"note\">" + printable_html(row.note.text) + "</dd>";
      out_ += "</div>\n";
    }
    out_ += "</dl>\n";
  }

  static std::string bar(double share, Tone tone) {
    return fmt::format(
        "<svg{} viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        "<rect width=\"{:.1f}\" height=\"8\"/></svg>",
        classes("bar", tone), std::isfinite(share) ? std::clamp(share, 0.0, 1.0) * 100 : 0.0);
  }

  static std::string cell(const Column& column, const Value& value, bool first_names_row) {
    const Tone tone = value.tone == Tone::kPlain ? column.tone : value.tone;
    if (column.style == CellStyle::kBar)
      return "<td class=\"drawn\">" + (value.number ? bar(*value.number, tone) : "") + "</td>";
    const std::string css = classes(column.numbers ? "number" : "", tone);
    const std::string text = printable_html(value.text);
    return first_names_row ? fmt::format("<th scope=\"row\"{}>{}</th>", css, text)
                           : fmt::format("<td{}>{}</td>", css, text);
  }

  void draw(const Table& table) {
    const std::string name = printable_html(heading_.empty() ? "Table" : heading_);
    out_ += fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>\n<thead><tr>", name);
    for (const Column& column : table.columns) {
      const std::string css = column.numbers ? " class=\"number\"" : "";
      out_ += column.heading.empty()
                  ? fmt::format("<td{}></td>", css)
                  : fmt::format("<th scope=\"col\"{}>{}</th>", css, printable_html(column.heading));
    }
    out_ += "</tr></thead>\n<tbody>\n";
    for (const std::vector<Value>& row : table.rows) {
      out_ += "<tr>";
      for (std::size_t c = 0; c < table.columns.size(); ++c)
        out_ += cell(table.columns[c], c < row.size() ? row[c] : Value(), table.labels && c == 0);
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n";
  }

  void draw(const Bars& block) {
    out_ += "<ul class=\"bars\">\n";
    for (const Bar& one : block.bars) {
      out_ += fmt::format("<li><span class=\"label\">{}</span> <span class=\"number\">{}</span> {}",
                          printable_html(one.label), printable_html(one.share.text),
                          bar(one.share.number.value_or(0), one.share.tone));
      if (one.amount.known()) out_ += " <span class=\"note\">" + printable_html(one.amount.text) + "</span>";
      out_ += "</li>\n";
    }
    out_ += "</ul>\n";
  }

  void draw(const Text& text) {
    out_ += fmt::format("<p{}>{}</p>\n", classes(text.depth > 1 ? "deeper" : "", text.tone),
                        printable_html(text.text));
  }

  static std::string item_html(const Item& item) {
    std::string out = printable_html(item.text);
    if (!item.after.empty()) out += printable_html(item.after);
    if (!item.below.empty()) out += "<p class=\"below\">" + printable_html(item.below) + "</p>";
    return out;
  }

  void draw(const List& list) {
    const std::string css = classes(list_class(list.style), list.tone);
    if (labelled(list.style)) {
      out_ += fmt::format("<dl{}>\n", css);
      for (const Item& item : list.items)
        out_ += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", printable_html(item.label.text),
                            item_html(item));
      out_ += "</dl>\n";
      return;
    }
    const bool ordered = list.style == ListStyle::kSteps || list.style == ListStyle::kSources;
    out_ += fmt::format("<{}{}>\n", ordered ? "ol" : "ul", css);
    for (const Item& item : list.items) out_ += "<li>" + item_html(item) + "</li>\n";
    out_ += ordered ? "</ol>\n" : "</ul>\n";
  }

  void draw(const Explained& block) {
    out_ += "<dl class=\"explained\">\n";
    for (const ExplainedValue& one : block.values) {
      out_ += fmt::format("<div><dt>{}</dt><dd class=\"value tone-strong\">{}</dd>",
                          printable_html(one.label), printable_html(one.value.text));
      for (const auto& [lead, part] :
           {std::pair{"= ", &one.formula}, {"= ", &one.inputs}, {"from ", &one.source}})
        if (!part->empty()) out_ += fmt::format("<dd class=\"note\">{}{}</dd>", lead, printable_html(*part));
      out_ += "</div>\n";
    }
    out_ += "</dl>\n";
  }

  void draw(const Code& code) {
    out_ += fmt::format(
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"{}\"><code class=\"language-{}\">{}</code></pre>\n",
        printable_html(heading_.empty() ? code.language : heading_), printable_html(code.language),
        code_html(code.text));
  }

  void draw(const Chart& chart) { figure("chart", chart.title, chart.about, chart.says, chart_json(chart)); }
  void draw(const TimelineChart& timeline) {
    figure("timeline", timeline.title, timeline.about, timeline.says, timeline_json(timeline));
  }
  void draw(const Gap&) {}

  void figure(std::string_view kind, const std::string& title, const std::string& about,
              const std::string& says, const Json& data) {
    const std::string name = printable_html(title);
    out_ += fmt::format(
        "<figure class=\"figure\" id=\"{}-{}\" data-kind=\"{}\">\n<figcaption><b>{}</b> <span>{}</span></figcaption>\n"
        "<div class=\"plot\" role=\"img\" aria-label=\"{}\"></div>\n"
        "<details class=\"data\"><summary>Table of {}</summary></details>\n"
        "<script type=\"application/json\">{}</script>\n</figure>\n",
        escape_html(id_), ++figures_, kind, name, printable_html(about),
        printable_html(says.empty() ? title : says), name, data_html(data));
  }

  std::string id_, out_, heading_;
  int figures_ = 0;
};

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string to_html(const Document& document, std::string_view command, std::string_view id) {
  return HtmlArticle(id).draw(document, command);
}

}  // namespace aforo
