//! The fixtures: each module of `beam-fixtures/` on stock `erl` and on `joist erl`, outputs compared byte for byte.

use joist_tests::{Outputs, binary, compile_fixtures, difference, erl_of, fixture_sources, other_otps, run_fixtures};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// The ways in which Joist runs them: engine, schedulers, garbage collection.
const MACHINES: [[&str; 3]; 4] = [
    ["threaded", "1", "normal"],
    ["threaded", "2", "normal"],
    ["match-loop", "2", "normal"],
    ["threaded", "1", "stress"],
];

/// Fixtures that differ on a later release: small maps there have their atom keys in another order, which shows in
/// whatever walks them (and in bags of tables); 27 and 29 answer a few calls otherwise; stock 29 has a port of its own
/// that fixtures take for an example. (That order is of the atoms' numbers, so now and then it is ours.)
const DIFFERENT: [(u32, &[&str]); 2] = [
    (
        27,
        &[
            "comparisons",
            "compile_inside",
            "error_info_stdlib",
            "etf",
            "ets_basic",
            "ets_match_spec",
            "ets_types",
            "eval_erl",
            "gc_binaries",
            "maps_library",
            "maps_order",
            "maps_update",
            "otp_logger",
        ],
    ),
    (
        29,
        &[
            "error_info_stdlib",
            "etf_terms",
            "ets_basic",
            "ets_match_spec",
            "ets_types",
            "maps_library",
            "message_copying",
            "monotonic_and_unique",
            "ports_spawnless",
            "time_functions",
            "timers_all",
            "type_tests",
        ],
    ),
];

/// The OTP release of an installation.
fn release(otp: &Path) -> u32 {
    let releases = std::fs::read_dir(otp.join("releases")).expect("its releases");
    let numbers = releases.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok());
    numbers.max().expect("a release")
}

fn joist(otp: Option<&Path>, [engine, schedulers, gc]: [&str; 3]) -> Command {
    let mut command = Command::new(binary());
    command.arg("erl");
    if let Some(otp) = otp {
        command.args([OsString::from("--otp"), otp.into()]);
    }
    command.args(["--engine", engine, "--gc", gc, "+S", schedulers]);
    command
}

/// Calls all of them, as many at a time as there are processors.
fn at_once<'a, T: Send + 'a>(jobs: Vec<Box<dyn FnOnce() -> T + Send + 'a>>) -> Vec<T> {
    let count = jobs.len();
    let jobs = Mutex::new(jobs.into_iter().enumerate().collect::<Vec<_>>());
    let results = Mutex::new(Vec::with_capacity(count));
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|s| {
        for _ in 0..workers.min(count) {
            s.spawn(|| {
                loop {
                    let next = jobs.lock().expect("the jobs").pop();
                    let Some((i, job)) = next else { break };
                    let result = job();
                    results.lock().expect("the results").push((i, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("the results");
    results.sort_by_key(|r| r.0);
    results.into_iter().map(|r| r.1).collect()
}

/// Compares stock with Joist in each of these ways; `options` are the compiler's.
fn compare(otp: Option<&Path>, options: &[&str], machines: &[[&'static str; 3]]) {
    let ebin = tempfile::tempdir().expect("a directory");
    let sources: Vec<PathBuf> = fixture_sources();
    compile_fixtures(&sources, otp, options, ebin.path());
    let modules: Vec<String> =
        sources.iter().map(|s| s.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    let stock = otp.map_or_else(|| "erl".into(), |otp| erl_of(otp, ebin.path()).0);
    let (ebin, modules, stock) = (ebin.path(), &modules, &stock);

    let mut jobs: Vec<Box<dyn FnOnce() -> Outputs + Send>> =
        vec![Box::new(move || run_fixtures(&|| Command::new(stock), ebin, modules))];
    for machine in machines {
        jobs.push(Box::new(move || run_fixtures(&|| joist(otp, *machine), ebin, modules)));
    }
    let mut outputs = at_once(jobs).into_iter();
    let stock = outputs.next().expect("stock's");
    for module in modules {
        let text = &stock[module];
        let bad = text.is_empty() || ["crashed: ", "timed out", "the VM ended here"].iter().any(|b| text.contains(b));
        assert!(!bad, "{module} doesn't work on stock: {text}");
    }
    let known = otp.and_then(|otp| DIFFERENT.iter().find(|d| d.0 == release(otp))).map_or(&[][..], |d| d.1);
    let mut wrong = String::new();
    for (machine, ours) in machines.iter().zip(outputs) {
        for module in modules {
            if known.contains(&&**module) {
                continue;
            }
            if let Some(difference) = difference(&stock[module], &ours[module]) {
                wrong += &format!("{module} ({}), {difference}", machine.join(" "));
            }
        }
    }
    assert!(wrong.is_empty(), "what differs from stock:\n{wrong}");
}

#[test]
fn there_are_enough() {
    assert!(std::env::var_os("JOIST_FIXTURES").is_some() || fixture_sources().len() >= 150);
}

#[test]
fn as_stock_answers() {
    compare(None, &[], &MACHINES);
}

/// The instructions that compilers of older releases wrote, and code as it is before the optimiser sees it.
#[test]
fn as_stock_answers_for_older_instructions() {
    compare(None, &["+r22"], &MACHINES[..1]);
    compare(None, &["+no_copt", "+no_bsm_opt", "+no_type_opt", "+no_postopt"], &MACHINES[..1]);
}

#[test]
fn as_stock_of_other_releases_answers() {
    for otp in other_otps() {
        compare(Some(&otp), &[], &MACHINES[1..3]);
    }
}
