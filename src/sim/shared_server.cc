#include "sim/shared_server.h"

#include <algorithm>

namespace aforo {
namespace {

// Who goes next has been waiting for long: the frame that it lies in is fetched while others run.
void prefetch_visit(const Visit* visit) { prefetch_lines(visit, -2, 5); }

}  // namespace

void SharedServer::enter(Visit& visit, double work, std::uint32_t klass, double operations) {
  advance();
  Class& of = classes_[klass];
  if (of.customers.empty()) of.virtual_time = 0;
  of.customers.push({of.virtual_time + work, &visit});
  ++count_;
  use_.operations += operations;
  if (firing_) return;  // who lets customers go sets the rates once, afterwards
  set_rates();
  arm();
}

// Its customers, and the frame of the next one; then what that one touches.
void SharedServer::fetch_behind(int stage) const {
  if (stage == 1) {
    __builtin_prefetch(classes_.data(), 1);
    prefetch_visit(leaving_);
    return;
  }
  if (stage == 2)
    for (const Class& of : classes_) of.customers.prefetch();
  if (leaving_ != nullptr) leaving_->fetch(stage - 1);
}

void SharedServer::fire() {
  if (clock_.now().value != armed_) return;  // another event has taken this one's place
  armed_ = kNever;
  advance();
  firing_ = true;
  for (std::size_t i = 0; i < classes_.size(); ++i) release_due(classes_[i]);
  firing_ = false;
  set_rates();
  arm();
}

void SharedServer::release_due(Class& of) {
  const double slack = of.rate * resolution(last_);
  // Who left is nobody to look at.
  leaving_ = nullptr;
  // The virtual time begins anew where the last leaves and another comes.
  while (!of.customers.empty() &&
         of.customers.top().leaves <= of.virtual_time + std::max(slack, of.virtual_time * 4e-16)) {
    Visit* const visit = of.customers.top().visit;
    of.customers.pop();
    --count_;
    if (!of.customers.empty()) prefetch_visit(of.customers.top().visit);
    visit->go_on();  // which may enter again
  }
}

void SharedServer::advance() {
  const double now = clock_.now().value;
  const double took = now - last_;
  if (took <= 0) return;
  pass(Seconds{last_}, Seconds{now}, count_);
  last_ = now;
  if (count_ == 0) return;
  use_.busy += busy_now_ * took;
  use_.in_flight += static_cast<double>(count_) * took;
  for (Class& of : classes_) of.virtual_time += of.rate * took;
}

void SharedServer::set_rates() {
  busy_now_ = 0;
  if (count_ == 0) return;
  for (std::uint32_t i = 0; i < classes_.size(); ++i) {
    Class& of = classes_[i];
    of.rate = of.customers.empty() ? 0 : rate_each(i, count_);
    if (!of.customers.empty()) busy_now_ += busy_share(i, of.customers.size(), count_);
  }
}

void SharedServer::arm() {
  leaving_ = nullptr;
  if (count_ == 0) return;
  double due = next_change().value;
  for (const Class& of : classes_) {
    if (of.customers.empty()) continue;
    const double leaves = last_ + (of.customers.top().leaves - of.virtual_time) / of.rate;
    if (leaves < due) leaving_ = of.customers.top().visit;
    due = std::min(due, leaves);
  }
  due = std::max(due, last_);
  if (due >= armed_) return;
  armed_ = due;
  clock_.at(Seconds{due}, *this);
}

ServerUse SharedServer::use() {
  advance();
  return use_;
}

}  // namespace aforo
