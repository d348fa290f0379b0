//! `joist run` with a stand-in for QEMU: what it is called with, and what becomes of its end, signals and input.

use joist_tests::{Example, binary, joist, packed};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A directory with a `qemu-system-x86_64` of these lines of shell in it; `$kernel` and `$status` are set.
fn stand_in(script: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("qemu-system-x86_64");
    let head = "#!/bin/sh\nfor a; do case $before in -kernel) kernel=$a;; esac\n\
        case $a in file,id=status,path=*) status=${a#*path=};; esac; before=$a; done\n";
    fs::write(&path, format!("{head}{script}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    let to = dir.path().to_owned();
    (dir, to)
}

fn run(qemu: &Path, args: &[&OsStr]) -> Command {
    let mut command = Command::new(binary());
    let path = format!("{}:{}", qemu.display(), std::env::var("PATH").expect("a path"));
    command.arg("run").args(args).arg("--accel=tcg").env("PATH", path).env("XDG_CACHE_HOME", qemu);
    command
}

fn output(script: &str, args: &[&OsStr]) -> (Option<i32>, String, String) {
    let (_keep, qemu) = stand_in(script);
    let out = joist_tests::output(&mut run(&qemu, args));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

fn image() -> &'static Path {
    static IMAGE: std::sync::OnceLock<(tempfile::TempDir, PathBuf)> = std::sync::OnceLock::new();
    &IMAGE.get_or_init(|| packed(&Example::Hello.dir(), &[])).1
}

#[test]
fn the_call() {
    let tail =
        ["-m", "96M", "--smp", "3", "-e", "A=b c", "--machine", "q35", "--", "+S", "1", "-s", "x", ""].map(OsStr::new);
    let args: Vec<&OsStr> = [image().as_os_str()].into_iter().chain(tail).collect();
    // `--` is the last thing that clap reads, so --accel is not put behind it here.
    let (_keep, qemu) = stand_in("printf '%s\\n' \"$@\"; exit 1");
    let path = format!("{}:{}", qemu.display(), std::env::var("PATH").expect("a path"));
    let out = Command::new(binary())
        .args(["run", "--accel", "tcg"])
        .args(args)
        .env("PATH", path)
        .output()
        .expect("joist starts");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    for wanted in
        ["-m\nsize=98304k\n", "-smp\n3\n", "-M\nq35\n", "virtio-rng-pci", "isa-debug-exit,iobase=0xf4", "-cpu\nmax\n"]
    {
        assert!(text.contains(wanted), "{wanted:?} in {text}");
    }
    assert!(text.contains("-append\nenv.A=b%20c -- +S 1 -s x \"\"\n"), "{text}");
}

#[test]
fn the_network_card() {
    let call = |args: &[&str]| {
        let words: Vec<&OsStr> = [image().as_os_str()].into_iter().chain(args.iter().map(OsStr::new)).collect();
        output("printf '%s\\n' \"$@\"; exit 1", &words).1
    };
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a port").port();
    let forwards = [format!("{port}:80"), format!("127.0.0.1:{port}:53/udp")];
    let text = call(&["-p", &forwards[0], "-p", &forwards[1]]);
    let netdev = format!("user,id=net0,hostfwd=tcp::{port}-:80,hostfwd=udp:127.0.0.1:{port}-:53");
    assert!(text.contains(&format!("-netdev\n{netdev}\n-device\nvirtio-net-device,netdev=net0\n")), "{text}");
    assert!(call(&["--machine", "q35"]).contains("-netdev\nuser,id=net0\n-device\nvirtio-net-pci,netdev=net0"));
    let text = call(&["--tap", "tap7", "--ip", "10.1.0.2/16", "--gateway", "10.1.0.1", "--dns", "10.1.0.3"]);
    assert!(text.contains("-netdev\ntap,id=net0,ifname=tap7,script=no,downscript=no\n"), "{text}");
    assert!(text.contains("-append\nip=10.1.0.2/16 gw=10.1.0.1 dns=10.1.0.3\n"), "{text}");
    let text = call(&["--tap", "a", "--tap", "b", "--ip", "eth1=10.2.0.2/24", "--dns", "eth0=10.1.0.3"]);
    assert!(text.contains("tap,id=net0,ifname=a,") && text.contains("tap,id=net1,ifname=b,"), "{text}");
    assert!(text.contains("-append\neth1.ip=10.2.0.2/24 eth0.dns=10.1.0.3\n"), "{text}");
    assert!(!call(&["--no-net"]).contains("net0"));
    for wrong in ["wlan0=10.2.0.2/24", "eth1=10.2.0.2", "eth=10.2.0.2/24", "eth999=10.2.0.2/24"] {
        let (status, _, err) = output("exit 1", &[image().as_os_str(), OsStr::new("--ip"), OsStr::new(wrong)]);
        assert_eq!(status, Some(2), "{wrong}: {err}");
    }
}

#[test]
fn the_exit_status_is_the_guests() {
    let of = |script: &str| output(script, &[image().as_os_str()]);
    assert_eq!(of("exit 1").0, Some(0));
    assert_eq!(of("exit 15").0, Some(7));
    assert_eq!(of("printf '\\310' >\"$status\"; exit 145").0, Some(200));
    assert_eq!(of("exit 0").0, Some(0));
    let (status, _, err) = of("echo 'qemu-system-x86_64: no such device' >&2; exit 1");
    assert_eq!(
        (status, err.as_str()),
        (Some(1), "error: QEMU failed: no such device: joist doctor looks at what is there\n")
    );
    let (status, _, err) = of("kill -SEGV $$");
    assert_eq!(status, Some(1));
    assert!(err.contains("ended by signal 11"), "{err}");
}

#[test]
fn input_goes_to_the_guest() {
    let (_keep, qemu) = stand_in("read line; echo \"got $line\"; exit 1");
    let mut child =
        run(&qemu, &[image().as_os_str()]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("joist starts");
    child.stdin.as_mut().expect("a pipe").write_all(b"hello\n").expect("written");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("read");
    assert_eq!(line, "got hello\n");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

fn wait(mut child: Child, limit: Duration) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("killed");
    panic!("joist run did not end");
}

/// Without a monitor to ask the guest by, a signal ends it at once.
#[test]
fn signals_end_a_guest() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let (_keep, qemu) = stand_in("echo up; exec sleep 60");
        let mut child = run(&qemu, &[image().as_os_str()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("joist starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("read");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
        kill_process(pid, signal).expect("sent");
        assert_eq!(wait(child, Duration::from_secs(5)), Some(status));
    }
}

/// A variable that went into sys.config is put in anew; any other goes on the command line.
#[test]
fn variables_of_a_finished_image() {
    let keep = tempfile::tempdir().expect("a directory");
    let copy = keep.path().join("copy.elf");
    let script = format!("cp \"$kernel\" {}; printf '%s\\n' \"$@\"; exit 1", copy.display());
    let config = |args: &[&str]| {
        let args: Vec<&OsStr> = [image().as_os_str()].into_iter().chain(args.iter().map(OsStr::new)).collect();
        let (status, out, err) = output(&script, &args);
        assert_eq!(status, Some(0), "{err}");
        let path = "/srv/hello/releases/1.0.0/sys.config";
        let cat = joist(&["inspect".as_ref(), "--cat".as_ref(), path.as_ref(), copy.as_os_str()]).good();
        (cat.out, out)
    };
    assert!(config(&[]).0.contains("\"Hello\""));
    let (text, call) = config(&["-e", "OTHER=x"]);
    assert!(text.contains("\"Hello\"") && call.contains("env.OTHER=x"), "{call}");
    assert!(config(&["-e", "GREETING=Ahoi"]).0.contains("\"Ahoi\""));
}
