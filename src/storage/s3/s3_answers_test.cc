#include "storage/s3/s3_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using testing::ElementsAre;

constexpr std::string_view kErrorXml =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>PermanentRedirect</Code><Message>Use &lt;another&gt; "
    "endpoint &amp; retry</Message><Endpoint>data.s3-eu-west-1.amazonaws.com</Endpoint><Region>eu-west-1</Region>"
    "<RequestId>4711</RequestId></Error>";

TEST(S3Error, IsReadWithWhatItNames) {
  const auto error = read_s3_error(kErrorXml);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "PermanentRedirect");
  EXPECT_EQ(error->message, "Use <another> endpoint & retry");
  EXPECT_EQ(error->region, "eu-west-1");
  EXPECT_EQ(error->endpoint, "data.s3-eu-west-1.amazonaws.com");
  const auto bare = read_s3_error("<Error><Code>NoSuchKey</Code></Error>");
  EXPECT_EQ(bare->code, "NoSuchKey");
  EXPECT_TRUE(bare->message.empty() && bare->region.empty() && bare->endpoint.empty());
}

TEST(S3Error, IsAbsentWhereTheTextIsNone) {
  for (std::size_t size = 0; size + 1 < kErrorXml.size(); ++size)
    ASSERT_FALSE(read_s3_error(kErrorXml.substr(0, size))) << "cut to " << size;
  for (const char* text :
       {"Not Found", "{\"Error\":1}", "<html><body>Error</body></html>", "<Error/>", "<Error>x</Error>",
        "<Errors><Error><Code>x</Code></Error></Errors>", "<Error><Code>x</Error></Code>"})
    EXPECT_FALSE(read_s3_error(text)) << text;
}

std::string page_of(const std::string& inside) {
  return "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>data</Name>" +
         inside + "</ListBucketResult>";
}
const std::string kEnds = "<IsTruncated>false</IsTruncated>";

// As s3s-fs 0.14.1 does.
TEST(S3ListPage, NamesThatAreSaidToBeEncodedAndAreNotAreTakenAsTheyAre) {
  const std::string said = "<EncodingType>url</EncodingType>" + kEnds;
  for (const std::string name : {"a b+c", "50%", "5%2", "\xC3\xBC+", "x&amp;y+"}) {
    const auto page =
        read_s3_list(page_of(said + "<Contents><Key>a+b%20c</Key><Size>1</Size></Contents><Contents><Key>" +
                             name + "</Key><Size>1</Size></Contents>"));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->objects[0].key, "a+b%20c") << "as " << name << " shows";
    EXPECT_EQ(page->objects[1].key, name == "x&amp;y+" ? "x&y+" : name);
  }
}

TEST(S3ListPage, IsReadAsAmazonWritesIt) {
  const auto page = read_s3_list(page_of(
      "<Prefix>a/</Prefix><KeyCount>3</KeyCount><MaxKeys>2</MaxKeys><EncodingType>url</EncodingType>"
      "<IsTruncated>true</IsTruncated><NextContinuationToken>1/x=+&amp;</NextContinuationToken>"
      "<Contents><Key>a/b%20c%2Bd+e</Key><LastModified>2026-12-01T07:55:21.000Z</LastModified><ETag>&quot;abc-2&quot;"
      "</ETag><Size>5368709121</Size><StorageClass>STANDARD</StorageClass></Contents>"
      "<Contents><Key>a/%C3%A9%3C%26</Key><Size>0</Size></Contents><CommonPrefixes><Prefix>a/d%20/</Prefix>"
      "</CommonPrefixes><CommonPrefixes><Prefix>a/e/</Prefix></CommonPrefixes>"));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->objects.size(), 2u);
  EXPECT_EQ(page->objects[0].key, "a/b c+d e");
  EXPECT_EQ(page->objects[0].size, 5368709121u);
  EXPECT_EQ(page->objects[0].etag, "abc-2");
  EXPECT_EQ(page->objects[1].key, "a/\xC3\xA9<&");
  EXPECT_EQ(page->objects[1].etag, "");
  EXPECT_THAT(page->common_prefixes, ElementsAre("a/d /", "a/e/"));
  EXPECT_TRUE(page->truncated);
  EXPECT_EQ(page->next, "1/x=+&") << "as it is to be sent, and no key";
}

