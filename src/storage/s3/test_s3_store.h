// For tests: the store of a TestS3Server's bucket, with nothing of this machine's own settings.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "storage/s3/s3_store.h"
#include "storage/s3/test_s3_server.h"

namespace aforo {

// `prefix` without a last '/'; "" is the whole bucket.
inline std::unique_ptr<Store> store_of(const TestS3Server& server, const std::string& prefix = "",
                                       const std::string& bucket = "data") {
  RemoteAccess access;
  access.endpoint = server.endpoint();
  access.environment = [](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "AWS_ACCESS_KEY_ID") return "key";
    if (std::string_view(name) == "AWS_SECRET_ACCESS_KEY") return "secret";
    return std::nullopt;
  };
  return open_s3_store("s3://" + bucket + (prefix.empty() ? "" : "/" + prefix), access);
}

}  // namespace aforo
