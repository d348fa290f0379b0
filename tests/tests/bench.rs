//! The benchmark programs give stock's checksums, with as much work as a test may take: on this machine's OTP and on
//! those of `$JOIST_TEST_OTPS`, each with the code that its own compiler makes; some of them in QEMU too.

use joist_tests::{binary, boot, installations, release_of, root};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Each program and its N.
const PROGRAMS: [(&str, u32); 38] = [
    ("b_bigmsg", 20),
    ("b_binappend", 50_000),
    ("b_binary_match", 1),
    ("b_binary_trees", 10),
    ("b_compile", 3),
    ("b_ets_match", 3),
    ("b_ets_ordered", 3_000),
    ("b_ets_parallel", 500),
    ("b_ets_set", 5_000),
    ("b_except", 6_000),
    ("b_fannkuch", 7),
    ("b_fib", 21),
    ("b_funs", 10),
    ("b_gbtrees", 4_000),
    ("b_gc_live", 5_000),
    ("b_genserver", 3_000),
    ("b_http_parse", 800),
    ("b_iolist", 30),
    ("b_json", 8),
    ("b_kvtimer", 3_000),
    ("b_mandelbrot", 40),
    ("b_maps_large", 4_000),
    ("b_maps_small", 10_000),
    ("b_nbody", 1_500),
    ("b_nqueens", 7),
    ("b_nrev", 10),
    ("b_pidigits", 150),
    ("b_pmap", 4),
    ("b_re", 3),
    ("b_ring", 12_000),
    ("b_scanparse", 8),
    ("b_selrecv", 400),
    ("b_sort", 5_000),
    ("b_spawn", 1_000),
    ("b_string", 10),
    ("b_t2b", 5),
    ("b_zlib", 1),
    ("m_processes", 1_000),
];

/// Those that run in QEMU: calls, lists, memory, maps, floats, tables, messages.
const IN_QEMU: [&str; 7] = ["b_fib", "b_nrev", "b_binary_trees", "b_maps_small", "b_nbody", "b_ets_set", "b_genserver"];

/// What runs these programs, and then halts.
fn calls(programs: &[(&str, u32)]) -> String {
    let calls: Vec<String> = programs.iter().map(|(module, n)| format!("{module}:run({n})")).collect();
    format!("{}, halt().", calls.join(", "))
}

/// The rows in what they print, without the numbers that are measured.
fn rows_in(text: &str) -> Vec<String> {
    let row = |line: &str| match line.trim_end().split(' ').collect::<Vec<_>>()[..] {
        [name, n, us, checksum] if us.parse::<u64>().is_ok() => Some(format!("{name} {n} {checksum}")),
        _ => None,
    };
    text.lines().filter_map(row).collect()
}

/// The rows of programs that this machine runs.
fn rows(mut erl: Command, ebin: &Path, programs: &[(&str, u32)]) -> Vec<String> {
    // One scheduler: a machine that is busy with other tests stays as fast as it can be.
    let call = erl.args(["-noinput", "+S", "1:1"]).arg("-pa").arg(ebin).args(["-eval", &calls(programs)]);
    let out = joist_tests::output(call);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let rows = rows_in(&text);
    assert_eq!(rows.len(), programs.len(), "{text}");
    rows
}

/// Compiles programs into `ebin`.
fn compile(mut erl: Command, ebin: &Path, programs: &[(&str, u32)]) {
    let eval = "[Out | Files] = init:get_plain_arguments(), \
                [{ok, _} = compile:file(F, [{outdir, Out}]) || F <- Files], halt().";
    erl.args(["-noinput", "-eval", eval, "-extra"]).arg(ebin);
    for module in programs.iter().map(|p| p.0).chain(["bench_util"]) {
        erl.arg(root().join(format!("bench/{module}.erl")));
    }
    assert!(erl.status().expect("it starts").success(), "the programs compile");
}

/// Compiles with an OTP and compares its rows with ours.
fn compare(erl: impl Fn() -> Command, otp: Option<&Path>) {
    let ebin = tempfile::tempdir().expect("a directory");
    compile(erl(), ebin.path(), &PROGRAMS);
    let stock = rows(erl(), ebin.path(), &PROGRAMS);
    let mut joist = Command::new(binary());
    joist.arg("erl");
    if let Some(otp) = otp {
        joist.arg("--otp").arg(otp);
    }
    assert_eq!(rows(joist, ebin.path(), &PROGRAMS), stock);
}

#[test]
fn every_program_is_there() {
    let dir = std::fs::read_dir(root().join("bench")).expect("bench");
    let mut sources: Vec<String> = dir
        .filter_map(|e| Some(e.ok()?.file_name().to_str()?.strip_suffix(".erl")?.to_owned()))
        .filter(|m| m != "bench_util")
        .collect();
    sources.sort();
    assert_eq!(sources, PROGRAMS.map(|p| p.0));
}

#[test]
fn checksums() {
    compare(|| Command::new("erl"), None);
}

#[test]
fn checksums_on_other_releases() {
    // The first is this machine's.
    for otp in installations().iter().skip(1) {
        compare(|| Command::new(&otp.erl), Some(&otp.root));
    }
}

#[test]
fn checksums_in_qemu() {
    let temp = tempfile::tempdir().expect("a directory");
    let ebin = temp.path().join("ebin");
    std::fs::create_dir(&ebin).expect("made");
    let programs: Vec<_> = PROGRAMS.into_iter().filter(|p| IN_QEMU.contains(&p.0)).collect();
    compile(Command::new("erl"), &ebin, &programs);
    let stock = rows(Command::new("erl"), &ebin, &programs);
    let release = release_of("bench", &ebin, temp.path());
    for cpus in ["1", "2"] {
        let args = ["-m", "512M", "--smp", cpus, "--", "-noshell", "-eval", &calls(&programs)];
        let guest = boot(&release, &args, Duration::from_secs(240));
        assert_eq!((guest.status, rows_in(&guest.console)), (Some(0), stock.clone()), "{}", guest.console);
    }
}

#[test]
fn the_command_compares() {
    let run = joist_tests::joist(&["bench", "nrev", "--rounds", "1", "--json"]).good();
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["checksums_equal"], true, "{report}");
    assert!(report["programs"][0]["ratio"].as_f64().is_some_and(|r| r > 0.0), "{report}");
    let no_otp = joist_tests::joist(&["bench", "--otp", "/nowhere"]).one_line();
    assert!(no_otp.contains("no Erlang/OTP installation"), "{no_otp}");
    let no_program = joist_tests::joist(&["bench", "nosuch"]).one_line();
    assert!(no_program.contains("no benchmark program nosuch"), "{no_program}");
}
