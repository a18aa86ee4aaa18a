#include "model/storage_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/error.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

const std::string kSource = AFORO_SOURCE;

std::string read(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(in) << path;
  return text.str();
}

StorageSpec seed(const std::string& name) {
  return load_storage(kSource + "/tests/fuzz/storage_fuzz/" + name + ".yaml");
}

std::string message(const std::string& text) {
  try {
    parse_storage(text, "s.yaml");
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

// What is said of one station, or of one point, in line 3.
std::string of_station(const std::string& keys) {
  return message("storage: 1\nstations:\n  - {" + keys + "}\n");
}
std::string of_points(const std::string& points) {
  return message("storage: 1\ncurves:\n  - {read: file, size: 1 MB, points: [" + points + "]}\n");
}

TEST(StorageYaml, ReadsEveryKindOfStation) {
  const StorageSpec s = seed("stations");
  EXPECT_EQ(s.name, "lab-nfs");
  EXPECT_EQ(s.capacity.value, 500'000'000'000'000u);
  ASSERT_TRUE(s.price);
  EXPECT_EQ(s.price->per_month.value, 1200);
  ASSERT_EQ(s.client.size(), 2u);
  EXPECT_EQ(s.client[0].name, "cpu");
  EXPECT_EQ(s.client[0].scope, StationScope::kHost);
  EXPECT_DOUBLE_EQ(s.client[0].per_byte.value, 1e-10);
  EXPECT_DOUBLE_EQ(s.client[1].bandwidth.value, 12.5e9);
  ASSERT_EQ(s.caches.size(), 1u);
  EXPECT_EQ(s.caches[0].size, 400_GiB);
  EXPECT_EQ(s.caches[0].stations.at(0).scope, StationScope::kHost);
  EXPECT_EQ(s.caches[0].stations.at(0).name, "page cache bandwidth");
  ASSERT_EQ(s.tiers.size(), 1u);
  EXPECT_EQ(s.tiers[0].share, 1);
  const std::vector<Station>& stations = s.tiers[0].stations;
  ASSERT_EQ(stations.size(), 5u);
  EXPECT_EQ(stations[0].servers, 4u);
  EXPECT_DOUBLE_EQ(stations[0].rate.value, 40000);
  EXPECT_EQ(stations[1].latency.kind, LawKind::kLognormal);
  EXPECT_DOUBLE_EQ(stations[1].latency.stddev, 5e-4);
  EXPECT_EQ(stations[2].request_size, 1_MiB);
  EXPECT_DOUBLE_EQ(stations[3].burst_bandwidth.value, 40e9);
  EXPECT_DOUBLE_EQ(stations[4].seek.value, 8e-3);
  EXPECT_EQ(stations[4].scope, StationScope::kShared);
}

TEST(StorageYaml, ReadsCurvesAndWhoMeasuredThem) {
  const StorageSpec s = seed("probed");
  const std::vector<ReadCurve>& curves = s.tiers.at(0).curves;
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[0].kind, ReadKind::kFile);
  EXPECT_DOUBLE_EQ(curves[0].size, 114660.07);
  EXPECT_DOUBLE_EQ(curves[0].size_share, 0.4);
  ASSERT_EQ(curves[0].points.size(), 2u);
  EXPECT_DOUBLE_EQ(curves[0].points[0].spread, 0.02);
  EXPECT_EQ(curves[0].points[0].jitter, (std::vector<double>{0.5, 0.8, 1, 1.2, 1.5}));
  EXPECT_DOUBLE_EQ(curves[0].points[1].spread, 1.5);
  EXPECT_EQ(curves[1].mode, ReadMode::kDirect);
  EXPECT_TRUE(curves[1].cached);
  EXPECT_EQ(s.probed, "2026-06-01T12:00:00Z");
  EXPECT_EQ(s.probed_client->cores, 16u);
  EXPECT_EQ(s.notes, std::vector<std::string>{"only two points"});
}

TEST(StorageYaml, ReadsTiersAndNamesTheirStationsAfterThem) {
  const StorageSpec s = seed("tiers");
  ASSERT_EQ(s.tiers.size(), 2u);
  EXPECT_DOUBLE_EQ(s.tiers[1].share, 0.9);
  EXPECT_EQ(s.tiers[0].stations.at(1).name, "flash bandwidth");
  EXPECT_EQ(s.tiers[0].stations.at(0).latency.kind, LawKind::kEmpirical);
  EXPECT_EQ(s.name, "tiers");  // the file's
}

TEST(StorageYaml, ReadsCurvesOfAllHostsBesideThoseOfOne) {
  const StorageSpec s = seed("hosts");
  const std::vector<ReadCurve>& curves = s.tiers.at(0).curves;
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[0].scope, StationScope::kShared);
  EXPECT_EQ(curves[0].hosts, 4u);
  EXPECT_EQ(curves[1].scope, StationScope::kHost);
  EXPECT_EQ(curves[1].hosts, 1u);
  const std::string one =
      "storage: 1\ncurves:\n  - {read: file, size: 1 MB, points: [{concurrency: 1, rate: 5 /s}]";
  EXPECT_EQ(message(one + "}\n" + one.substr(one.find("  - ")) + ", scope: host}\n"), "accepted");
  EXPECT_THAT(message(one + "}\n" + one.substr(one.find("  - ")) + ", hosts: 2}\n"),
              HasSubstr("expected one curve per read, mode, from, scope and size"));
  EXPECT_THAT(message(one + ", hosts: 0}\n"), HasSubstr("hosts"));
}

