// S3Store: a bucket's prefix as a Store. Every object below the prefix is a file, '/' in its name a directory's border.
//
// Ownership: a prefix is aforo's where the marker object lies right below it, empty where nothing does (one listing of a
// few keys; nothing else in the bucket is looked at). The right is not a lock on the server: two processes that own the same
// prefix on purpose at once are told apart by the marker alone, which `own` writes under If-None-Match and rewrites under
// If-Match; who lost finds ESTALE. Objects are created under If-None-Match: *, and only those that are named are deleted.
//
// Errors: what a member cannot answer otherwise is an errno as of s3_fault.h. check() remembers the fault: `why` has it in
// words.
#pragma once

#include <memory>
#include <string>

#include "storage/remote_access.h"
#include "storage/store.h"

namespace aforo {

// Asks nothing of the server yet. Throws UserError as resolve_s3 does.
std::unique_ptr<Store> open_s3_store(const std::string& where, const RemoteAccess& access);

}  // namespace aforo
