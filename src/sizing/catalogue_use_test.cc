// A figure of the catalogue that no answer depends on is a limit that does not limit. Each column of what can be
// bought or rented is changed in all rows, and something of a sizing has to change with it: a design, what it is
// predicted on, or its bill.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "base/text.h"
#include "catalogue/csv_rows.h"
#include "model/storage_yaml.h"
#include "sizing/accelerator_hour.h"
#include "sizing/build.h"
#include "sizing/design_storage.h"
#include "sizing/money.h"
#include "sizing/other_accelerator.h"
#include "sizing/test_kit.h"

namespace aforo {
namespace {

// What is for a reader, and why no answer needs it. All others are held to their use.
const std::map<std::string, std::string> kForReaders = {
    {"kind", "of the row: marks what is estimated"},
    {"source", "of the row"},
    {"date", "of the row"},
    {"model", "a name"},
    {"name", "a name"},
    {"title", "a name"},
    {"type", "a name, that workloads ask for"},
    {"workload", "a name, that workloads ask for"},
    {"accelerator", "a name, that workloads ask for"},
    {"sample_bytes", "of a rate: with it the catalogue shows bytes a second"},
    {"note", "on how a rate was measured"}};

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of_file(const std::string& file) {
  std::ifstream in(std::string(AFORO_SOURCE_DIR) + "/data/catalogue/" + file);
  std::stringstream text;
  text << in.rdbuf();
  Rows out;
  for (CsvRow& row : csv_rows(text.str(), file)) out.push_back(std::move(row.fields));
  return out;
}

std::string text_of_rows(const Rows& rows) {
  std::string out;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string cell = row[i];
      for (std::size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2)
        cell.insert(at, 1, '"');
      out += (i == 0 ? "\"" : ",\"") + cell + "\"";
    }
    out += '\n';
  }
  return out;
}

// Another word that the column takes too, or an item that something else costs.
const std::map<std::string, std::string> kOther = {
    {"tlc", "qlc"},
    {"qlc", "tlc"},
    {"hdd", "tlc"},
    {"nvme", "disk"},
    {"disk", "nvme"},
    {"aws gcp azure", "azure"},
    {"aws gcp", "gcp"},
    {"yes", "no"},
    {"no", "yes"},
    {"file", "block"},
    {"block", "file"},
    {"object", "file"},
    {"aws", "gcp"},
    {"gcp", "azure"},
    {"azure", "aws"},
    {"other", "aws"},
    {"scratch", "zone"},
    {"zone", "scratch"},
    {"bought", "bought"},  // or none could be
    {"lustre", "nfs"},
    {"nfs", "lustre"},
    {"https", "nfs"},
    {"volume", "https"},
    {"replicated", "zone"},
    {"smr-host-managed", "cmr"},
    {"cmr", "smr-host-managed"},
    {"51200:aws-s3-standard.storage-50 512000:aws-s3-standard.storage-500", "1:power"},
    {"10000:egress.aws-10 50000:egress.aws-50 150000:egress.aws-150", "1:power"},
    {"10995:egress.gcp-10 164927:egress.gcp-150", "1:power"},
    {"10000:egress.azure-10 50000:egress.azure-50 150000:egress.azure-150", "1:power"},
    {"gcp:a100.hour.gcp azure:a100.hour.azure", "gcp:power"},
    {"gcp:h100.hour.gcp azure:h100.hour.azure", "gcp:power"},
    {"gcp:h200.hour.gcp azure:h200.hour.azure", "gcp:power"},
    {"azure:mi300x.hour.azure", "azure:power"},
    {"51200:azure-blob-hot.storage-50 512000:azure-blob-hot.storage-500", "1:power"},
    {"benchmark", "training"}};

std::string changed(const std::string& cell) {
  if (cell.empty()) return cell;
  char* end = nullptr;
  const double number = std::strtod(cell.c_str(), &end);
  if (*end == '\0') return fmt::format("{:.10g}", number >= 2 ? number / 2 : number * 2);
  const auto other = kOther.find(cell);
  return other == kOther.end() ? "power" : other->second;  // an item of the price list, of another price
}

Catalogue catalogue_with(const std::string& file, const std::string& text) {
  static const auto shipped = [] {
    std::map<std::string, std::string> all;
    for (const char* const name : {"drives.csv", "nodes.csv", "nics.csv", "services.csv", "egress.csv",
                                   "accelerators.csv", "hosts.csv", "rates.csv", "price_history.csv"})
      all[name] = text_of_rows(rows_of_file(name));
    return all;
  }();
  return Catalogue::read(
      [&](std::string_view name) { return name == file ? text : shipped.at(std::string(name)); });
}

