//! The sizes that heaps grow through: Fibonacci-like up to about a million words, then by a fifth
//! (`erts_init_gc` in `erl_gc.c`).

/// The smallest heap, in words.
pub const MIN_HEAP: usize = 233;
const FIRST: [usize; 2] = [12, 38];
/// Up to where bytes are counted in 53 bits.
const COUNT: usize = 137;

const fn table() -> [usize; COUNT] {
    let mut t = [0; COUNT];
    t[0] = FIRST[0];
    t[1] = FIRST[1];
    let mut i = 2;
    while i < COUNT {
        t[i] = if t[i - 1] + t[i - 2] < 1_000_000 { t[i - 1] + t[i - 2] + 1 } else { t[i - 1] + t[i - 1] / 5 };
        i += 1;
    }
    t
}

static SIZES: [usize; COUNT] = table();

/// All of them, smallest first.
pub fn all() -> &'static [usize] {
    &SIZES
}

/// The smallest heap size of at least `words`.
#[must_use]
pub fn next_size(words: usize) -> usize {
    SIZES[SIZES.partition_point(|s| *s < words).min(COUNT - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_sizes() {
        assert_eq!([next_size(234), next_size(377)], [376, 610]);
        assert_eq!(next_size(MIN_HEAP), 233);
        assert_eq!(all().last(), Some(&885_767_171_276_247));
    }
}
