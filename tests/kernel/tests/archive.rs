//! The archive behind the kernel: found, mapped, served, and not writable.

use joist_image::Builder;
use joist_kernel_tests::{Guest, MACHINES};

/// Odd on purpose: it ends inside a page.
const SIZE: usize = 5_000_001;

fn archive() -> Builder {
    let mut builder = Builder::new();
    let big: Vec<u8> = (0..SIZE).map(|n| (n % 251) as u8).collect();
    builder.file(b"app/big", 0o644, 1_700_000_000, big).expect("a path");
    builder.file(b"app/releases/1/start", 0o644, 0, b"ready".to_vec()).expect("a path");
    builder.env(b"COLOUR", b"green");
    builder.meta(b"cwd", b"/app");
    builder
}

#[test]
fn an_archive_is_served() {
    let dir = tempfile::tempdir().expect("a directory");
    for machine in MACHINES {
        let mut guest = Guest::selftest("archive", machine).with_archive(&archive(), dir.path().join("image"));
        guest.command_line += " env.COLOUR=blue hostname=bridge";
        guest.memory = "48M";
        let output = guest.run();
        assert_eq!(output.status, Some(0), "{machine:?}: {}", output.text);
        let sum: u64 = (0..SIZE as u64).map(|n| n % 251).sum();
        let told = format!("{SIZE} bytes, sum {sum}, colour blue, host bridge, cwd /app\n");
        assert!(output.text.contains(&told), "{told}: {}", output.text);
    }
}

#[test]
fn an_archive_is_not_writable() {
    let dir = tempfile::tempdir().expect("a directory");
    let guest = Guest::selftest("write-archive", ("microvm", 1)).with_archive(&archive(), dir.path().join("image"));
    let output = guest.run();
    assert!(output.text.contains(": forbidden"), "{}", output.text);
    assert!(output.text.ends_with("joist: exit status 134\n"), "{}", output.text);
}