// A job that reads a million files of a size, and writes checkpoints; it holds what they need, or so much.
struct Wanted {
  double file_bytes;
  std::optional<Bytes> capacity;
};
constexpr Bytes kLarge{5'000'000'000'000'000};  // more than most services sell as one
SizingAsk ask_for(const Wanted& wanted, Place place) {
  SizingAsk ask = plain_ask();
  ask.place = place;
  Workload& job = ask.jobs[0].workload;
  job.accelerator.count = 64;
  job.checkpoint.parameters = 8e9;
  job.checkpoint.every = Seconds{1800};
  job.dataset.sample_size = constant_law(wanted.file_bytes);
  ask.capacity = wanted.capacity;
  return ask;
}

void add_design(std::string& out, const Design& d, const Need& need) {
  out += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}\n", d.name, d.usable.value, d.read.value,
                     d.write.value, d.opens.value, d.requests.value, d.writes.value, d.client_network.value,
                     d.watts, d.rack_units, d.rebuild.value, join(d.notes, "; "));
  for (const BillLine& line :
       bill_of(d, need, {Served{0.9, 0.9, 0.9, "", 0.8}}, PriceBook::shipped(), 1).lines)
    out += fmt::format("{} {} {}\n", line.item, line.quantity, line.month);
}

// All that answers at these places are made of, in words.
std::string answer_of(const Catalogue& catalogue, Place place) {
  std::string out;
  std::set<std::string> predicted;  // a design of each product: they differ in number
  for (const Wanted& wanted : {Wanted{4096, {}}, Wanted{1e6, {}}, Wanted{100e6, {}}, Wanted{1e6, kLarge}}) {
    if (wanted.capacity && place != Place::kCloud) continue;
    const SizingAsk ask = ask_for(wanted, place);
    const Need need = need_of(ask);
    for (const Design& d : some_designs(ask, catalogue)) {
      add_design(out, d, need);
      if (predicted.insert(d.product).second) out += to_yaml(storage_of_design(d));
    }
  }
  for (const EgressPrice& egress : catalogue.egress())
    for (const CostLine& line : egress_lines(egress, 200e12, std::string(to_string(egress.provider))))
      out += fmt::format("{} {} {}\n", line.label, line.item, line.quantity);
  for (const Accelerator& a : catalogue.accelerators())
    for (const AcceleratorTerms terms : kAcceleratorTerms)
      for (const Provider cloud : {Provider::kAws, Provider::kGcp, Provider::kAzure})
        for (const CostLine& line : accelerator_month(a, terms, cloud))
          out += fmt::format("{} {}\n", line.item, line.quantity);
  for (const char* const set : {"benchmark", "training"}) {
    Workload job = plain_job();
    job.name = "resnet50_h100";
    try {
      out += fmt::format("{}\n", law_mean(at_rates(job, set, catalogue).accelerator.step_time));
    } catch (const UserError& error) {
      out += error.what();
    }
  }
  return out;
}

class CatalogueUse : public ::testing::TestWithParam<std::string> {};

TEST_P(CatalogueUse, EveryColumnChangesAnAnswer) {
  const std::string file = GetParam();
  const Rows rows = rows_of_file(file);
  ASSERT_GT(rows.size(), 1U);
  const bool bought = file == "drives.csv" || file == "nodes.csv" || file == "nics.csv";
  const Place place = file == "hosts.csv" ? Place::kAny : bought ? Place::kOnPremises : Place::kCloud;
  const std::string now = answer_of(catalogue_with(file, text_of_rows(rows)), place);
  for (std::size_t column = 0; column < rows[0].size(); ++column) {
    if (kForReaders.contains(rows[0][column])) continue;
    Rows other = rows;
    for (std::size_t i = 1; i < other.size(); ++i) other[i][column] = changed(other[i][column]);
    std::string then;
    try {
      then = answer_of(catalogue_with(file, text_of_rows(other)), place);
    } catch (const UserError& error) {
      ADD_FAILURE() << rows[0][column] << " could not be changed: " << error.what();
    }
    EXPECT_TRUE(now != then) << file << ": nothing depends on '" << rows[0][column]
                             << "'; use it in a check, or leave it out";
  }
}

INSTANTIATE_TEST_SUITE_P(Files, CatalogueUse,
                         ::testing::Values("drives.csv", "nodes.csv", "nics.csv", "services.csv",
                                           "egress.csv", "accelerators.csv", "hosts.csv", "rates.csv"),
                         [](const auto& file) { return file.param.substr(0, file.param.find('.')); });

}  // namespace
}  // namespace aforo
