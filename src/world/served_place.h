// Whether a command names a place whose server may stop answering, for who takes care then.
#pragma once

#include <string>

namespace aforo {

// By the table of mounts alone: touches nothing at `path`, and cannot block with it. False where nothing is known, and
// for what is no path. Any thread.
bool is_served_place(const std::string& path);

}  // namespace aforo
