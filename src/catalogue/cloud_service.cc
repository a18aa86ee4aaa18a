#include "catalogue/cloud_service.h"

namespace aforo {

std::string_view to_string(Provider provider) {
  switch (provider) {
    case Provider::kAws:
      return "aws";
    case Provider::kGcp:
      return "gcp";
    case Provider::kAzure:
      return "azure";
    case Provider::kOther:
      return "other";
  }
  return "";
}

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::kHttps:
      return "https";
    case Protocol::kLustre:
      return "lustre";
    case Protocol::kNfs:
      return "nfs";
    case Protocol::kVolume:
      return "volume";
  }
  return "";
}

std::string_view to_string(Durability durability) {
  switch (durability) {
    case Durability::kScratch:
      return "scratch";
    case Durability::kZone:
      return "zone";
    case Durability::kReplicated:
      return "replicated";
  }
  return "";
}

std::string_view to_string(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::kObject:
      return "object store";
    case ServiceKind::kFile:
      return "file service";
    case ServiceKind::kBlock:
      return "block storage";
  }
  return "";
}

}  // namespace aforo
