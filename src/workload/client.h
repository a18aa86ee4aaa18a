// Clients of object stores: what each asks of a store for an object, or for a piece of one. Measured by a proxy that wrote down
// every request (docs/object-stores.md has versions and what was seen). Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "workload/spec.h"

namespace aforo {

// What a client makes of a read of some bytes in the middle of an object.
enum class PieceRead {
  kExact,   // those bytes
  kBeyond,  // and `beyond` bytes more, as it reads ahead
  kLeast,   // `beyond` bytes at least
  kWhole,   // the whole object
};

struct ClientStyle {
  std::string_view software;    // "boto3 1.44.8, download_file"
  bool heads = true;            // a HEAD when an object is opened
  std::uint64_t part = 0;       // bytes of one GET; 0 = the whole read in one
  std::uint32_t in_flight = 1;  // GETs of one read at a time
  bool first_alone = false;     // the first part is waited for before others are asked for
  PieceRead piece = PieceRead::kExact;
  std::uint64_t beyond = 0;
};

// Not for Client::kNone, which is aforo's own way (access.h).
const ClientStyle& style_of(Client client);

// What is asked for of an object of `size` bytes where [offset, offset + length) is wanted: a range that holds it.
struct ClientRange {
  std::uint64_t offset = 0, length = 0;
};
ClientRange asked_range(const ClientStyle& style, std::uint64_t offset, std::uint64_t length,
                        std::uint64_t size);

// GETs of a read of `length` bytes: at least 1.
std::uint64_t parts_of(const ClientStyle& style, std::uint64_t length);
// Of them one after another, as a reader waits: of 18 with 10 in flight 2.
double waits_of(const ClientStyle& style, double parts);

}  // namespace aforo
