// Any bytes as a price file and as both kinds of words: only UserError may come out, and no price loses its
// order of low, value and high.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "catalogue/prices.h"

namespace {

template <class Act>
void try_on(aforo::PriceBook& book, const Act& act) {
  try {
    act(book);
  } catch (const aforo::UserError&) {
  }
  for (const aforo::Price& price : book.all())
    if (!(0 <= price.low && price.low <= price.value && price.value <= price.high)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  aforo::PriceBook book = aforo::PriceBook::shipped();
  try_on(book, [&](aforo::PriceBook& b) { b.apply_file(text, "fuzz"); });
  try_on(book, [&](aforo::PriceBook& b) { b.set(text); });
  try_on(book, [&](aforo::PriceBook& b) { b.change(text); });
  return 0;
}