TEST(StorageYaml, ComesBackFromItsEcho) {
  for (const std::string name : {"stations", "probed", "tiers", "hosts"}) {
    const StorageSpec s = seed(name);
    EXPECT_EQ(parse_storage(to_yaml(s), s.origin), s) << to_yaml(s);
  }
}

TEST(StorageYaml, EchoKeepsNumbersThatNobodyWouldWrite) {
  StorageSpec s = seed("probed");
  CurvePoint& point = s.tiers[0].curves[0].points[0];
  point.rate = {850.1234567890123};
  point.spread = 1.0 / 3;
  point.common = 0.07;
  s.probed_client->cpu_per_byte = {1.0 / 3 * 1e-10};
  s.name = "two\nlines: \"quoted\" # and more";
  s.tiers[0].stations = {Station{}};
  s.tiers[0].stations[0].name = "odd";
  s.tiers[0].stations[0].bandwidth = {1e9 / 7};
  s.tiers[0].stations[0].scope = StationScope::kHost;
  s.probed_place = ProbedPlace{"nfs4", "server:/export, \"odd\""};
  s.unknown = {"there was no time to try more than 8 in flight", "and: more"};
  EXPECT_EQ(parse_storage(to_yaml(s), s.origin), s) << to_yaml(s);
}

TEST(StorageYaml, EchoIsPleasantToRead) {
  EXPECT_THAT(
      to_yaml(seed("stations")),
      HasSubstr("\n# Every read of a host passes these first; one of each per host.\nclient:\n"
                "  - {station: cpu, name: cpu, servers: 16, per_operation: 20 us, per_byte: 0.1 ns, taken: "
                "40%}\n"));
  EXPECT_THAT(to_yaml(seed("probed")),
              HasSubstr("\ncurves:\n  - read: file\n    size: 114660.07 B\n    size_share: 40%\n    points:\n"
                        "      - {concurrency: 1, rate: 850 /s, spread: 2%, common: 1%, jitter: [0.5, "));
}

TEST(StorageYaml, ShippedExamplesLoadAndComeBack) {
  for (const std::string name : {"nvme-node", "object-store"}) {
    const StorageSpec s = load_storage(kSource + "/data/storage/" + name + ".yaml");
    EXPECT_EQ(s.name, name);
    EXPECT_EQ(parse_storage(to_yaml(s), s.origin), s) << to_yaml(s);
  }
}

TEST(StorageYaml, EveryKeyIsDocumented) {
  const std::string document = read(kSource + "/docs/storage-file.md");
  for (const StorageField& field : storage_fields()) {
    const std::size_t section = document.find("\n## " + field.section + "\n");
    ASSERT_NE(section, std::string::npos) << field.section;
    const std::string body = document.substr(section, document.find("\n## ", section + 1) - section);
    std::string form = field.form;
    for (std::size_t at = 0; (at = form.find('|', at)) != std::string::npos; at += 2) form.insert(at, "\\");
    EXPECT_THAT(body, HasSubstr("| `" + field.key + "` | " + form + (field.required ? ", required" : "") +
                                " | " + field.text + " |\n"));
  }
}

