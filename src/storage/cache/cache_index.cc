#include "storage/cache/cache_index.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace aforo {
namespace {

constexpr std::uint64_t kMagic = 0x31'65'68'63'61'63'6f'61;  // "aocache1"
constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};
enum SlotState : std::uint32_t { kFree, kFilling, kHeld, kGoing };

std::uint64_t blocks_of(std::uint64_t size) {
  return std::max<std::uint64_t>(1, (size + CacheIndex::kBlock - 1) / CacheIndex::kBlock);
}

// Slots for so many blocks; an object takes one at least.
std::uint32_t slots_for(Bytes size) {
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(size.value / CacheIndex::kBlock, 1, CacheIndex::kMostObjects));
}

std::uint64_t process_space() {
  struct stat space {};
  return stat("/proc/self/ns/pid", &space) == 0 ? space.st_ino : 0;
}

std::uint64_t first_bytes(std::string_view text, std::size_t at) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::uint64_t out = 0;
  std::memcpy(&out, digest + at, sizeof out);
  return out;
}

}  // namespace

CachedObject cached_object(std::string_view name, std::string_view version) {
  return {{first_bytes(name, 0), first_bytes(name, 8)}, version.empty() ? 0 : first_bytes(version, 0)};
}

// In the file; at its beginning, so that boot_of finds it.
struct CacheIndex::Header {
  std::uint64_t magic, boot;
  std::uint64_t capacity;  // bytes
  std::uint32_t policy, slots, buckets;
  std::uint32_t ready;
  std::uint32_t broken;
  std::uint32_t high;  // slots that were ever used
  std::uint32_t free;  // the first of those that are free again
  std::uint32_t newest, oldest;
  std::uint32_t objects;
  std::uint64_t used;  // blocks
  std::uint64_t draws;
  std::uint64_t process_space;  // in which process ids mean something
  std::uint32_t claims;
  pthread_mutex_t mutex;
};

struct CacheIndex::Slot {
  CachedObject object;
  std::uint64_t size;
  std::atomic<std::uint32_t> state;
  std::uint32_t users;
  std::uint32_t owner, claim;  // of what is fetched or going: a process, 0 = unknown
  std::uint32_t newer, older;  // of those that are held
  std::uint32_t next;          // of its bucket, or of the free ones
};

// The lock, which a process that dies with it hands on.
class CacheIndex::Hold {
 public:
  explicit Hold(const CacheIndex& index) : header_(*index.header_) { lock(); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() { unlock(); }
  void lock() {
    if (pthread_mutex_lock(&header_.mutex) != EOWNERDEAD) return;
    header_.broken = 1;
    pthread_mutex_consistent(&header_.mutex);
  }
  void unlock() { pthread_mutex_unlock(&header_.mutex); }

 private:
  Header& header_;
};

std::uint64_t CacheIndex::this_boot() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id.empty() ? 1 : first_bytes(id, 0) | 1;
}

std::uint64_t CacheIndex::boot_of(int descriptor) {
  std::uint64_t found[2] = {};
  return pread(descriptor, found, sizeof found, 0) == static_cast<ssize_t>(sizeof found) && found[0] == kMagic
             ? found[1]
             : 0;
}

CacheIndex::CacheIndex(int descriptor, const CacheOptions& options, bool fresh, Remove remove)
    : remove_(std::move(remove)) {
  const std::uint32_t slots = slots_for(options.size), buckets = std::bit_ceil(slots);
  bytes_ = sizeof(Header) + buckets * sizeof(std::uint32_t) + slots * sizeof(Slot);
  if (fresh) {
    int error = ftruncate(descriptor, 0) == 0 ? 0 : errno;
    // Its room is taken now: a page that a full disk refused later would end the process.
    if (error == 0) error = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes_));
    if (error != 0)
      throw UserError(
          fmt::format("expected {} in '{}' for the cache's index, found {}: give --cache another directory",
                      format_bytes(Bytes{bytes_}), options.directory, describe_errno(error)));
  }
  const auto differs = [&] {
    return UserError(fmt::format(
        "expected '{}' to be used with one --cache-size and --cache-policy, found that another process has others; give the same, "
        "or another directory",
        options.directory));
  };
  if (!fresh && lseek(descriptor, 0, SEEK_END) != static_cast<off_t>(bytes_)) throw differs();
  void* mapped = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED)
    throw UserError(
        fmt::format("expected to map the index of the cache '{}', found {}; give --cache another directory",
                    options.directory, describe_errno(errno)));
  header_ = static_cast<Header*>(mapped);
  buckets_ = reinterpret_cast<std::uint32_t*>(header_ + 1);
  slots_ =
      reinterpret_cast<Slot*>(static_cast<char*>(mapped) + sizeof(Header) + buckets * sizeof(std::uint32_t));
  if (fresh) make(options, slots, buckets);
  const bool same = header_->magic == kMagic && header_->ready != 0 &&
                    header_->capacity == options.size.value &&
                    header_->policy == static_cast<std::uint32_t>(options.policy);
  if (same) {
    if (header_->process_space != 0 && header_->process_space == process_space())
      process_ = static_cast<std::uint32_t>(getpid());
    return;
  }
  munmap(mapped, bytes_);
  throw differs();
}

