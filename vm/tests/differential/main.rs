//! The same questions to this VM and to the stock `erl` on the path, thousands of each kind, generated at random from
//! a fixed seed (`JOIST_SEED` sets another, `JOIST_CASES` how many). Without an `erl` the test says so and passes.

mod bits;
mod numbers;
mod random;
mod stock;
mod terms;
mod texts;

use joist_vm::heap::Fragments;

/// How many cases of each kind.
fn cases() -> u64 {
    std::env::var("JOIST_CASES").ok().and_then(|v| v.parse().ok()).unwrap_or(3000)
}

/// The seed of this run.
fn seed() -> u64 {
    std::env::var("JOIST_SEED").ok().and_then(|v| v.parse().ok()).unwrap_or(1)
}

/// Runs a group of cases if there is a stock Erlang to ask.
fn with_stock(group: impl FnOnce(&mut Fragments)) {
    joist_vm::atom::init();
    let Some(release) = stock::release() else {
        eprintln!("SKIPPED: no `erl` on the path, nothing to compare with (apt-get install erlang-base)");
        return;
    };
    joist_vm::release::set(release);
    group(&mut Fragments::new());
}

#[test]
fn as_stock() {
    with_stock(|heap| {
        terms::check(heap);
        numbers::check(heap);
        bits::check(heap);
        texts::check(heap);
    });
}
