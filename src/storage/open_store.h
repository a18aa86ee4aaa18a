// From where data lie, as a person names it, to the Store that reaches them.
//
//   place  = directory | scheme "://" rest        "/mnt/x", "data", "s3://bucket/prefix"
//   scheme = letters, digits, "+", "-", "."       "s3" is open to aforo
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "storage/remote_access.h"
#include "storage/store.h"

namespace aforo {

// Removes the place itself if nothing lies in it; 0 or an errno (ENOTEMPTY). What is not there is
// no error. For who made it (Store::places_to_make), innermost first. May block. Nothing to do of a bucket's prefix,
// which is there as long as objects are.
int remove_empty_place(const std::string& where);

// Whether `place` is `other` or lies below it, links resolved as far as they are there; of two prefixes by their names,
// and false of a directory and a bucket. Neither need exist. Never throws.
bool lies_within(const std::string& place, const std::string& other);

// The one place that knows schemes. A place without one is a directory, which need not exist yet.
// Asks a directory's file system for its type and its device, no more. Throws UserError for a
// scheme that aforo cannot open, and says what to do instead.
// `access`: of a place over a network.
std::unique_ptr<Store> open_store(const std::string& where, const RemoteAccess& access = {});

// The same of what lies in directories alone: "checkpoints". Throws UserError for a bucket, and asks nobody.
std::unique_ptr<Store> open_directory(const std::string& where, std::string_view what);

// Whether aforo itself asks for it over a network, and not through a file system.
bool is_remote(const std::string& where);

// What lies in a place, as a place: "/mnt/x" and "y" is "/mnt/x/y", "s3://b" and "y" is "s3://b/y".
std::string place_below(const std::string& where, std::string_view name);

}  // namespace aforo