CacheIndex::~CacheIndex() { munmap(header_, bytes_); }

void CacheIndex::make(const CacheOptions& options, std::uint32_t slots, std::uint32_t buckets) {
  Header& h = *header_;
  h.boot = this_boot();
  h.capacity = options.size.value;
  h.policy = static_cast<std::uint32_t>(options.policy);
  h.slots = slots, h.buckets = buckets;
  h.free = h.newest = h.oldest = kNoSlot;
  h.process_space = process_space();
  std::fill_n(buckets_, buckets, kNoSlot);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&h.mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  h.magic = kMagic;
  h.ready = 1;
}

std::uint32_t* CacheIndex::bucket_of(const CachedObject& object) const {
  return buckets_ + (object.name[0] & (header_->buckets - 1));
}

std::uint32_t CacheIndex::find_slot(const CachedObject& object) const {
  std::uint32_t slot = *bucket_of(object);
  while (slot != kNoSlot && slots_[slot].object.name != object.name) slot = slots_[slot].next;
  return slot;
}

bool CacheIndex::has_room(std::uint64_t blocks) const {
  return (header_->used + blocks) * kBlock <= header_->capacity &&
         (header_->free != kNoSlot || header_->high < header_->slots);
}

// One that is held and that nobody reads just now; kNoSlot: there is none.
std::uint32_t CacheIndex::victim() {
  const auto may_go = [&](std::uint32_t slot) {
    return slots_[slot].state.load(std::memory_order_relaxed) == kHeld && slots_[slot].users == 0;
  };
  if (header_->policy == static_cast<std::uint32_t>(Replacement::kLru)) {
    std::uint32_t slot = header_->oldest;
    while (slot != kNoSlot && !may_go(slot)) slot = slots_[slot].newer;
    return slot;
  }
  if (header_->high == 0) return kNoSlot;
  constexpr unsigned kDraws = 64;  // chosen: nearly all slots are held, so that one nearly always suffices
  std::uint32_t slot = 0;
  for (unsigned i = 0; i < kDraws; ++i) {
    slot = static_cast<std::uint32_t>(mix64(0x63616368, ++header_->draws) % header_->high);
    if (may_go(slot)) return slot;
  }
  for (std::uint32_t i = 0; i < header_->high; ++i, slot = (slot + 1) % header_->high)
    if (may_go(slot)) return slot;
  return kNoSlot;
}

std::uint32_t CacheIndex::new_slot(const CachedObject& object, std::uint64_t size) {
  std::uint32_t slot = header_->free;
  if (slot != kNoSlot)
    header_->free = slots_[slot].next;
  else
    slot = header_->high++;
  Slot& s = slots_[slot];
  s.object = object;
  s.size = size;
  s.users = 0;
  s.newer = s.older = kNoSlot;
  std::uint32_t* bucket = bucket_of(object);
  s.next = std::exchange(*bucket, slot);
  header_->used += blocks_of(size);
  ++header_->objects;
  return slot;
}

void CacheIndex::free_slot(std::uint32_t slot) {
  Slot& s = slots_[slot];
  std::uint32_t* at = bucket_of(s.object);
  while (*at != slot) at = &slots_[*at].next;
  *at = s.next;
  s.next = std::exchange(header_->free, slot);
  header_->used -= blocks_of(s.size);
  --header_->objects;
  set_state(slot, kFree);
}

void CacheIndex::link(std::uint32_t slot) {
  Slot& s = slots_[slot];
  s.newer = kNoSlot;
  s.older = std::exchange(header_->newest, slot);
  (s.older == kNoSlot ? header_->oldest : slots_[s.older].newer) = slot;
}

void CacheIndex::unlink(std::uint32_t slot) {
  const Slot& s = slots_[slot];
  (s.newer == kNoSlot ? header_->newest : slots_[s.newer].older) = s.older;
  (s.older == kNoSlot ? header_->oldest : slots_[s.older].newer) = s.newer;
}

// Whoever waits for the slot looks again.
void CacheIndex::set_state(std::uint32_t slot, std::uint32_t state) {
  auto& word = slots_[slot].state;
  word.store(state, std::memory_order_release);
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
}

