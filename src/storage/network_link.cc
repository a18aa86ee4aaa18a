#include "storage/network_link.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace aforo {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<Address> parsed(const std::string& text) {
  Address out;
  if (auto* four = reinterpret_cast<sockaddr_in*>(&out.storage);
      ::inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(9);
    out.length = sizeof *four;
    return out;
  }
  if (auto* six = reinterpret_cast<sockaddr_in6*>(&out.storage);
      ::inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(9);
    out.length = sizeof *six;
    return out;
  }
  return std::nullopt;
}

// Of a datagram socket that is connected, which sends nothing: the kernel has chosen the way.
std::optional<Address> own_address(Address& to) {
  const int socket = ::socket(to.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return std::nullopt;
  Address own;
  own.length = sizeof own.storage;
  const bool found =
      ::connect(socket, to.get(), to.length) == 0 && ::getsockname(socket, own.get(), &own.length) == 0;
  ::close(socket);
  if (!found) return std::nullopt;
  return own;
}

bool same_address(const sockaddr* a, const Address& b) {
  if (a == nullptr || a->sa_family != b.storage.ss_family) return false;
  if (a->sa_family == AF_INET)
    return reinterpret_cast<const sockaddr_in*>(a)->sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in*>(&b.storage)->sin_addr.s_addr;
  return a->sa_family == AF_INET6 &&
         std::memcmp(&reinterpret_cast<const sockaddr_in6*>(a)->sin6_addr,
                     &reinterpret_cast<const sockaddr_in6*>(&b.storage)->sin6_addr, sizeof(in6_addr)) == 0;
}

}  // namespace

std::optional<std::string> link_towards(const std::string& address) {
  auto to = parsed(address);
  if (!to) return std::nullopt;
  const auto own = own_address(*to);
  ifaddrs* all = nullptr;
  if (!own || ::getifaddrs(&all) != 0) return std::nullopt;
  std::optional<std::string> found;
  for (const ifaddrs* one = all; one != nullptr && !found; one = one->ifa_next)
    if (same_address(one->ifa_addr, *own)) found = one->ifa_name;
  ::freeifaddrs(all);
  return found;
}

std::optional<LinkCounters> read_link(const std::string& name, const std::string& root) {
  LinkCounters out;
  out.name = name;
  const std::string folder = root + "/" + name;
  if (!(std::ifstream(folder + "/statistics/rx_bytes") >> out.bytes_received)) return std::nullopt;
  // In Mbit/s; -1, or an error of the read, where there is none.
  long long speed = 0;
  if (std::ifstream(folder + "/speed") >> speed && speed > 0)
    out.bytes_per_second = static_cast<std::uint64_t>(speed) * 1'000'000 / 8;
  return out;
}

}  // namespace aforo
