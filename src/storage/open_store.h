// From where data lie, as a person names it, to the Store that reaches them.
#pragma once

#include <memory>
#include <string>

#include "storage/store.h"

namespace aforo {

// Removes the place itself if nothing lies in it; 0 or an errno (ENOTEMPTY). What is not there is no error.
int remove_empty_place(const std::string& where);

// The one place that knows schemes. A place without one is a directory, which need not exist yet.
// Throws UserError for a scheme that aforo cannot open.
std::unique_ptr<Store> open_store(const std::string& where);

}  // namespace aforo
