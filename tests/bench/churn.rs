//! Allocations as Rust programs make them: strings, vectors, maps and boxes that come and go. churn ROUNDS.
use std::collections::{BTreeMap, HashMap};

fn words(mut seed: u32) -> Vec<String> {
    (0..400)
        .map(|_| {
            seed = seed.wrapping_mul(1103515245).wrapping_add(12345);
            format!("a word on the heap {}", seed % 1000)
        })
        .collect()
}

fn catalogue(names: Vec<String>) -> BTreeMap<String, Box<Vec<usize>>> {
    let mut all: BTreeMap<String, Box<Vec<usize>>> = BTreeMap::new();
    for name in names {
        let n = name.len();
        all.entry(name).or_default().push(n);
    }
    all
}

fn count(all: &BTreeMap<String, Box<Vec<usize>>>) -> usize {
    let mut by_size: HashMap<usize, Vec<String>> = HashMap::new();
    for (name, parts) in all {
        by_size.entry(parts.len()).or_default().push(name.clone());
    }
    by_size.iter().map(|(size, group)| size * group.len()).sum()
}

fn main() {
    let rounds: u32 = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(1);
    let sum: usize = (0..rounds).map(|i| count(&catalogue(words(i)))).sum();
    println!("{sum}");
}
