// Known allocations in Rust: 50 vectors of 1000 bytes kept, 20 boxes of 64 dropped.
#[inline(never)]
fn vector_of_1000() -> Vec<u8> {
    Vec::with_capacity(1000)
}

#[inline(never)]
fn box_of_64() -> Box<[u64; 8]> {
    Box::new([7; 8])
}

fn main() {
    let kept: Vec<Vec<u8>> = (0..50).map(|_| vector_of_1000()).collect();
    let sum: u64 = (0..20).map(|_| box_of_64()[3]).sum();
    let joined = std::thread::spawn(move || kept.len()).join().unwrap();
    println!("{} {}", joined, sum);
}
