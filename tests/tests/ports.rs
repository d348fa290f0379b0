//! Ports over the host's programs: a module that opens them in every way, on stock `erl` and on `joist erl`; and what a
//! node does with its ports when it ends.

use joist_tests::{binary, difference, installations};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const MODULE: &str = include_str!("../erlang/ports.erl");

fn eval(mut command: Command, dir: &Path, expression: &str) -> Output {
    command.args(["-noshell", "-pa"]).arg(dir).args(["-eval", expression]);
    joist_tests::output(command.env("LANG", "C.UTF-8"))
}

fn joist(otp: &Path) -> Command {
    let mut command = Command::new(binary());
    command.arg("erl").arg("--otp").arg(otp);
    command
}

#[test]
fn ports_as_stock_has_them() {
    let said = as_stock("ports", MODULE, |work| format!("ports:main({:?}), halt().", work.display().to_string()));
    assert!(said.contains("a named pipe"), "{said}");
}

/// Ports whose programs don't read: whoever sends waits, and the monitor hears of it.
#[test]
fn busy_ports_as_stock_has_them() {
    let module = include_str!("../erlang/busy_ports.erl");
    let said = as_stock("busy_ports", module, |_| "busy_ports:main(), halt().".into());
    assert!(said.contains("suspended") && said.contains("told"), "{said}");
}

/// Runs a module by this expression on each installation, compares with its own `erl`; what the last one said.
fn as_stock(name: &str, module: &str, call: impl Fn(&Path) -> String) -> String {
    let mut said = String::new();
    for otp in installations() {
        let beams = tempfile::tempdir().expect("a directory");
        let source = format!("{name}.erl");
        std::fs::write(beams.path().join(&source), module).expect("the module");
        let compiled = otp.program("erlc").arg(&source).current_dir(beams.path()).status().expect("erlc");
        assert!(compiled.success());
        let [ours, stock] = [joist(&otp.root), Command::new(&otp.erl)].map(|command| {
            let work = tempfile::tempdir().expect("a directory");
            let out = eval(command, beams.path(), &call(work.path()));
            (String::from_utf8_lossy(&out.stdout).into_owned(), out.status.code())
        });
        assert_eq!(ours.1, stock.1);
        assert_eq!(difference(&stock.0, &ours.0), None, "OTP in {}", otp.root.display());
        said = ours.0;
    }
    said
}

/// Programs run on when their node ends; output that is still queued is written first, and a halt without flush, or
/// with a time for it, waits for no reader.
#[test]
fn a_node_that_ends() {
    let otp = &installations()[0];
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("late");
    let open =
        |line: &str| format!("P = open_port({{spawn, {line:?}}}, []), port_command(P, binary:copy(<<$x>>, 300000)),");
    let late = open(&format!("sh -c 'sleep 0.5; wc -c >{}'", file.display()));
    let out = eval(joist(&otp.root), dir.path(), &format!("{late} halt(3)."));
    assert_eq!(out.status.code(), Some(3));
    let start = Instant::now();
    while std::fs::read_to_string(&file).unwrap_or_default().trim() != "300000" {
        assert!(start.elapsed() < Duration::from_secs(20), "the program did not get what was queued");
        std::thread::sleep(Duration::from_millis(20));
    }
    let start = Instant::now();
    let never = open("sh -c 'exec sleep 1000 2>/dev/null'")
        + "{os_pid, Pid} = erlang:port_info(P, os_pid), io:format(\"~w\", [Pid]),";
    let out = eval(joist(&otp.root), dir.path(), &format!("{never} halt(4, [{{flush, false}}])."));
    assert_eq!(out.status.code(), Some(4));
    assert!(start.elapsed() < Duration::from_secs(60), "a program that doesn't read held the node");
    let pid = String::from_utf8_lossy(&out.stdout).into_owned();
    let killed = Command::new("kill").arg(&pid).status().expect("kill");
    assert!(killed.success(), "the program {pid} had ended with its node");
}
