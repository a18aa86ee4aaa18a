// The facts of a first screen: a word or two and a sentence each, in all no more lines than a screen has below its title.
//
// Private to the makers of documents. Pure; never throws for a Record of another shape.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/document.h"
#include "report/page_extent.h"

namespace aforo {

class FirstFacts {
 public:
  // `keep` as Item's: what gives way where the screen is full. Nothing for an empty text.
  void add(std::string_view label, std::string text, int keep = kKept, Tone tone = Tone::kPlain,
           std::string after = "");

  // The first `most` of several, each a fact (the label stands at the first), and how many more --full has.
  void add_first(std::string_view label, const std::vector<std::string>& texts, int keep,
                 Tone tone = Tone::kPlain, std::size_t most = 1);

  bool empty() const { return facts_.items.empty(); }

  // A whole page has room for all of them.
  List take(PageExtent extent);

 private:
  List facts_{ListStyle::kFacts};
};

}  // namespace aforo
