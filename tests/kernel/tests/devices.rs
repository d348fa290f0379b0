//! Consoles, power, and how little an idle guest costs.

use joist_kernel_tests::processor::time_of;
use joist_kernel_tests::{Guest, MACHINES, Output};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Types a text with an "end" behind it, in two pieces; everything must come back, and be counted.
fn echoes(guest: &Guest, text: &[u8]) {
    let mut running = guest.start();
    let (early, late) = text.split_at(text.len() / 2);
    running.type_in(early);
    sleep(Duration::from_millis(300));
    running.type_in(late);
    running.type_in(b"end\n");
    let output = running.finish(Duration::from_secs(60));
    let sum: u64 = text.iter().chain(b"end").map(|&b| u64::from(b)).sum();
    let told = format!("\n{} bytes, sum {sum}\n", text.len() + 3);
    assert!(output.text.contains(&told), "{guest:?}: {told} {}", output.text.len());
    let back = String::from_utf8_lossy(text) + "end\n";
    assert!(output.text.contains(&*back), "{guest:?}");
}

fn long_text() -> Vec<u8> {
    (0..3000).flat_map(|n| format!("line {n}, äöü\n").into_bytes()).collect()
}

#[test]
fn serial_console_both_ways() {
    for machine in MACHINES {
        echoes(&Guest::selftest("echo", machine), b"hello\nworld\n");
        echoes(&Guest::selftest("echo", machine), &long_text());
    }
}

#[test]
fn virtio_console_both_ways() {
    let pci = "virtio-serial-pci";
    let mmio = "virtio-serial-device";
    for (machine, device) in [("microvm", mmio), ("microvm,ioapic2=off", mmio), ("q35", pci)] {
        let mut guest = Guest::selftest("echo", (machine, 1));
        guest.serial = false;
        let chardev = ["-chardev", "stdio,id=vc", "-device", device, "-device", "virtconsole,chardev=vc"];
        let guest = guest.with(&chardev).with(&["-serial", "null"]);
        echoes(&guest, &long_text());
    }
}

#[test]
fn no_output_is_lost() {
    for machine in MACHINES {
        let output = Guest::selftest("flood", machine).run();
        let lines: Vec<&str> = output.text.lines().filter(|l| l.contains("the quick brown fox")).collect();
        assert_eq!(lines.len(), 4000);
        for (n, line) in lines.iter().enumerate() {
            assert_eq!(*line, format!("{n:06} the quick brown fox jumps over the lazy dog"));
        }
    }
}

/// One command to QEMU's monitor.
fn monitor(socket: &Path, command: &str) {
    let end = Instant::now() + Duration::from_secs(10);
    let mut stream = loop {
        match UnixStream::connect(socket) {
            Ok(stream) => break stream,
            Err(e) => assert!(Instant::now() < end, "no monitor: {e}"),
        }
    };
    let mut lines = BufReader::new(stream.try_clone().expect("a socket"));
    let mut line = String::new();
    lines.read_line(&mut line).expect("a greeting");
    for command in ["qmp_capabilities", command] {
        writeln!(stream, "{{\"execute\": \"{command}\"}}").expect("the monitor listens");
        line.clear();
        lines.read_line(&mut line).expect("an answer");
    }
}

#[test]
fn power_button_asks_to_stop() {
    for (machine, cpus) in MACHINES.into_iter().chain([("microvm,ioapic2=off", 1)]) {
        let dir = tempfile::tempdir().expect("a directory");
        let socket = dir.path().join("qmp");
        let qmp = format!("unix:{},server=on,wait=off", socket.display());
        let mut running = Guest::selftest("button", (machine, cpus)).with(&["-qmp", &qmp]).start();
        running.wait_for("waiting for the power button");
        sleep(Duration::from_millis(100)); // it sleeps
        monitor(&socket, "system_powerdown");
        let Output { text, status, .. } = running.finish(Duration::from_secs(30));
        assert_eq!(status, Some(0), "{machine} {cpus}: {text}");
    }
}

#[test]
fn power_goes_off() {
    for machine in MACHINES {
        let output = Guest::selftest("poweroff", machine).run();
        assert_eq!(output.code, Some(0), "{machine:?}: {}", output.text);
        assert!(!output.text.contains("FAILED"), "{machine:?}: {}", output.text);
    }
}

#[test]
fn an_idle_guest_costs_little() {
    for machine in MACHINES {
        let mut running = Guest::selftest("idle", machine).start();
        running.wait_for("selftest idle: up");
        sleep(Duration::from_millis(500));
        let before = time_of(running.pid());
        sleep(Duration::from_secs(5));
        let used = time_of(running.pid()) - before;
        assert!(used < Duration::from_millis(150), "{machine:?}: {used:?} in 5 s, more than 3 %");
    }
}
