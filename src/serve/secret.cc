#include "serve/secret.h"

#include <fmt/format.h>

#include <sys/random.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace aforo {

std::string random_secret() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw UserError(fmt::format("expected random bytes from the kernel, found {}", describe_errno(errno)));
  std::string out;
  for (const unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

bool same_secret(std::string_view expected, std::string_view found) {
  if (expected.size() != found.size()) return false;
  volatile unsigned char differs = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    differs = static_cast<unsigned char>(differs | (expected[i] ^ found[i]));
  return differs == 0;
}

}  // namespace aforo
