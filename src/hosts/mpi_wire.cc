// The module: Wire over MPI's C interface. Built where CMake finds MPI, loaded where a launcher started us; it links to
// nothing of aforo's.
//
// MPI_THREAD_FUNNELED: all calls come from the one thread that loaded this.
#include <mpi.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <utility>

#include "hosts/wire.h"

namespace aforo {
namespace {

constexpr int kTag = 1;

class MpiWire final : public Wire {
 public:
  MpiWire() {
    int rank = 0, size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &votes_);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(votes_, MPI_ERRORS_RETURN);
    host_ = static_cast<std::uint32_t>(rank), hosts_ = static_cast<std::uint32_t>(size);
  }
  ~MpiWire() override {
    if (!well_) return;
    MPI_Comm_free(&votes_);
    MPI_Finalize();
  }

  std::uint32_t host() const override { return host_; }
  std::uint32_t hosts() const override { return hosts_; }

  void begin_round(Round mine) override {
    mine_ = mine;
    MPI_Iallreduce(&mine_, &all_, 2, MPI_UINT64_T, MPI_MAX, votes_, &round_);
  }
  std::optional<Round> round() override {
    int done = 0;
    if (MPI_Test(&round_, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS || !done) return std::nullopt;
    return all_;
  }

  void send(std::uint32_t to, std::string bytes) override {
    Sent& sent = sent_.emplace_back(Sent{std::move(bytes), MPI_REQUEST_NULL});
    MPI_Isend(sent.bytes.data(), static_cast<int>(sent.bytes.size()), MPI_BYTE, static_cast<int>(to), kTag,
              MPI_COMM_WORLD, &sent.request);
  }
  bool sending() override {
    std::erase_if(sent_, [](Sent& sent) {
      int done = 0;
      return MPI_Test(&sent.request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done;
    });
    return !sent_.empty();
  }
  std::optional<WireMessage> receive() override {
    int there = 0, size = 0;
    MPI_Message found{};
    MPI_Status status;
    if (MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &there, &found, &status) != MPI_SUCCESS || !there)
      return std::nullopt;
    MPI_Get_count(&status, MPI_BYTE, &size);
    WireMessage message{static_cast<std::uint32_t>(status.MPI_SOURCE),
                        std::string(static_cast<std::size_t>(std::max(size, 0)), '\0')};
    MPI_Mrecv(message.bytes.data(), size, MPI_BYTE, &found, MPI_STATUS_IGNORE);
    return message;
  }
  void well() override { well_ = true; }

 private:
  struct Sent {
    std::string bytes;
    MPI_Request request;
  };
  std::uint32_t host_ = 0, hosts_ = 1;
  MPI_Comm votes_ = MPI_COMM_NULL;
  MPI_Request round_ = MPI_REQUEST_NULL;
  Round mine_, all_;
  std::list<Sent> sent_;  // stay where they are while MPI reads them
  bool well_ = false;
};

}  // namespace
}  // namespace aforo

extern "C" aforo::Wire* aforo_new_wire(std::uint32_t abi, char* why, std::size_t room) {
  const auto refuse = [&](const char* text) {
    if (room > 0) std::strncat(std::strcpy(why, ""), text, room - 1);
    return nullptr;
  };
  if (abi != aforo::kWireAbi) return refuse("it is of another build of aforo");
  int level = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS)
    return refuse("MPI does not start");
  if (level < MPI_THREAD_FUNNELED) return refuse("this MPI allows no threads beside it");
  return new aforo::MpiWire();
}
