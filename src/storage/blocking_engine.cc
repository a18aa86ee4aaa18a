#include "storage/blocking_engine.h"

#include <unistd.h>

#include <cerrno>

#include "storage/handle_table.h"
#include "storage/inline_engine.h"
#include "storage/system_calls.h"

namespace aforo {
namespace {

class BlockingEngine final : public InlineEngine {
 public:
  explicit BlockingEngine(const EngineRoot& at) : at_(at) {}
  ~BlockingEngine() override { close(at_.root); }
  std::string_view name() const override { return "blocking"; }

 protected:
  void answer(IoRequest& request) override {
    if (reads_bytes(request.operation) && !lend_buffer(request)) {
      request.error = ENOMEM;
      return;
    }
    const bool of_open_file = moves_bytes(request.operation) && !opens_file(request.operation);
    const bool direct = request.direct;
    if (of_open_file) request.direct = handles_.is_direct(request.file);
    if (request.operation == IoOperation::kClose) handles_.forget(request.file);
    carry_out(at_, request, request.path, moves_bytes(request.operation) ? wanted_bytes(request) : 0);
    if (gives_file(request.operation) && !request.error) handles_.add(request.file, request.direct);
    if (request.operation == IoOperation::kWrite && !request.direct) handles_.leave_direct(request.file);
    if (of_open_file) request.direct = direct;
  }

 private:
  EngineRoot at_;
  HandleTable handles_;
};

}  // namespace

std::unique_ptr<Engine> make_blocking_engine(int root, const EngineOptions& options) {
  return std::make_unique<BlockingEngine>(EngineRoot{root, options.owned != nullptr});
}

}  // namespace aforo
