// A Document as text for a terminal, and a Record as such a page.
//
// Only here and below (page.h, look.h, bar.h) is there a width, a colour or a mark. Text from outside is made
// printable: it cannot move the cursor. No line is wider than the look, except for a single longer word and
// for Code. Pictures are not drawn. Returns text with a trailing newline; prints nothing. Pure, thread-safe.
#pragma once

#include <string>

#include "measure/record.h"
#include "report/document.h"
#include "report/look.h"

namespace aforo {

std::string to_terminal(const Document& document, const Look& look);

// to_terminal(document_of(record)): never throws, whatever the shape of the Record.
std::string render(const Json& record, const Look& look);

}  // namespace aforo