void CacheIndex::make_busy(std::uint32_t slot, std::uint32_t state) {
  slots_[slot].owner = process_;
  slots_[slot].claim = ++header_->claims;
  set_state(slot, state);
}

// Whether nobody is at work any more on what is fetched or going.
bool CacheIndex::is_left(std::uint32_t slot) const {
  const std::uint32_t owner = slots_[slot].owner;
  return process_ != 0 && owner != 0 && owner != process_ && kill(static_cast<pid_t>(owner), 0) != 0 &&
         errno == ESRCH;
}

bool CacheIndex::is_claimed(const Taken& taken) const {
  const Slot& s = slots_[taken.slot];
  return header_->broken == 0 && s.state.load(std::memory_order_relaxed) == kFilling &&
         s.claim == taken.claim;
}

// Its bytes are free once the file is gone; nobody else takes it meanwhile.
void CacheIndex::remove_slot(Hold& hold, std::uint32_t slot) {
  unlink(slot);
  make_busy(slot, kGoing);
  const CachedObject object = slots_[slot].object;
  hold.unlock();
  remove_(object);
  hold.lock();
  if (header_->broken == 0) free_slot(slot);
}

CacheIndex::Taken CacheIndex::take(const CachedObject& object, std::uint64_t size) {
  Taken taken;
  const std::uint64_t blocks = blocks_of(size);
  Hold hold(*this);
  while (header_->broken == 0) {
    const std::uint32_t slot = find_slot(object);
    if (slot != kNoSlot) {
      Slot& s = slots_[slot];
      taken.slot = slot;
      taken.way = s.state.load(std::memory_order_relaxed) == kHeld ? Way::kHit : Way::kBusy;
      if (taken.way == Way::kBusy && is_left(slot)) {
        remove_(s.object);
        free_slot(slot);
        continue;
      }
      if (taken.way == Way::kBusy) return taken;
      ++s.users;
      unlink(slot), link(slot);
      taken.size = s.size, taken.version = s.object.version;
      return taken;
    }
    if (blocks * kBlock > header_->capacity) break;
    if (has_room(blocks)) {
      taken.slot = new_slot(object, size);
      make_busy(taken.slot, kFilling);
      taken.claim = slots_[taken.slot].claim;
      taken.way = Way::kFill;
      return taken;
    }
    const std::uint32_t goes = victim();
    if (goes == kNoSlot) break;
    ++taken.evicted;
    remove_slot(hold, goes);
  }
  taken.way = Way::kPass;
  return taken;
}

std::optional<CacheIndex::Known> CacheIndex::find(const CachedObject& object) const {
  const Hold hold(*this);
  const std::uint32_t slot = header_->broken ? kNoSlot : find_slot(object);
  if (slot == kNoSlot || slots_[slot].state.load(std::memory_order_relaxed) != kHeld) return std::nullopt;
  return Known{slots_[slot].object, slots_[slot].size};
}

void CacheIndex::release(std::uint32_t slot) {
  const Hold hold(*this);
  --slots_[slot].users;
}

void CacheIndex::drop(std::uint32_t slot) {
  Hold hold(*this);
  if (--slots_[slot].users == 0 && header_->broken == 0) remove_slot(hold, slot);
}

void CacheIndex::filled(const Taken& taken, std::uint64_t version) {
  const Hold hold(*this);
  if (!is_claimed(taken)) return;
  slots_[taken.slot].object.version = version;
  link(taken.slot);
  set_state(taken.slot, kHeld);
}

void CacheIndex::failed(const Taken& taken) {
  const Hold hold(*this);
  if (is_claimed(taken)) free_slot(taken.slot);
}

void CacheIndex::wait(std::uint32_t slot) const {
  auto& word = slots_[slot].state;
  const std::uint32_t state = word.load(std::memory_order_acquire);
  if (state != kFilling && state != kGoing) return;
  const timespec most{0, 100'000'000};
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, state, &most, nullptr, 0);
}

bool CacheIndex::add(const CachedObject& object, std::uint64_t size) {
  const Hold hold(*this);
  if (!has_room(blocks_of(size)) || find_slot(object) != kNoSlot) return false;
  const std::uint32_t slot = new_slot(object, size);
  link(slot);
  set_state(slot, kHeld);
  return true;
}

std::uint64_t CacheIndex::room_for(std::uint64_t size) { return blocks_of(size) * kBlock; }
std::uint64_t CacheIndex::capacity() const { return header_->capacity; }

std::uint64_t CacheIndex::objects() const {
  const Hold hold(*this);
  return header_->objects;
}

}  // namespace aforo
