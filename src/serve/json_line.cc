#include "serve/json_line.h"

namespace aforo {

std::string json_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace aforo
