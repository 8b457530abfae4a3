// Sites whose types are written beside them, as in sites.c.
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hint::black_box;
use std::rc::Rc;

pub struct Point {
    x: f64,
    y: f64,
    z: f64,
}

fn point(i: usize) -> Point {
    Point { x: i as f64, y: 1.0, z: 2.0 }
}

#[inline(never)]
fn boxed(i: usize) -> Box<Point> { // type: sites::Point
    Box::new(point(i))
}
#[inline(never)]
fn shared(i: usize) -> Rc<Point> { // type: alloc::rc::RcInner<sites::Point>
    Rc::new(point(i))
}
#[inline(never)]
fn grown(n: usize) -> Vec<Point> { // type: sites::Point[]
    let mut v = Vec::new();
    for i in 0..n {
        v.push(point(i));
    }
    v
}
#[inline(never)]
fn reserved(n: usize) -> Vec<u32> { // type: u32[]
    let mut v = Vec::with_capacity(n);
    v.push(1);
    v
}
#[inline(never)]
fn zeroed(n: usize) -> Vec<u64> { // type: u64[]
    vec![0u64; n]
}
#[inline(never)]
fn text(n: usize) -> String { // type: u8[]
    "x".repeat(n)
}
#[inline(never)]
fn hashed(n: u32) -> HashMap<u32, Point> { // type: hashbrown::raw::RawTable<(u32, sites::Point)>
    let mut m = HashMap::new();
    for i in 0..n {
        m.insert(i, point(i as usize));
    }
    m
}
#[inline(never)]
fn tree(n: u32) -> BTreeMap<u32, u64> { // type: alloc::collections::btree::node::LeafNode<u32, u64> | alloc::collections::btree::node::InternalNode<u32, u64>
    let mut m = BTreeMap::new();
    for i in 0..n {
        m.insert(i, 7);
    }
    m
}
#[inline(never)]
fn deque(n: u32) -> VecDeque<u16> { // type: u16[]
    let mut d = VecDeque::new();
    for i in 0..n {
        d.push_back(i as u16);
    }
    d
}

fn main() {
    black_box(boxed(1));
    black_box(shared(1));
    black_box(grown(100));
    black_box(reserved(50));
    black_box(zeroed(300));
    black_box(text(500));
    black_box(hashed(100));
    black_box(tree(100));
    black_box(deque(300));
    let p = point(3);
    black_box(p.x + p.y + p.z);
}
