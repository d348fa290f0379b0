//! A node at its limits: tables that are full, memory that is used up. What is said, the exit status and the dump are stock's.

use joist_tests::{Example, Installation, binary, boot, installations};
use std::process::Command;
use std::time::Duration;

/// Runs `erl` with these arguments in at most so many KB of address space: status, what it said, the dump's slogan.
fn run(erl: &str, args: &[&str], eval: &str, memory: &str) -> (Option<i32>, String, Option<String>) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -v {memory}; exec {erl} \"$@\"")).arg("sh").args(args);
    command.args(["-noshell", "-eval", eval]).current_dir(dir.path()).env_remove("ERL_CRASH_DUMP");
    let out = joist_tests::output(&mut command);
    let dump = std::fs::read_to_string(dir.path().join("erl_crash.dump")).ok();
    if let Some(dump) = &dump {
        assert!(dump.ends_with("=end\n"), "{dump}");
    }
    let slogan = dump.and_then(|d| d.lines().find_map(|l| l.strip_prefix("Slogan: ").map(str::to_owned)));
    let said = [out.stdout, out.stderr].concat();
    (out.status.code(), String::from_utf8_lossy(&said).into_owned(), slogan)
}

fn ours(otp: &Installation) -> String {
    format!("{} erl --otp {}", binary().display(), otp.root.display())
}

#[test]
fn full_tables_as_stock_has_them() {
    let fill = |make: &str| {
        format!(
            "process_flag(trap_exit, true), F = fun F(N) -> try {make} of _ -> F(N + 1) catch C:E -> {{N > 900, C, E}} end \
             end, R = F(0), io:format(\"~p ~p~n\", [R, [erlang:system_info(I) || I <- [process_limit, port_limit, \
             ets_limit]]]), halt()."
        )
    };
    let process = fill("spawn(fun() -> receive never -> ok end end)");
    let port = fill("open_port({spawn_driver, \"ram_file_drv\"}, [])");
    for otp in installations() {
        for (args, eval) in [
            (&["+t", "20000"][..], "[list_to_atom(\"an_atom\" ++ integer_to_list(N)) || N <- lists:seq(1, 30000)]."),
            (&["+P", "1024", "-kernel", "logger_level", "none"], &process),
            (&["+Q", "1024"], &port),
            (&["+e", "9000"], "io:format(\"~p~n\", [erlang:system_info(ets_limit)]), halt()."),
            (&["-env", "ERL_MAX_ETS_TABLES", "9000"], "io:format(\"~p~n\", [erlang:system_info(ets_limit)]), halt()."),
        ] {
            let ours = run(&ours(&otp), args, eval, "unlimited");
            assert_eq!(ours, run(&otp.erl.display().to_string(), args, eval, "unlimited"), "{args:?}");
        }
    }
}

/// As stock but for how much it wanted, which is ours.
#[test]
fn out_of_memory() {
    let otp = &installations()[0];
    let want = |said: &str| said.starts_with("eheap_alloc: Cannot allocate ") && said.contains("(of type \"heap\").");
    let lists = "F = fun F(L) -> F([lists:seq(1, 100000) | L]) end, F([]).";
    for erl in [ours(otp), otp.erl.display().to_string()] {
        let (status, said, slogan) = run(&erl, &["+S", "2"], lists, "1500000");
        assert!(status == Some(1) && want(&said) && slogan.is_some_and(|s| want(&s)), "{erl}: {status:?} {said}");
    }
    for (eval, what) in [
        ("F = fun F(L) -> F([<<0:80000000>> | L]) end, F([]).", "binary_alloc: Cannot allocate "),
        (
            "T = ets:new(t, []), F = fun F(N) -> ets:insert(T, {N, lists:seq(1, 100)}), F(N + 1) end, F(0).",
            "ll_alloc: ",
        ),
        ("F = fun F() -> spawn(fun() -> receive never -> ok end end), F() end, F().", "ll_alloc: "),
    ] {
        let (status, said, slogan) = run(&ours(otp), &["+S", "2", "+P", "100000000"], eval, "600000");
        assert!(status == Some(1) && said.starts_with(what), "{eval}: {status:?} {said}");
        assert!(slogan.is_some_and(|s| s.starts_with(what)), "{eval}");
    }
}

/// On the bare machine the console tells what was wanted and who ran.
#[test]
fn out_of_memory_on_the_machine() {
    let hog = "F = fun F(L) -> F([lists:seq(1, 100000) | L]) end, register(hog, self()), F([]).";
    let args = ["-m", "128M", "--", "-hello", "limit", "300000", "-eval", hog];
    let out = boot(&Example::Hello.dir(), &args, Duration::from_secs(300));
    out.says(
        1,
        &["eheap_alloc: Cannot allocate ", "=erl_crash_dump:0.5", "Slogan: eheap_alloc", "State: Running\r\nName: hog"],
    );
}
