// What a part of a page means to its reader, whatever the page is made of. How a tone is shown (a colour, a
// weight, a class of a style sheet) is the renderer's affair; a page must read the same without it.
#pragma once

namespace aforo {

enum class Tone {
  kPlain,
  kStrong,  // what the reader came for
  kFaint,   // there for who looks for it: notes, sources
  kGood,    // reaches what was wanted
  kBad,     // does not
  kWarn,    // weakens a number, or was asked and not honoured
};

}  // namespace aforo
