#include "shapes.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

volatile uint64_t sink;

/* Its destructor runs while an exception unwinds the stack, from a landing pad. */
struct Guard {
  dice *r;
  explicit Guard(dice *r) : r(r) {}
  ~Guard() {
    sink = sink + 1;
    r->at_point();
  }
};

struct Thrown : std::runtime_error {
  dice *r;
  explicit Thrown(dice *r) : std::runtime_error("thrown"), r(r) {}
  Thrown(const Thrown &other) : std::runtime_error(other), r(other.r) { r->at_point(); }
};

[[gnu::noinline]] void throw_from(dice *r, int frames) {
  Guard guard(r);
  if (frames > 0)
    throw_from(r, frames - 1);
  else {
    Thrown thrown(r);
    throw thrown;
  }
  sink = sink + 2;
}

[[gnu::noinline]] void exception(dice *r, int depth) {
  try {
    throw_from(r, 1 + static_cast<int>(dice_below(r, 4)));
  } catch (const Thrown &) {
    r->at_point();
    shapes_go(r, depth);
  }
}

[[gnu::noinline]] void rethrown(dice *r, int depth) {
  try {
    try {
      Guard outer(r);
      throw_from(r, 2);
    } catch (...) {
      Guard inner(r);
      throw;
    }
  } catch (const std::exception &e) {
    sink = sink + static_cast<uint64_t>(e.what()[0]);
  }
  shapes_go(r, depth);
}

[[gnu::noinline]] void shape_no_throw(dice *r, int depth) noexcept {
  shapes_go(r, depth);
}

struct Left {
  virtual ~Left() = default;
  virtual void left(dice *r, int depth) = 0;
  uint64_t a = 1;
};
struct Right {
  virtual ~Right() = default;
  virtual void right(dice *r, int depth) = 0;
  uint64_t b = 2;
};
/* right() is reached through a thunk that adjusts `this`. */
struct Both : Left, virtual Right {
  void left(dice *r, int depth) override {
    shapes_go(r, depth);
    sink = sink + a;
  }
  void right(dice *r, int depth) override {
    shapes_go(r, depth);
    sink = sink + b;
  }
};

[[gnu::noinline]] void virtual_call(dice *r, int depth) {
  std::unique_ptr<Both> both(new Both);
  if (depth % 2)
    static_cast<Left *>(both.get())->left(r, depth);
  else
    static_cast<Right *>(both.get())->right(r, depth);
}

[[gnu::noinline]] void sorted(dice *r, int depth) {
  std::vector<int> v;
  for (int i = 0; i < 20; i++)
    v.push_back(static_cast<int>(dice_below(r, 50)));
  std::sort(v.begin(), v.end(), [&](int a, int b) {
    if (dice_below(r, 20) == 0)
      shapes_go(r, depth / 2);
    return a < b;
  });
  sink = sink + static_cast<uint64_t>(v[0]);
}

[[gnu::noinline]] void lambda(dice *r, int depth) {
  std::map<std::string, int> m;
  std::function<void(int)> f = [&](int d) {
    m[std::to_string(d)] = d;
    shapes_go(r, d);
  };
  f(depth);
  f(depth / 2);
  sink = sink + m.size();
}

struct Constructed {
  Guard guard;
  explicit Constructed(dice *r, int depth) : guard(r) {
    shapes_go(r, depth);
    if (depth % 3 == 0)
      throw Thrown(r);
  }
};

/* The members of an object whose constructor throws are destroyed. */
[[gnu::noinline]] void constructed(dice *r, int depth) {
  try {
    Constructed c(r, depth);
    sink = sink + 1;
  } catch (const Thrown &) {
    r->at_point();
  }
}

void (*const shapes[])(dice *, int) = {exception, rethrown, shape_no_throw, virtual_call,
                                       sorted,    lambda,   constructed};

} // namespace

void shapes_cpp(dice *r, int depth) {
  shapes[dice_below(r, sizeof(shapes) / sizeof(shapes[0]))](r, depth);
}
