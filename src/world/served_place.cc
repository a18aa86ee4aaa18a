#include "world/served_place.h"

#include "storage/machine.h"

namespace aforo {

bool is_served_place(const std::string& path) { return !path.empty() && lies_behind_a_server(path); }

}  // namespace aforo
