#include "storage/s3/s3_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>

#include "base/error.h"
#include "storage/open_store.h"
#include "storage/s3/s3_listing.h"
#include "storage/s3/test_s3_engine.h"

namespace aforo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class S3StoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open(const std::string& where = "s3://data/p",
                              const std::string& endpoint = {}) const {
    RemoteAccess access;
    access.endpoint = endpoint.empty() ? server_.endpoint() : endpoint;
    return open_store(where, access);
  }
  std::map<std::string, std::uint64_t> listed(const Store& store, ListOptions options = {}) {
    std::map<std::string, std::uint64_t> files;
    listing_ = store.list(options, {}, [&](unsigned, std::string_view name, std::uint64_t size) {
      EXPECT_TRUE(files.emplace(name, size).second) << name;
    });
    return files;
  }
  std::string why(const std::string& where, const std::string& endpoint = {}) const {
    const auto store = open(where, endpoint);
    EXPECT_NE(store->check(), 0);
    return store->why();
  }

  TestS3Server server_{[] {
    TestS3Server::Options options;
    options.page = 7;
    return options;
  }()};
  Listing listing_;
};

TEST_F(S3StoreTest, ListsEveryObjectBelowThePrefixOnce) {
  for (int i = 0; i < 100; ++i)
    server_.put("p/c" + std::to_string(i % 3) + "/" + std::to_string(i) + ".jpg", std::string(i, 'x'));
  server_.put("p/top", "1");
  server_.put("p2/other", "1");
  server_.put("p/.hidden", "1");
  server_.put("p/.dark/x", "1");
  server_.put("p/.dark/y/z", "1");
  server_.put("p/folder/", "");
  server_.put("p/a//b", "1");
  server_.put("p/with space+\xC3\xA9", "12");
  const auto store = open();
  const auto files = listed(*store);
  EXPECT_EQ(files.size(), 102u);
  EXPECT_EQ(files.at("c1/1.jpg"), 1u);
  EXPECT_EQ(files.at("with space+\xC3\xA9"), 2u);
  EXPECT_EQ(listing_.files, 102u);
  EXPECT_EQ(listing_.directories, 4u);
  EXPECT_EQ(listing_.hidden_files, 1u);
  EXPECT_EQ(listing_.hidden_directories, 1u);
  EXPECT_EQ(listing_.errors, 1u);
  EXPECT_THAT(listing_.error_examples, ElementsAre(HasSubstr("a//b")));
  EXPECT_THAT(listing_.fan_out,
              ElementsAre(Pair(ElementsAre(Pair("", 2u)), 1u), Pair(ElementsAre(Pair("", 33u)), 2u),
                          Pair(ElementsAre(Pair("", 34u)), 1u)));
  std::map<std::string, EntryKind> top;
  store->each_at_top([&](std::string_view name, EntryKind kind) { return top.emplace(name, kind), true; });
  EXPECT_EQ(top.at("c0"), EntryKind::kDirectory);
  EXPECT_EQ(top.at("top"), EntryKind::kFile);
  EXPECT_EQ(top.size(), 9u);
}

