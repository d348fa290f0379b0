//! A choice of the fixtures in QEMU, on one and two CPUs: a release of them prints what stock `erl` prints.

use joist_tests::{boot, compile_fixtures, difference, fixture_sources, release_of, run_fixtures, sections};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

/// One or two of each area: numbers, bits, terms, memory, exceptions, processes, time, tables, code, sockets.
const CHOICE: [&str; 24] = [
    "arith_small",
    "bignum",
    "bits_build",
    "bits_match",
    "etf",
    "ets_basic",
    "ets_match_spec",
    "exceptions",
    "funs_1",
    "gc_pressure",
    "lists_1",
    "maps_1",
    "net_controls",
    "net_local",
    "net_options",
    "net_packets",
    "net_socket",
    "net_tcp",
    "net_udp",
    "order",
    "procs",
    "select",
    "strings",
    "timers_1",
];

#[test]
fn as_stock_answers() {
    let temp = tempfile::tempdir().expect("a directory");
    let ebin = temp.path().join("ebin");
    std::fs::create_dir(&ebin).expect("made");
    let name = |p: &std::path::PathBuf| p.file_stem().map(|s| s.to_string_lossy().into_owned());
    let sources: Vec<_> =
        fixture_sources().into_iter().filter(|p| name(p).is_some_and(|n| CHOICE.contains(&&*n))).collect();
    let modules: Vec<String> = sources.iter().filter_map(name).collect();
    assert_eq!(modules.len(), CHOICE.len(), "{modules:?}");
    compile_fixtures(&sources, None, &[], &ebin);
    let stock = run_fixtures(&|| Command::new("erl"), &ebin, &modules);
    let release = release_of("fixtures", &ebin, temp.path());
    let eval = format!("fixture_runner:main([{}]).", modules.join(","));
    for cpus in ["1", "2"] {
        let args = ["-m", "512M", "--smp", cpus, "--", "-noshell", "-eval", &eval];
        let guest = boot(&release, &args, Duration::from_secs(240));
        assert_eq!(guest.status, Some(0), "{}", guest.console);
        let mut ours = BTreeMap::new();
        sections(&guest.console, &mut ours);
        for module in &modules {
            let text = ours.get(module).unwrap_or_else(|| panic!("no {module} in {}", guest.console));
            if let Some(difference) = difference(&stock[module], text) {
                panic!("{module} on {cpus} CPUs, {difference}");
            }
        }
    }
}
