//! Memory, interrupts, CPUs, clocks, entropy, files: each self-test on each machine.

use joist_kernel_tests::{Guest, MACHINES, Output};
use std::time::{SystemTime, UNIX_EPOCH};

fn passes(name: &str) -> Vec<Output> {
    MACHINES.map(|machine| passes_on(Guest::selftest(name, machine))).into()
}

fn passes_on(guest: Guest) -> Output {
    let output = guest.run();
    assert_eq!(output.status, Some(0), "{guest:?}: {}", output.text);
    assert!(output.text.contains(": ok\n"), "{guest:?}: {}", output.text);
    output
}

#[test]
fn memory_is_mapped_as_it_should_be() {
    passes("memory-map");
}

#[test]
fn heap_under_load_keeps_its_blocks_apart() {
    passes("memory");
}

#[test]
fn interrupts_leave_computations_alone() {
    passes("interrupts");
}

#[test]
fn no_wake_up_is_lost() {
    passes("wakeups");
}

#[test]
fn all_cpus_compute() {
    passes("parallel");
}

#[test]
fn sleeps_end_in_time() {
    passes("timer");
}

#[test]
fn random_bytes_are_random() {
    let outputs = passes("entropy");
    let first = |o: &Output| o.text.split("first").nth(1).map(str::to_string);
    assert_ne!(first(&outputs[0]), first(&outputs[1]));
}

#[test]
fn files_are_there() {
    passes("files");
}

#[test]
fn clocks_agree_with_the_host() {
    for output in passes("clocks") {
        let wall = output.number_after("wall ").expect("a wall clock");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as i64;
        // The RTC shows whole seconds, and the test itself takes a few.
        assert!((now - wall).abs() < 20_000_000_000, "{wall} against {now}");
    }
}

#[test]
fn entropy_can_come_from_a_device_alone() {
    let (mmio, pci) = ("virtio-rng-device", "virtio-rng-pci");
    for (machine, device) in [("microvm", mmio), ("microvm,x-option-roms=off", mmio), ("q35", pci)] {
        let mut guest = Guest::selftest("entropy", (machine, 1)).with(&["-device", device]);
        guest.cpu = "qemu64";
        passes_on(guest);
    }
}

#[test]
fn small_machines_do() {
    for machine in MACHINES {
        let mut guest = Guest::selftest("boot", machine);
        guest.memory = "32M";
        passes_on(guest);
    }
}

#[test]
fn large_machines_do() {
    for machine in MACHINES {
        let mut guest = Guest::selftest("memory-map", machine);
        guest.memory = "5G"; // more than fits below the hole for devices
        let output = passes_on(guest);
        let line = output.text.lines().find(|l| l.ends_with("KiB of memory")).expect("a figure");
        let kib: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
        assert!(kib > 5 * 1024 * 1024 - 32 * 1024, "{kib} KiB");
    }
}
