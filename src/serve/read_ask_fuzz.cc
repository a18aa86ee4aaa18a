// Any bytes as a request's JSON, as a Record and as a head: only UserError may come out, and no file be read.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "measure/read_json.h"
#include "report/csv.h"
#include "report/html_page.h"
#include "report/record_file.h"
#include "serve/read_ask.h"
#include "serve/record_files.h"
#include "serve/request_head.h"

namespace {

template <class Try>
void attempt(Try&& what) {
  try {
    what();
  } catch (const aforo::UserError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] { aforo::read_size_ask(aforo::read_json(text, "fuzz")); });
  attempt([&] {
    aforo::read_predict_ask(aforo::read_json(text, "fuzz"),
                            [](const std::string&) { return std::string("name: x\n"); });
  });
  attempt([&] {
    const aforo::Json record = aforo::parse_record(text);
    aforo::record_html(record, "f");
    aforo::record_csv(record);
  });
  const aforo::RequestHead head = aforo::read_head(text);
  if (head.status == 0 && !head.text.ends_with("\r\n\r\n")) std::abort();
  return 0;
}
