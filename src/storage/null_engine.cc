#include "storage/null_engine.h"

#include "storage/inline_engine.h"

namespace aforo {
namespace {

class NullEngine final : public InlineEngine {
 public:
  std::string_view name() const override { return "null"; }

 protected:
  void answer(IoRequest& request) override {
    if (gives_file(request.operation)) {
      request.file = next_file_++ & 0x7fffffff;
    } else if (moves_bytes(request.operation)) {
      request.bytes = request.buffer.empty() ? request.expected : wanted_bytes(request);
    }
  }

 private:
  std::uint32_t next_file_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_null_engine(const EngineOptions&) { return std::make_unique<NullEngine>(); }

}  // namespace aforo
