#include "storage/s3/s3_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include "base/error.h"

namespace aforo {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view stripped(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// A comment begins a line, or follows white space.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if ((line[i] == '#' || line[i] == ';') && (i == 0 || kBlank.find(line[i - 1]) != kBlank.npos))
      return line.substr(0, i);
  return line;
}

[[noreturn]] void refuse_file(const std::string& path) {
  throw UserError(
      fmt::format("expected to read the AWS settings in '{}', found {}; make it readable, or unset it", path,
                  describe_errno(errno)));
}

// The section's keys; absent where the file has no such section, or there is no file. Throws where it cannot be read.
std::optional<S3Profile> section_of(const std::string& path, const std::string& section) {
  errno = 0;
  std::ifstream file(path);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    refuse_file(path);
  }
  std::optional<S3Profile> found;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    const bool nested = !line.empty() && kBlank.find(line[0]) != kBlank.npos;
    const std::string_view text = stripped(without_comment(line));
    if (text.empty()) continue;
    if (text.front() == '[') {
      inside = stripped(text.substr(1, text.find(']') - 1)) == section;
      if (inside && !found) found.emplace();
    } else if (inside && !nested) {
      const std::size_t equals = text.find('=');
      if (equals == text.npos) continue;
      (*found)[std::string(stripped(text.substr(0, equals)))] =
          std::string(stripped(text.substr(equals + 1)));
    }
  }
  if (file.bad()) refuse_file(path);
  return found;
}

// A path of the environment, or one below the home directory; empty where there is none.
std::string settings_path(const Environment& environment, const char* variable, const char* below) {
  if (const auto path = environment(variable)) return *path;
  const auto home = environment("HOME");
  return home ? *home + "/.aws/" + below : std::string();
}

std::string value_of(const S3Profile& profile, std::string_view key) {
  const auto found = profile.find(key);
  return found == profile.end() ? std::string() : found->second;
}

std::string profile_name(const std::string& named, const Environment& environment) {
  if (!named.empty()) return named;
  return environment("AWS_PROFILE").value_or("default");
}

// Keys stand in a request's head, where a line's end would begin another line.
bool is_plain(std::string_view key) {
  return std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::shared_ptr<const S3Credentials> made(std::string access, std::string secret, std::string token,
                                          std::string source) {
  if (access.empty() && secret.empty()) return nullptr;
  if (access.empty() || secret.empty())
    throw UserError(
        fmt::format("expected an access key and its secret key, found the {} key alone in {}; set both",
                    access.empty() ? "secret" : "access", source));
  for (const auto& [what, key] :
       {std::pair("access key", &access), {"secret key", &secret}, {"session token", &token}})
    if (!is_plain(*key))
      throw UserError(fmt::format(
          "expected keys of letters, digits and signs, found a blank or a line's end in the {} of {}; set it again",
          what, source));
  return std::make_shared<const S3Credentials>(
      S3Credentials{std::move(access), std::move(secret), std::move(token), std::move(source)});
}

}  // namespace

S3Profile s3_profile(const std::string& named, const Environment& environment) {
  const std::string name = profile_name(named, environment);
  const std::string credentials = settings_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  const std::string config = settings_path(environment, "AWS_CONFIG_FILE", "config");
  auto secret = section_of(credentials, name);
  auto settings = section_of(config, "profile " + name);
  if (!settings && name == "default") settings = section_of(config, name);
  if (!secret && !settings && (!named.empty() || environment("AWS_PROFILE")))
    throw UserError(
        fmt::format("expected the profile '{}' in {} or {}, found it in neither; name one that is there",
                    name, credentials, config));
  S3Profile both = settings.value_or(S3Profile{});
  for (auto& [key, value] : secret.value_or(S3Profile{})) both[key] = value;
  return both;
}

std::shared_ptr<const S3Credentials> find_s3_credentials(const std::string& named, const S3Profile& profile,
                                                         const Environment& environment) {
  if (named.empty()) {
    auto found =
        made(environment("AWS_ACCESS_KEY_ID").value_or(""), environment("AWS_SECRET_ACCESS_KEY").value_or(""),
             environment("AWS_SESSION_TOKEN").value_or(""), "the environment");
    if (found) return found;
  }
  const std::string name = profile_name(named, environment);
  if (auto found = made(value_of(profile, "aws_access_key_id"), value_of(profile, "aws_secret_access_key"),
                        value_of(profile, "aws_session_token"), fmt::format("profile '{}'", name)))
    return found;
  for (const char* key :
       {"role_arn", "sso_session", "sso_start_url", "credential_process", "web_identity_token_file"})
    if (!value_of(profile, key).empty())
      throw UserError(fmt::format(
          "expected keys in profile '{}', found {}, which aforo does not carry out; put keys into the environment first, as "
          "by: eval \"$(aws configure export-credentials --profile {} --format env)\"",
          name, key, name));
  return nullptr;
}

}  // namespace aforo
