// Values to bytes and back, for another process of the same build of aforo.
//
// A class says once what it is made of, and both ways follow from it:
//
//   template <class Carrier>
//   void carry(Carrier& carrier) { carrier(count_, sum_, points_); }
//
// Bytes are the machine's own: order, sizes and padding are those of the build, so they go between processes whose version
// is known to be the same, and into no file. One owner; no failure but what Unpacker::ok tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace aforo {

// What is one piece of bytes. A pointer means nothing elsewhere.
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

template <class T, class Carrier>
concept Carried = requires(T& value, Carrier& carrier) {
  value.carry(carrier);
};

class Packer {
 public:
  template <class... T>
  void operator()(T&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  template <class T>
  void put(T& value) {
    if constexpr (Carried<T, Packer>) {
      value.carry(*this);
    } else {
      static_assert(Plain<T>);
      append(&value, sizeof(value));
    }
  }
  void put(std::string& text) {
    put_size(text.size());
    append(text.data(), text.size());
  }
  template <class T>
  void put(std::vector<T>& list) {
    put_size(list.size());
    if constexpr (Plain<T> && !Carried<T, Packer>)
      append(list.data(), list.size() * sizeof(T));
    else
      for (T& value : list) put(value);
  }
  template <class T>
  void put(std::optional<T>& value) {
    bool is = value.has_value();
    put(is);
    if (is) put(*value);
  }
  void put_size(std::uint64_t size) { put(size); }
  void append(const void* from, std::size_t size) {
    if (size > 0) bytes_.append(static_cast<const char*>(from), size);
  }

  std::string bytes_;
};

class Unpacker {
 public:
  // `bytes` outlives it.
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  // So far there were enough bytes. Where there were not, values are as they were, or empty.
  bool ok() const { return ok_; }

 private:
  template <class T>
  void get(T& value) {
    if constexpr (Carried<T, Unpacker>) {
      value.carry(*this);
    } else {
      static_assert(Plain<T>);
      cut(&value, sizeof(value));
    }
  }
  void get(std::string& text) {
    text.resize(size_of(1));
    cut(text.data(), text.size());
  }
  template <class T>
  void get(std::vector<T>& list) {
    if constexpr (Plain<T> && !Carried<T, Unpacker>) {
      list.resize(size_of(sizeof(T)));
      cut(list.data(), list.size() * sizeof(T));
    } else {
      list.clear();
      for (std::uint64_t left = size_of(1); left > 0 && ok_; --left) get(list.emplace_back());
    }
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool is = false;
    get(is);
    value.reset();
    if (is) get(value.emplace());
  }
  // Of a list whose items take at least so many bytes each; 0 where they cannot all be there.
  std::uint64_t size_of(std::size_t item) {
    std::uint64_t size = 0;
    get(size);
    if (size > left_.size() / item) ok_ = false;
    return ok_ ? size : 0;
  }
  void cut(void* to, std::size_t size) {
    if (size > left_.size()) ok_ = false;
    if (!ok_ || size == 0) return;
    std::memcpy(to, left_.data(), size);
    left_.remove_prefix(size);
  }

  std::string_view left_;
  bool ok_ = true;
};

// A value as bytes, and one from bytes that are known to be whole. Throws std::logic_error where they are not.
template <class T>
std::string carried(T& value) {
  Packer packer;
  packer(value);
  return packer.take();
}
template <class T>
T carried_to(std::string_view bytes) {
  T value;
  Unpacker unpacker(bytes);
  unpacker(value);
  if (!unpacker.ok()) throw std::logic_error("carried_to: bytes that are not whole");
  return value;
}

}  // namespace aforo