TEST(StorageYaml, SaysWhereAndWhatWasExpected) {
  EXPECT_EQ(
      of_station("station: bandwidth, bandwidth: 20"),
      "s.yaml:3: stations.bandwidth: expected a rate with a unit such as 3 GB/s or 100 Gbit/s, found '20'; "
      "the unit is missing");
  EXPECT_EQ(
      of_station("station: bandwidth, bandwith: 20 GB/s"),
      "s.yaml:3: stations: expected a key of a bandwidth station (station, name, scope, servers, bandwidth, "
      "burst, burst_bandwidth), found 'bandwith'; did you mean 'bandwidth'?");
  EXPECT_EQ(of_station("station: latency, latency: 1 ms, seek: 2 ms"),
            "s.yaml:3: stations: expected a key of a latency station (station, name, scope, request_size, "
            "latency), "
            "found 'seek'");
  EXPECT_EQ(
      of_station("station: disc"),
      "s.yaml:3: stations.station: expected metadata | latency | requests | bandwidth | disk | cpu, found "
      "'disc'; did you mean 'disk'?");
  EXPECT_EQ(message("storage: 1\n"), "s.yaml: expected stations, curves or tiers, found none of them");
  EXPECT_EQ(message("storage: 2\n"),
            "s.yaml:1: storage: expected version 1, found '2'; was it written by a newer aforo?");
  EXPECT_THAT(message("name: x\n"), HasSubstr("expected 'storage' (count), found no such key"));
  EXPECT_THAT(message("storage: 1\nstation: []\n"),
              HasSubstr("s.yaml:2: expected a key of a storage system"));
  EXPECT_THAT(message("storage: 1\nstation: []\n"), HasSubstr("did you mean 'stations'?"));
}

TEST(StorageYaml, RefusesStationsThatCannotBe) {
  for (const auto& [keys, part] : std::vector<std::pair<std::string, std::string>>{
           {"station: bandwidth", "expected 'bandwidth'"},
           {"station: bandwidth, bandwidth: 0 GB/s", "found '0 GB/s'"},
           {"station: bandwidth, bandwidth: -1 GB/s", "it cannot be negative"},
           {"station: bandwidth, bandwidth: 1e9 GB/s", "found '1e9 GB/s'"},
           {"station: bandwidth, bandwidth: 1 GB/s, servers: 0", "expected 1 to 10000000, found '0'"},
           {"station: bandwidth, bandwidth: 1 GB/s, burst: 1 GB", "expected burst_bandwidth beside burst"},
           {"station: bandwidth, bandwidth: 1 GB/s, burst_bandwidth: 2 GB/s",
            "beside burst_bandwidth, found none"},
           {"station: bandwidth, bandwidth: 2 GB/s, burst: 1 GB, burst_bandwidth: 2 GB/s",
            "above bandwidth (2 GB/s)"},
           {"station: metadata, rate: 0 /s", "found '0 /s'"},
           {"station: metadata, rate: 40000", "the unit is missing"},
           {"station: latency, latency: 0 ms", "expected a mean above 0"},
           {"station: latency, latency: 2 h", "found '2 h'"},
           {"station: latency, latency: {mean: 1 ms, stdev: 1 ms}", "did you mean 'stddev'?"},
           {"station: latency, latency: {mean: 1 ms, stddev: 1 ms}", "expected a distribution beside stddev"},
           {"station: cpu, servers: 4", "expected per_operation or per_byte above 0"},
           {"servers: 4", "expected 'station'"}})
    EXPECT_THAT(of_station(keys), HasSubstr(part)) << keys;
}

TEST(StorageYaml, RefusesCurvesThatCannotBe) {
  for (const auto& [points, part] : std::vector<std::pair<std::string, std::string>>{
           {"", "a list of at least one point"},
           {"{concurrency: 1}", "expected 'rate'"},
           {"{concurrency: 0, rate: 1 /s}", "expected 1 to 1"},
           {"{concurrency: 1, rate: 0 /s}", "found '0 /s'"},
           {"{concurrency: 2, rate: 1 /s}, {concurrency: 2, rate: 1 /s}",
            "above the 2 of the point before, found 2"},
           {"{concurrency: 2, rate: 1 /s}, {concurrency: 1, rate: 1 /s}",
            "above the 2 of the point before, found 1"},
           {"{concurrency: 1, rate: 100 /s}, {concurrency: 2, rate: 9 /s}", "at least 10 % of the best"},
           {"{concurrency: 1, rate: 1 /s, jitter: [1.5, 0.5]}", "falling or negative"},
           {"{concurrency: 1, rate: 1 /s, tail: [1, 2]}", "expected jitter beside tail"},
           {"{concurrency: 1, rate: 1 /s, jitter: [0.5, 1, 1.5], tail: [0.9, 2]}",
            "rise from 1, the last but one"},
           {"{concurrency: 1, rate: 1 /s, jitter: [0.5, 1, 1.5], tail: [2, 1.5]}", "lower or falling"},
           {"{concurrency: 1, rate: 1 /s, jitter: [1]}", "a list of 2 to"}})
    EXPECT_THAT(of_points(points), HasSubstr(part)) << points;
  EXPECT_THAT(of_points("{concurrency: 1, rate: 1 /s, jitter: [0.5, 1, 1.2]}"),
              HasSubstr("expected jitter of mean 1 (within 5 %), found mean 0.925"));
  EXPECT_EQ(of_points("{concurrency: 1, rate: 100 /s}, {concurrency: 2, rate: 10 /s}"), "accepted");
}

