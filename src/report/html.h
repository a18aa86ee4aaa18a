// A Document as HTML: what a report's page and the loopback server show.
//
// The structure (classes, figures) is a contract with web/src, which draws the figures and brings the look.
// Nothing of a Document is taken as markup: every text is escaped, and made printable as a terminal's is. No
// script, no style, no handler and no link is written. Without scripts all is there but the pictures, whose
// sentence stands in their place.
// Pure, thread-safe, never throws for any text.
#pragma once

#include <string>
#include <string_view>

#include "report/document.h"

namespace aforo {

// Safe between tags and inside a quoted attribute.
std::string escape_html(std::string_view text);

// An <article>: the document's title as its <h1>, sections as <h2>, what is evidence folded up in a <details> that is
// open. `command` names the article for a style sheet; `id` begins the ids of its figures, which are unique on a
// page where each article has another.
std::string to_html(const Document& document, std::string_view command, std::string_view id);

}  // namespace aforo
