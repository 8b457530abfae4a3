// A program with Rust's collections; it ends while half of them live.
use std::collections::HashMap;

#[inline(never)]
fn work() -> HashMap<u32, Vec<String>> {
    let mut table = HashMap::with_capacity(64);
    for i in 0..1000u32 {
        let words: Vec<String> = (0..i % 7).map(|k| format!("{} {}", i, k)).collect();
        table.insert(i, words);
    }
    for i in 0..500u32 {
        table.remove(&(i * 2));
    }
    table
}

fn main() {
    let table = work();
    let boxed: Box<[u64]> = vec![1; 300].into_boxed_slice();
    std::process::exit((table.len() != 500 || boxed.len() != 300) as i32);
}
