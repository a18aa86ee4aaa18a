#include "storage/s3/s3_pool.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

namespace aforo {

S3Pool::S3Pool(const S3EngineSetup& setup, int epoll)
    : setup_(setup),
      epoll_(epoll),
      tls_(setup.bucket->tls ? std::make_unique<TlsContext>(setup.bucket->ca_file) : nullptr) {}

// Once and for all that will happen, edge by edge: who is told goes on until he has to wait.
int S3Pool::watch(const S3Link& link, std::uint32_t index) const {
  if (link.descriptor() < 0) return EMFILE;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u32 = index;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, link.descriptor(), &event) == 0 ? 0 : errno;
}

std::int64_t S3Pool::take(IoRequest& request, Seconds now, int& error) {
  std::uint32_t index = 0;
  if (!idle_.empty()) {
    index = idle_.back();
    idle_.pop_back();
  } else {
    if (addresses_.empty()) {
      auto found = resolve_host(setup_.bucket->host, setup_.bucket->port);
      if (!found) return error = EHOSTUNREACH, -1;
      addresses_ = std::move(*found);
    }
    if (empty_.empty()) {
      empty_.push_back(size());
      connections_.emplace_back();
    }
    index = empty_.back();
    Connection& made = connections_[index];
    made.link =
        std::make_unique<S3Link>(addresses_[address_ % addresses_.size()], tls_.get(), setup_.bucket->host);
    made.begun = now;
    ++setup_.counters->connections;
    if ((error = watch(*made.link, index)) != 0) {
      made.link.reset();
      ++setup_.counters->connections_failed;
      return -1;
    }
    empty_.pop_back();
  }
  Connection& connection = connections_[index];
  connection.request = &request;
  connection.heard = now;
  ++busy_;
  return index;
}

void S3Pool::release(std::uint32_t index, bool reusable) {
  Connection& connection = connections_[index];
  if (connection.request != nullptr) --busy_;
  connection.request = nullptr;
  if (!reusable) return drop(index);
  connection.used_before = true;
  idle_.push_back(index);
}

void S3Pool::drop(std::uint32_t index) {
  Connection& connection = connections_[index];
  connection.link.reset();
  connection.used_before = false;
  empty_.push_back(index);
}

void S3Pool::look(std::uint32_t index) {
  if (connections_[index].link == nullptr || !connections_[index].link->stale()) return;
  std::erase(idle_, index);
  drop(index);
}

void S3Pool::connected(const Connection& connection) {
  in_vain_ = 0;
  setup_.counters->connect_nanoseconds +=
      static_cast<std::uint64_t>((monotonic_now() - connection.begun).value * 1e9);
}

bool S3Pool::others_left() {
  ++setup_.counters->connections_failed;
  ++address_;
  return !addresses_.empty() && ++in_vain_ % addresses_.size() != 0;
}

}  // namespace aforo
