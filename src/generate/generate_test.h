// What tests of whole generations share: a place of their own, small datasets, and what lies there afterwards.
#pragma once

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include "base/error.h"
#include "base/test_directory.h"
#include "dataset/manifest.h"
#include "generate/generate_command.h"

namespace aforo {

namespace fs = std::filesystem;

// Memory where there is some: a sync at the end of a generation would wait for everything
// else on a shared disk.
class GenerateTest : public testing::Test {
 protected:
  void TearDown() override {
    // A test has mounted there, or failed while it had.
    ::umount2((base_ / "m").c_str(), MNT_DETACH);
    ::umount2((base_ / "d" / "d00005").c_str(), MNT_DETACH);
    fs::remove_all(base_);
  }

  static GenerateOptions options(const fs::path& directory, std::uint64_t samples, double bytes) {
    GenerateOptions options;
    options.workload.dataset.samples = samples;
    options.workload.dataset.sample_size = {LawKind::kLognormal, bytes, bytes / 4, 0, 0, {}};
    options.workload.dataset.files_per_directory = 100;
    options.directory = directory;
    options.threads = 2;
    return options;
  }
  static Json generate_all(const GenerateOptions& options) { return generate(options, {}, {}).record; }

  // Everything but the manifest, by path.
  static std::map<std::string, std::string> content(const fs::path& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (!entry.is_regular_file() || entry.path().filename() == kManifestName) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      files[fs::relative(entry.path(), directory)] = text.str();
    }
    return files;
  }
  static Manifest manifest(const fs::path& directory) {
    std::ifstream in(directory / kManifestName);
    std::ostringstream text;
    text << in.rdbuf();
    return parse_manifest(text.str(), "manifest");
  }
  static std::string sentence(const std::function<void()>& act) {
    try {
      act();
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  TestDirectory directory_of_test_{TestDirectory::On::kMemory};
  fs::path base_{directory_of_test_.path()};
};

}  // namespace aforo
