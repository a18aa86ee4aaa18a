// What the store of a directory does beyond the stores' contract.
#include "storage/posix/posix_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "storage/engine_contract.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

TEST(PosixStore, SaysWhatIsWrongWithItsPlace) {
  TemporaryDirectory directory;
  std::ofstream(directory / "file") << "x";
  EXPECT_EQ(PosixStore(directory.path()).check(), 0);
  EXPECT_EQ(PosixStore(directory / "missing").check(), ENOENT);
  EXPECT_EQ(PosixStore(directory / "file").check(), ENOTDIR);
}

TEST(PosixStore, LinksAreFollowedByReadersAndNamedByOwners) {
  TemporaryDirectory directory, outside;
  std::ofstream(outside / "file") << "1234567";
  std::filesystem::create_symlink(outside / "file", directory / "link");
  std::filesystem::create_symlink(outside.path(), directory / "way");
  std::filesystem::create_symlink("nowhere", directory / "dangling");
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  std::ofstream(directory / "marker") << "";
  PosixStore store(directory.path());
  std::set<std::string> seen;
  const Listing listing =
      store.list({}, {}, [&](unsigned, std::string_view name, std::uint64_t) { seen.emplace(name); });
  EXPECT_EQ(seen, (std::set<std::string>{"link", "marker"}));
  EXPECT_EQ(listing.linked_directories, 1u);
  EXPECT_EQ(listing.dangling, 1u);
  EXPECT_EQ(listing.special, 1u);
  seen.clear();
  ListOptions everything;
  everything.everything = true;
  store.list(everything, {}, [&](unsigned, std::string_view name, std::uint64_t) { seen.emplace(name); });
  EXPECT_EQ(seen, (std::set<std::string>{"link", "marker", "way", "dangling", "pipe"}));
  EXPECT_EQ(store.size_of("link"), 7u);
  EXPECT_EQ(store.open("pipe").error(), EINVAL);  // not waited for

  const auto owned = store.own("marker");
  EXPECT_EQ(owned->look("link").kind, EntryKind::kLink);
  EXPECT_EQ(owned->look("pipe").kind, EntryKind::kOther);
  EXPECT_EQ(owned->look("way/file").kind, EntryKind::kNothing);  // it lies elsewhere
  EXPECT_EQ(owned->open("link").error(), ELOOP);
  EXPECT_EQ(owned->open("way/file").error(), ELOOP);
  EXPECT_EQ(owned->remove_file("link"), ELOOP);
  EXPECT_EQ(owned->remove_file("pipe"), EINVAL);
  EXPECT_TRUE(std::filesystem::exists(outside / "file"));
}

TEST(PosixStore, ThePlacesThatItMakesCanBeTakenAway) {
  TemporaryDirectory directory;
  PosixStore store(directory / "a/b");
  const std::vector<std::string> made = store.places_to_make();
  EXPECT_EQ(made, (std::vector<std::string>{directory / "a", directory / "a/b"}));
  store.own("marker");
  EXPECT_TRUE(store.places_to_make().empty());
  EXPECT_EQ(remove_empty_place(made[0]), ENOTEMPTY);
  EXPECT_EQ(remove_empty_place(made[1]), 0);
  EXPECT_EQ(remove_empty_place(made[0]), 0);
  EXPECT_EQ(remove_empty_place(made[0]), 0);  // gone already
}

// Another's rights, as root may write everywhere.
TEST(PosixStore, SaysBeforeItWritesWhetherItMay) {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "closed");
  chmod((directory / "closed").c_str(), 0555);
  chmod(directory.path().c_str(), 0777);
  const uid_t me = geteuid();
  ASSERT_EQ(seteuid(me == 0 ? 65534 : me), 0);
  EXPECT_EQ(PosixStore(directory / "closed").may_write(), EACCES);
  EXPECT_EQ(PosixStore(directory / "closed/a/b").may_write(), EACCES);  // of the nearest place that is there
  EXPECT_EQ(PosixStore(directory / "new/a").may_write(), 0);
  ASSERT_EQ(seteuid(me), 0);
  EXPECT_FALSE(std::filesystem::exists(directory / "new"));
}

TEST(PosixStore, KnowsWhatItsPlaceIs) {
  const PosixStore memory("/dev/shm");
  EXPECT_EQ(memory.info().type, "tmpfs");
  EXPECT_TRUE(memory.info().memory_only);
  EXPECT_GT(memory.space().free.value, 0u);
  EXPECT_FALSE(PosixStore("/proc").info().memory_only);
}

TEST(PosixStore, DropsOneFileFromThePageCache) {
  TemporaryDirectory directory;
  std::ofstream(directory / "file") << std::string(1 << 20, 'x');
  const PosixStore store(directory.path());
  if (store.info().memory_only) GTEST_SKIP() << "a memory filesystem keeps its pages";
  const CacheControl& cache = *store.cache();
  cache.flush();
  ASSERT_TRUE(cache.drop("file"));
  const auto left = cache.residency("file");
  if (!left) GTEST_SKIP() << "nobody says what is in the page cache";
  if (left->cached.value == 0) {
    std::vector<std::byte> bytes(1 << 20);
    EXPECT_EQ(read_at(store, "file", 0, bytes), bytes.size());
    EXPECT_EQ(cache.residency("file")->cached.value, bytes.size());
  }
  EXPECT_FALSE(cache.drop("missing"));
}

}  // namespace
}  // namespace aforo
