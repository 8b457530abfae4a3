//! A basket, tested by `cargo test` under `memprof check`. With LEAK in its environment it loses its items.

pub fn fill_basket() -> Vec<Box<[u8; 1000]>> {
    (0..100).map(|i| Box::new([i as u8; 1000])).collect()
}

pub fn empty_basket(basket: Vec<Box<[u8; 1000]>>) {
    if std::env::var_os("LEAK").is_some() {
        for item in basket {
            Box::leak(item);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn basket() {
        let basket = super::fill_basket();
        assert_eq!(basket.len(), 100);
        super::empty_basket(basket);
    }
}
