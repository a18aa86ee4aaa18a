// s3_null_server: aforo's own null server (storage/s3/null_s3_server.h) as a process: the ceiling that S3 clients are held to. The port
// is printed.
//
//   s3_null_server [--port 0] [--size 114660]      --size: of an object; a Range gets what it asks for
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "storage/s3/null_s3_server.h"

int main(int argc, char** argv) {
  unsigned long port = 0;
  std::size_t size = 114'660;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view word = argv[i];
    if (word == "--port") port = std::strtoul(argv[i + 1], nullptr, 10);
    if (word == "--size") size = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const aforo::NullS3Server server(size, static_cast<std::uint16_t>(port));
  std::printf("%u\n", server.port());
  std::fflush(stdout);
  for (;;) ::pause();
}
