// Sites whose types are written beside them, as in sites.c.
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#define FAR __attribute__((noinline))
#define KEEP(p) __asm__ volatile("" : : "g"(p) : "memory")

namespace geo {
struct Point {
  double x, y, z;
  Point(double v) : x(v), y(v), z(v) {}
};
struct Plain {
  int a;
  long b;
};
struct Base {
  virtual ~Base() {}
  long k = 1;
};
struct Derived : Base {
  Derived(int q) : q(q) {}
  int q;
};
struct SameSize : Base {
  SameSize() { k = 2; }
};
struct Outside : Base {
  FAR Outside(int q);
  int q;
};
FAR Outside::Outside(int q) : q(q) {}
struct FarBase {
  virtual ~FarBase() {}
  FAR FarBase();
  long k;
};
FAR FarBase::FarBase() : k(3) {}
struct Inlined : FarBase {
  Inlined() { k++; }
};
} // namespace geo
using namespace geo;

FAR int compute() {
  return 7;
}

FAR Point *make_point(double v) { // type: geo::Point
  return new Point(v);
}
FAR Plain *make_plain() { // type: geo::Plain
  Plain *p = new Plain;
  p->a = 1;
  return p;
}
FAR Base *make_derived(int q) { // type: geo::Derived
  Base *b = new Derived(q);
  return b;
}
FAR Base *make_same_size() { // type: geo::SameSize
  Base *b = new SameSize();
  return b;
}
// The constructor of the base class is called from the one that is inlined.
FAR FarBase *make_inlined() { // type: geo::Inlined
  return new Inlined();
}
// g++ -O2 knows which registers compute() leaves alone.
FAR Base *make_outside() { // type: geo::Outside else g++
  Base *b = new Outside(compute());
  return b;
}
// A pointer to a class with virtual functions says too little: this is a SameSize.
FAR void prepare(void *p) {
  new (p) SameSize();
}
FAR Base *from_registry() { // type: none
  Base *b = static_cast<Base *>(::operator new(sizeof(SameSize)));
  prepare(b);
  return b;
}
// No constructor of its own, but one of its only member, which is as large.
struct Named {
  std::string name;
};
FAR Named *make_named() { // type: Named
  Named *n = new Named{std::string()};
  return n;
}
FAR int *make_ints(int n) { // type: int[]
  int *p = new int[n];
  p[0] = n;
  return p;
}
FAR std::vector<Point> vector_of_points(int n) { // type: geo::Point[]
  std::vector<Point> v;
  for (int i = 0; i < n; i++)
    v.push_back(Point(i));
  return v;
}
FAR std::map<int, Point>
map_of_points(int n) { // type: std::_Rb_tree_node<std::pair<const int, geo::Point>>
  std::map<int, Point> m;
  for (int i = 0; i < n; i++)
    m.emplace(i, Point(i));
  return m;
}
FAR std::list<Plain> list_of_plain(int n) { // type: std::_List_node<geo::Plain>
  std::list<Plain> l;
  for (int i = 0; i < n; i++)
    l.push_back(Plain{1, 2});
  return l;
}
FAR std::unordered_map<int, Plain> hash_of_plain(
    int n) { // type: std::__detail::_Hash_node<std::pair<const int, geo::Plain>, false> | std::__detail::_Hash_node_base *[]
  std::unordered_map<int, Plain> m;
  for (int i = 0; i < n; i++)
    m[i] = Plain{1, 2};
  return m;
}
FAR std::deque<int> deque_of_ints(int n) { // type: int[] | int *[]
  std::deque<int> d;
  for (int i = 0; i < n; i++)
    d.push_back(i);
  return d;
}
FAR std::shared_ptr<Point>
shared_point(int i) { // type: std::_Sp_counted_ptr_inplace<geo::Point, ...
  return std::make_shared<Point>(i);
}
FAR std::unique_ptr<Point> unique_point(int i) { // type: geo::Point
  return std::make_unique<Point>(i);
}
FAR std::string some_text(int n) { // type: char[]
  return std::string(n, 'x');
}

int main() {
  KEEP(make_point(1));
  KEEP(make_plain());
  KEEP(make_derived(2));
  KEEP(make_same_size());
  KEEP(make_inlined());
  KEEP(make_outside());
  KEEP(from_registry());
  KEEP(make_named());
  KEEP(make_ints(30));
  auto v = vector_of_points(100);
  auto m = map_of_points(100);
  auto l = list_of_plain(100);
  auto h = hash_of_plain(100);
  auto d = deque_of_ints(1000);
  auto s = shared_point(1);
  auto u = unique_point(2);
  auto t = some_text(300);
  KEEP(&v);
  KEEP(&m);
  KEEP(&l);
  KEEP(&h);
  KEEP(&d);
  KEEP(&s);
  KEEP(&u);
  KEEP(&t);
}
