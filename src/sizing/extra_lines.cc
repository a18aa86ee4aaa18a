#include "sizing/extra_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "sizing/cloud_limits.h"
#include "sizing/design_storage.h"
#include "sizing/egress.h"
#include "sizing/payments.h"
#include "sizing/shelf.h"

namespace aforo {
namespace {

constexpr double kSentGigabyte = 1e9;  // as what leaves a cloud is counted (design.h)

// Kept in an archive class of the large three, whoever has the first copy: others have none.
double backed_up(const Need& need) { return billed_gb(Provider::kAws, in_bytes(need.capacity)); }

std::string backup_item(const Need& need) {
  return need.extras.backup ? fmt::format("backup.{}", to_string(*need.extras.backup)) : "";
}

class ExtraLines {
 public:
  ExtraLines(const Design& design, const Need& need, const PriceBook& prices, Bill& bill)
      : design_(design),
        need_(need),
        prices_(prices),
        bill_(bill),
        sent_(in_bytes(need.capacity) / kSentGigabyte) {}

  // Millions of small files cost more to bring in than months of keeping them.
  void add_loading() {
    const CloudService* s = keeper_of(design_);
    if (s == nullptr || s->put_price.empty()) return;
    double writes = 0;
    for (const JobNeed& job : need_.jobs)
      writes +=
          need_.extras.copies * job.files_held * std::max(1.0, file_bytes(job) / in_bytes(kObjectRange));
    line(fmt::format("brought in once, {:.3g} writes, paid off", writes), s->put_price,
         writes / 1000 * monthly_of_once());
  }

  void add_copies() {
    const double more = need_.extras.copies - 1.0;
    if (more <= 0) return;
    const std::string times = more > 1 ? fmt::format("{:g} more copies: ", more) : "second copy: ";
    if (design_.service != nullptr) {
      const bool archive = design_.archive != nullptr;
      const Bytes kept = archive ? design_.usable : design_.bought;
      const CloudService& keeper = archive ? *design_.archive : *design_.service;
      for (const CostLine& part : storage_lines(keeper, billed_bytes(keeper, need_, in_bytes(kept)),
                                                times + bytes_decimal(kept) + " kept"))
        line(part.label, part.item, more * part.quantity);
      send(times, more);
      return;
    }
    std::vector<CostLine> shelf;
    add_shelf_costs(design_.main, shelf);
    for (const CostLine& part : shelf) bought_line(times, part, more);
  }

  void add_backup() {
    if (!need_.extras.backup) return;
    line(fmt::format("backup: {} kept in the {}", bytes_decimal(need_.capacity),
                     to_string(*need_.extras.backup)),
         backup_item(need_), backed_up(need_));
    if (design_.service != nullptr) send("backup: ", 1);
  }

  void add_crossing(double read_bytes) {
    const CloudService* s = design_.service;
    if (s == nullptr || s->kind != ServiceKind::kFile || need_.extras.cross_zone <= 0) return;
    const std::string item = fmt::format("cross-zone.{}", to_string(s->provider));
    if (prices_.find(item) == nullptr) return;  // free of charge there
    const double crossing = read_bytes * need_.extras.cross_zone;
    line(fmt::format("{} read across zones", bytes_decimal(Bytes{static_cast<std::uint64_t>(crossing)})),
         item, crossing / kSentGigabyte);
  }

 private:
  void line(std::string label, const std::string& item, double quantity) {
    if (item.empty() || quantity <= 0) return;
    bill_.lines.push_back({std::move(label), item, quantity, quantity * prices_.at(item).value, 0, false});
  }

  static double file_bytes(const JobNeed& job) {
    const DatasetSpec& data = job.workload.dataset;
    return law_mean(data.sample_size) * static_cast<double>(data.samples) / static_cast<double>(data.files());
  }

  // A month of what is paid once.
  double monthly_of_once() const {
    return capital_recovery(prices_.at("interest").value, prices_.at("life.storage").value) / 12;
  }

  // Once, paid off: linear in its prices, as every line is.
  void send(const std::string& what, double times) {
    const Provider provider = design_.service->provider;
    const double monthly = monthly_of_once();
    const std::string label = what + "sent once, paid off";
    const std::string inside = "between-regions." + std::string(to_string(provider));
    if (prices_.find(inside) != nullptr) return line(label, inside, times * sent_ * monthly);
    for (const CostLine& part : leaving_lines(design_, times * in_bytes(need_.capacity), label))
      line(part.label, part.item, part.quantity * monthly);
  }

  void bought_line(const std::string& what, const CostLine& part, double times) {
    if (part.item.empty()) return;
    const double quantity = times * part.quantity;
    const double amount =
        quantity * prices_.at(part.item).value * (part.markup.empty() ? 1 : prices_.at(part.markup).value);
    bill_.lines.push_back({what + part.label, part.item, quantity,
                           part.purchase ? amount * monthly_of_purchase(prices_) : amount,
                           part.purchase ? amount : 0, false, part.markup});
    if (part.purchase) bill_.purchase += amount;
  }

  const Design& design_;
  const Need& need_;
  const PriceBook& prices_;
  Bill& bill_;
  const double sent_;  // GB, of a copy
};

}  // namespace

void add_extra_lines(const Design& design, const Need& need, double read_bytes, const PriceBook& prices,
                     Bill& bill) {
  ExtraLines lines(design, need, prices, bill);
  lines.add_loading();
  lines.add_copies();
  lines.add_backup();
  lines.add_crossing(read_bytes);
}

double backup_costs(const Need& need, const PriceBook& prices) {
  const std::string item = backup_item(need);
  return item.empty() ? 0 : backed_up(need) * prices.at(item).value;
}

std::string restore_item(const Need& need) {
  const std::string kept = backup_item(need);
  return kept.empty() ? "" : kept + ".restore";
}

double restore_costs(const Need& need, const PriceBook& prices) {
  const std::string item = restore_item(need);
  return item.empty() ? 0 : backed_up(need) * prices.at(item).value;
}

}  // namespace aforo
