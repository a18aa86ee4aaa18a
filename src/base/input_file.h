// A file that a person named, as text: the one reader of workload, storage, job and price files.
//
// Thread-safe. Blocks; on a pipe or device, SIGINT, SIGTERM and SIGHUP do meanwhile what they do by default, even where
// this thread blocks them. Failure: UserError "PATH: expected a WHAT, found ...", with what is in the way: no such
// file, a directory, an errno, or more than any such file holds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aforo {

// Chosen: beyond any file that a person writes, and soon read where a path leads to a device by mistake.
inline constexpr std::size_t kLargestInputFile = std::size_t{64} << 20;

// The bytes of the file at `path`, unchanged. `what` says what it should be, without an article: "workload
// file". `if_none` is added to the sentence where there is no such file: "; aforo probe writes one".
std::string read_input_file(const std::string& path, std::string_view what, std::string_view if_none = "");

}  // namespace aforo