TEST(S3ListPage, KeysAreDecodedOnlyWhereTheServerSaysSo) {
  const std::string object = "<Contents><Key>%41+b</Key><Size>1</Size></Contents>";
  EXPECT_EQ(read_s3_list(page_of(kEnds + object))->objects[0].key, "%41+b");
  const auto encoded = read_s3_list(page_of(kEnds + "<EncodingType>url</EncodingType>" + object));
  EXPECT_EQ(encoded->objects[0].key, "A b");
}

TEST(S3ListPage, MayBeEmpty) {
  const auto page = read_s3_list(page_of(kEnds));
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->objects.empty() && page->common_prefixes.empty() && !page->truncated &&
              page->next.empty());
}

TEST(S3ListPage, IsNeverHalfAnAnswer) {
  const std::string object = "<Contents><Key>k</Key><Size>1</Size></Contents>";
  const std::string whole = page_of(kEnds + object);
  ASSERT_TRUE(read_s3_list(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_FALSE(read_s3_list(whole.substr(0, size))) << "cut to " << size;
  for (const std::string& inside :
       {object, "<IsTruncated/>" + object, "<IsTruncated>yes</IsTruncated>" + object,
        "<IsTruncated>true</IsTruncated>" + object,  // and no token: the old listing's form
        kEnds + "<Contents><Key>k</Key></Contents>",
        kEnds + "<Contents><Key>k</Key><Size>-1</Size></Contents>",
        kEnds + "<Contents><Key>k</Key><Size>1 kB</Size></Contents>",
        kEnds + "<Contents><Key>k</Key><Size>18446744073709551616</Size></Contents>",
        kEnds + "<Contents><Key></Key><Size>1</Size></Contents>",
        kEnds + "<Contents><Size>1</Size></Contents>"})
    EXPECT_FALSE(read_s3_list(page_of(inside))) << inside;
  for (const char* text : {"", "<html></html>", "<Error><Code>x</Code></Error>", "[]"})
    EXPECT_FALSE(read_s3_list(text)) << text;
}

TEST(S3ListPage, DeepNestingIsNoTrouble) {
  std::string deep;
  for (int i = 0; i < 200000; ++i) deep += "<a>";
  EXPECT_FALSE(read_s3_list(deep));
  EXPECT_FALSE(read_s3_error(deep));
  std::string closed = deep;
  for (int i = 0; i < 200000; ++i) closed += "</a>";
  EXPECT_TRUE(read_s3_list(page_of(kEnds + closed)));
}

TEST(S3UploadXml, TheIdIsReadAndThePartsAreWritten) {
  EXPECT_EQ(read_s3_upload("<?xml version=\"1.0\"?><InitiateMultipartUploadResult><Bucket>b</Bucket>"
                           "<UploadId>a/b+c==</UploadId></InitiateMultipartUploadResult>"),
            "a/b+c==");
  EXPECT_EQ(read_s3_upload("<InitiateMultipartUploadResult/>"), std::nullopt);
  EXPECT_EQ(read_s3_upload("<Error><UploadId>x</UploadId></Error>"), std::nullopt);
  EXPECT_EQ(read_s3_upload("a page"), std::nullopt);
  EXPECT_EQ(
      complete_upload_xml({{"\"e1\"", "AAAAAA=="}, {"<&>", "4waSgw=="}}),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Part><PartNumber>1</PartNumber><ETag>\"e1\"</ETag><ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part>"
      "<Part><PartNumber>2</PartNumber><ETag>&#x3C;&#x26;&#x3E;</ETag><ChecksumCRC32C>4waSgw==</ChecksumCRC32C>"
      "</Part></CompleteMultipartUpload>");
}

}  // namespace
}  // namespace aforo