TEST(S3Store, ListsAHundredThousandKeysInPages) {
  TestS3Server server;
  for (int i = 0; i < 100'000; ++i) server.put("p/" + std::to_string(i % 100) + "/" + std::to_string(i), "x");
  RemoteAccess access;
  access.endpoint = server.endpoint();
  std::uint64_t bytes = 0;
  std::string last;
  const Listing listing = open_store("s3://data/p", access)
                              ->list({}, {}, [&](unsigned, std::string_view name, std::uint64_t size) {
                                EXPECT_LT(last, name) << "each once, in order";
                                last = name;
                                bytes += size;
                              });
  EXPECT_EQ(listing.files, 100'000u);
  EXPECT_EQ(bytes, 100'000u);
  EXPECT_EQ(listing.directories, 101u);
  EXPECT_EQ(server.seen().size(), 100u);
}

// What it holds beyond 5 GiB only a multipart upload can have written.
TEST(S3Store, ReadsFarInsideALargeObject) {
  TestS3Server server;
  constexpr std::uint64_t kSize = (std::uint64_t{6} << 30) + 3;
  server.put_sparse("p/large", kSize);
  RemoteAccess access;
  access.endpoint = server.endpoint();
  const auto file = open_store("s3://data/p", access)->open("large");
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->size(), kSize);
  (*file)->expect_jumps();
  std::vector<std::byte> piece(1000);
  EXPECT_EQ((*file)->read(std::uint64_t{5} << 30, piece), 1000u);
  EXPECT_EQ(server.seen().back().range, "bytes=5368709120-5368710119");
  EXPECT_EQ((*file)->read(kSize - 10, piece), 10u);
}

TEST_F(S3StoreTest, FilesAreReadInPieces) {
  std::string content;
  for (int i = 0; i < 500'000; ++i) content += static_cast<char>(i * 7 >> 3);
  server_.put("p/f", content);
  const auto store = open();
  EXPECT_EQ(store->size_of("f"), 500'000u);
  EXPECT_EQ(store->size_of("g").error(), ENOENT);
  const auto file = store->open("f");
  ASSERT_TRUE(file);
  std::vector<std::byte> buffer(10'000);
  const std::size_t before = server_.seen().size();
  for (std::uint64_t at = 0; at < content.size(); at += buffer.size()) {
    ASSERT_EQ((*file)->read(at, buffer), buffer.size());
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(buffer.data()), buffer.size()),
              std::string_view(content).substr(at, buffer.size()));
  }
  EXPECT_LT(server_.seen().size() - before, 10u) << "it reads ahead";
  EXPECT_EQ((*file)->read(499'990, buffer), 10u);
  EXPECT_EQ((*file)->read(500'000, buffer), 0u);
  server_.put("p/f", "changed");
  EXPECT_EQ((*file)->read(0, buffer).error(), ESTALE);
}

TEST_F(S3StoreTest, PiecesHereAndThereAreAskedForExactly) {
  server_.put("p/f", std::string(500'000, 'x'));
  const auto store = open();
  const auto file = store->open("f");
  (*file)->expect_jumps();
  std::vector<std::byte> buffer(100);
  EXPECT_EQ((*file)->read(1000, buffer), 100u);
  EXPECT_EQ(server_.seen().back().range, "bytes=1000-1099");
}

TEST_F(S3StoreTest, SaysWhoseThePlaceIs) {
  EXPECT_EQ(open()->look("marker").ownership, Ownership::kEmpty);
  server_.put("p/theirs", "1");
  EXPECT_EQ(open()->look("marker").ownership, Ownership::kForeign);
  EXPECT_THAT(open()->look("marker").others, ElementsAre("theirs"));
  server_.put("p/marker", "1");
  EXPECT_EQ(open()->look("marker").ownership, Ownership::kOurs);
}

TEST_F(S3StoreTest, SaysWhatIsWrongWithAPlaceInOneSentence) {
  EXPECT_EQ(open()->check(), 0);
  EXPECT_THAT(why("s3://other/x"), HasSubstr("found no bucket 'other'"));
  server_.faults([](const SeenRequest&, unsigned) {
    return std::optional(FaultPlan{.status = 403, .code = "ExpiredToken"});
  });
  EXPECT_THAT(why("s3://data"), HasSubstr("renew the credentials"));
  server_.faults([](const SeenRequest&, unsigned) {
    return std::optional(FaultPlan{.body = "<html><body>Welcome</body></html>", .content_type = "text/html"});
  });
  EXPECT_THAT(why("s3://data"), HasSubstr("a page of HTML"));
  EXPECT_THAT(why("s3://data", "http://127.0.0.1:1"), HasSubstr("found nothing that listens at 127.0.0.1:1"));
  EXPECT_THAT(why("s3://data", "http://no.such.host.invalid"), HasSubstr("found no such host"));
}

TEST_F(S3StoreTest, AListingOfOtherThingsThanWereAskedForIsNone) {
  const auto answered = [&](const std::string& inside) {
    server_.faults([=](const SeenRequest&, unsigned) {
      return std::optional(FaultPlan{
          .body = "<ListBucketResult><EncodingType>url</EncodingType>" + inside + "</ListBucketResult>",
          .content_type = "application/xml"});
    });
  };
  const std::string ends = "<IsTruncated>false</IsTruncated>";
  for (const std::string& inside : {ends + "<Contents><Key>x</Key><Size>1</Size></Contents>",
                                    ends + "<CommonPrefixes><Prefix>x</Prefix></CommonPrefixes>"}) {
    answered(inside);
    EXPECT_THAT(why("s3://data/prefix"), HasSubstr("an answer that is no listing of S3's"));
    EXPECT_THROW(open("s3://data/prefix")->look("marker"), UserError);
    open("s3://data/prefix")->each_at_top([](std::string_view, EntryKind) { return ADD_FAILURE(), true; });
  }
  answered("<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>");
  EXPECT_TRUE(listed(*open()).empty()) << "and it ends, although the server would go on for ever";
  EXPECT_EQ(listing_.errors, 1u);
  answered(ends + "<Contents><Key>p/a%00b</Key><Size>1</Size></Contents>");
  EXPECT_TRUE(listed(*open()).empty()) << "the file would be 'a'";
  EXPECT_THAT(listing_.error_examples, ElementsAre("a?b: no path has such a name"));
}

TEST_F(S3StoreTest, ControlRequestsAreTriedAgain) {
  server_.put("p/f", "1");
  server_.faults([](const SeenRequest&, unsigned number) {
    return number < 2 ? std::optional(FaultPlan{.status = 503, .code = "SlowDown"}) : std::nullopt;
  });
  const auto store = open();
  EXPECT_EQ(store->size_of("f"), 1u);
  EXPECT_EQ(store->counters().remote->throttled, 2u);
}

TEST_F(S3StoreTest, EnginesOfFilesAreRefused) {
  EXPECT_EQ(open()->engine(EngineKind::kAuto, {}).kind, EngineKind::kS3);
  EXPECT_THROW(open()->engine(EngineKind::kUring, {}), UserError);
}

}  // namespace
}  // namespace aforo
