// How a place that is reached over a network is to be reached, as a person said it; what was not said is found where the
// usual tools look (s3/s3_bucket.h). A directory needs none of it. No secrets are in it: they are named, not said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/environment.h"

namespace aforo {

enum class BucketStyle : std::uint8_t {
  kAuto,  // host style at Amazon where the bucket's name allows it, else path style
  kPath,  // https://endpoint/bucket/key
  kHost,  // https://bucket.endpoint/key
};

constexpr std::string_view to_string(BucketStyle style) {
  return style == BucketStyle::kPath ? "path" : style == BucketStyle::kHost ? "host" : "auto";
}

struct RemoteAccess {
  std::string endpoint = {};  // "http://127.0.0.1:7070", "https://s3.example.com"
  std::string region = {};    // "eu-central-1"
  std::string profile = {};   // of the credentials and config files
  BucketStyle style = BucketStyle::kAuto;
  // Where the rest is looked for; empty: nowhere.
  Environment environment = {};
  // Objects are looked up (HEAD) when they are opened, as some clients do and some do not.
  bool heads = true;

  // Whether anything was said.
  bool said() const {
    return !endpoint.empty() || !region.empty() || !profile.empty() || style != BucketStyle::kAuto;
  }
};

}  // namespace aforo