TEST(StorageYaml, RefusesPartsThatDoNotFitTogether) {
  const std::string flash =
      "  - {name: flash, share: 10%, stations: [{station: bandwidth, bandwidth: 1 GB/s}]}\n";
  EXPECT_THAT(message("storage: 1\ntiers:\n" + flash),
              HasSubstr("s.yaml:2: tiers: expected shares that add up to "
                        "100 %, found 10 %"));
  EXPECT_THAT(message("storage: 1\ntiers:\n" + flash + "  - {name: disk, share: 90%}\n"),
              HasSubstr("s.yaml:4: tiers: expected stations or curves, found neither"));
  EXPECT_THAT(message("storage: 1\nstations: [{station: cpu, per_byte: 1 ns}]\ntiers:\n" + flash),
              HasSubstr("expected either 'tiers' or 'stations', found both"));
  EXPECT_THAT(
      message(
          "storage: 1\nstations:\n  - {station: cpu, per_byte: 1 ns}\n  - {station: cpu, per_byte: 1 ns}\n"),
      HasSubstr("s.yaml:4: stations: expected a name that no other station has, found 'cpu' in line 3 too"));
  const std::string curve = "  - {read: file, size: 1 MB, points: [{concurrency: 1, rate: 1 /s}]";
  EXPECT_THAT(message("storage: 1\ncurves:\n" + curve + "}\n" + curve + "}\n"),
              HasSubstr("found a second of file reads of 1 MB"));
  EXPECT_THAT(message("storage: 1\ncurves:\n" + curve + ", from: page cache}\n"),
              HasSubstr("found only curves from the page cache"));
  EXPECT_THAT(message("storage: 1\ncaches: [{name: a, size: 0 B}]\ncurves:\n" + curve + "}\n"),
              HasSubstr("expected a size above 0"));
}

// A measured storage is judged by the rules that its file would be, without a file.
TEST(StorageYaml, ChecksAValueAsItsFileWouldBe) {
  const auto curve = [](std::vector<CurvePoint> points) {
    ReadCurve out;
    out.size = 1e6;
    out.points = std::move(points);
    return out;
  };
  const auto with = [&](std::vector<ReadCurve> curves) {
    StorageSpec out;
    out.tiers = {TierSpec{"storage", 1, std::move(curves), {}}};
    return out;
  };
  const auto point = [](double concurrency, double rate) {
    return CurvePoint{concurrency, PerSecond{rate}, 0, {}, 0};
  };
  const CurvePoint one = point(1, 100), two = point(2, 190), low = point(4, 18);
  ReadCurve cached = curve({one});
  cached.cached = true;
  for (const auto& [storage, expected] :
       {std::pair{with({curve({one, two})}), ""},
        {StorageSpec{}, "expected stations, curves or tiers"},
        {with({}), "expected stations or curves, found neither"},
        {with({cached}), "found only curves from the page cache"},
        {with({curve({})}), "expected a curve of at least one point, found none"},
        {with({curve({two, one})}), "expected a concurrency above the 2 of the point before, found 1"},
        {with({curve({one, two, low})}),
         "at least 10 % of the best below this concurrency (190 /s), found 18 /s"},
        {with({curve({point(1, 0)})}), "expected a rate above 0, found 0"},
        {with({curve({one}), curve({two})}), "found a second of file reads of 1 MB"}}) {
    const std::string error = check_storage(storage);
    EXPECT_THAT(error, HasSubstr(expected));
    EXPECT_EQ(error.empty(), std::string(expected).empty()) << error;
    EXPECT_EQ(message(to_yaml(storage)) == "accepted", error.empty()) << to_yaml(storage);
  }
}

TEST(StorageYaml, SaysWhichFileIsMissing) {
  EXPECT_THROW(load_storage("/no/such/storage.yaml"), UserError);
  EXPECT_THROW(load_storage("/"), UserError);
}

}  // namespace
}  // namespace aforo
