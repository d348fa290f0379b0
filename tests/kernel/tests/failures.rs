//! What goes wrong is said in so many words, and the status shows it.

use joist_kernel_tests::{Guest, Output};

const ABORTED: &str = "joist: exit status 134\n";

/// Runs a self-test that must end in a panic's report with all of `marks` in it.
fn reports(name: &str, cpu: u32, marks: &[&str]) {
    for machine in [("microvm", 2), ("q35", 2)] {
        let Output { text, .. } = Guest::selftest(name, machine).run();
        assert!(text.ends_with(ABORTED), "{machine:?}: {text}");
        assert!(text.contains(&format!("backtrace of CPU {cpu}:")), "{machine:?}: {text}");
        for mark in marks {
            assert!(text.contains(mark), "{machine:?}: no {mark:?} in {text}");
        }
    }
}

#[test]
fn panic() {
    reports("panic", 0, &["a panic of the self-test's", "joist_kernel::selftest::failures::panic +", "kernel_main"]);
}

#[test]
fn panic_on_another_cpu() {
    reports("panic-other", 1, &["a panic on CPU 1"]);
}

#[test]
fn text_is_not_writable() {
    reports("write-text", 0, &["page fault", "write of 0x100010: forbidden", "rip 0000", "failures::write"]);
}

#[test]
fn rodata_is_not_writable() {
    reports("write-rodata", 0, &["page fault", ": forbidden"]);
}

#[test]
fn data_is_not_executable() {
    reports("execute-data", 0, &["page fault", "execution of 0x", ": forbidden", "failures::execute_data"]);
}

#[test]
fn page_zero_is_not_there() {
    reports("null", 0, &["page fault", "read of 0x10: not mapped (null pointer)", "failures::null"]);
}

#[test]
fn stack_overflow() {
    reports("stack-overflow", 0, &["(stack overflow)", "failures::deeper", " times more"]);
}

#[test]
fn stack_overflow_on_another_cpu() {
    reports("stack-overflow-other", 1, &["(stack overflow)", "failures::deeper", " times more"]);
}

#[test]
fn invalid_opcode() {
    reports("invalid-opcode", 0, &["invalid opcode", "failures::invalid_opcode"]);
}

#[test]
fn out_of_memory() {
    reports("out-of-memory", 0, &["memory allocation of 1048576 bytes failed", "in use"]);
}

fn refuses(guest: &Guest, why: &str) {
    let Output { text, status, .. } = guest.run();
    assert_eq!(status, Some(1), "{text}");
    assert!(text.starts_with("joist: ") && text.contains(why), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn too_little_memory() {
    for machine in [("microvm", 1), ("q35", 1)] {
        let mut guest = Guest::selftest("boot", machine);
        guest.memory = "8M";
        refuses(&guest, "too little memory");
    }
}

#[test]
fn no_entropy() {
    let mut guest = Guest::selftest("boot", ("microvm", 1));
    guest.cpu = "qemu64";
    refuses(&guest, "no source of entropy");
}

#[test]
fn no_release() {
    let mut guest = Guest::selftest("boot", ("microvm", 1));
    guest.command_line = String::new();
    refuses(&guest, "this image holds no release");
}

#[test]
fn statuses() {
    for (status, line) in [(0, false), (1, false), (42, false), (127, false), (128, true), (255, true)] {
        let output = Guest::selftest(&format!("exit-{status}"), ("microvm", 1)).run();
        let said = output.text.contains(&format!("joist: exit status {status}\n"));
        assert_eq!(said, line, "{status}: {}", output.text);
        assert!(line || output.status == Some(status), "{status}: {:?}", output.code);
    }
    for machine in ["microvm", "q35"] {
        let mut guest = Guest::selftest("exit-42", (machine, 1));
        guest.debug_exit = false;
        let output = guest.run();
        assert_eq!(output.code, Some(0), "{machine}: {}", output.text);
        assert!(output.text.ends_with("joist: exit status 42\n"), "{machine}: {}", output.text);
    }
}
