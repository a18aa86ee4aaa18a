// From where data lie, as a person names it, to the Store that reaches them.
//
//   place  = directory | scheme "://" rest        "/mnt/x", "data", "s3://bucket/prefix"
//   scheme = letters, digits, "+", "-", "."       "s3" is open to aforo
#pragma once

#include <memory>
#include <string>

#include "storage/remote_access.h"
#include "storage/store.h"

namespace aforo {

// Removes the place itself if nothing lies in it; 0 or an errno (ENOTEMPTY). What is not there is
// no error. For who made it (Store::places_to_make), innermost first. May block.
int remove_empty_place(const std::string& where);

// Whether `place` is `other` or lies below it, links resolved as far as they are there. Neither need exist. Never throws.
bool lies_within(const std::string& place, const std::string& other);

// The one place that knows schemes. A place without one is a directory, which need not exist yet.
// Asks a directory's file system for its type and its device, no more. Throws UserError for a
// scheme that aforo cannot open, and says what to do instead.
// `access`: of a place over a network.
std::unique_ptr<Store> open_store(const std::string& where, const RemoteAccess& access = {});

// The same for who is going to write or remove there. Throws UserError for a place that aforo only reads, and asks nobody.
std::unique_ptr<Store> open_store_for_writing(const std::string& where);

}  // namespace aforo
