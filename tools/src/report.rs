//! What `build`, `check` and `run` tell of a release.

use crate::check::{Finding, Severity};
use crate::pack::Packed;
use crate::style;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// `5.3 MB`, in powers of ten as disks are sold.
pub fn bytes(n: usize) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.2} MB", n as f64 / 1e6),
    }
}

/// The report of a build, for people.
pub fn build(packed: &Packed, output: &Path, time: Duration) {
    let r = &packed.release;
    println!("{} {} ({}, OTP {}, erts {})", style::bold(&r.name), r.version, r.kind.name(), r.otp, r.erts);
    let apps: Vec<String> = r.boot.applications.iter().map(|a| format!("{}-{}", a.name, a.version)).collect();
    println!("  applications  {}", apps.join(" "));
    println!("  modules       {} and {} preloaded", packed.modules, packed.preloaded.len());
    println!("  files         {}, in the image below {}", packed.files, r.root);
    if !packed.left_out.is_empty() {
        println!(
            "  left out      {} files that only Linux can run (joist build --json names them)",
            packed.left_out.len()
        );
    }
    let size = format!("archive {}, kernel {}", bytes(packed.archive_bytes), bytes(packed.kernel_bytes));
    println!(
        "  image         {} ({size}) in {:.1} s: {}",
        bytes(packed.image.len()),
        time.as_secs_f64(),
        output.display()
    );
    for note in &r.notes {
        println!("  {} {note}", style::warning("note:"));
    }
    findings(&packed.findings, false);
}

/// The same for scripts.
pub fn build_json(packed: &Packed, output: &Path, time: Duration) -> Value {
    let r = &packed.release;
    let apps: Vec<Value> =
        r.boot.applications.iter().map(|a| json!({"name": a.name, "version": a.version, "start": a.start})).collect();
    json!({
        "image": output.display().to_string(),
        "bytes": packed.image.len(),
        "archive_bytes": packed.archive_bytes,
        "kernel_bytes": packed.kernel_bytes,
        "release": r.name, "version": r.version, "kind": r.kind.name(), "otp": r.otp, "erts": r.erts, "root": r.root,
        "applications": apps,
        "modules": packed.modules,
        "preloaded": packed.preloaded,
        "files": packed.files,
        "left_out": packed.left_out,
        "notes": r.notes,
        "findings": packed.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "seconds": time.as_secs_f64(),
    })
}

pub fn finding_json(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.name(),
        "application": finding.application,
        "what": finding.what,
        "why": finding.why,
    })
}

/// The findings; only those that matter unless `all`.
pub fn findings(findings: &[Finding], all: bool) {
    for f in findings.iter().filter(|f| all || f.severity == Severity::Missing) {
        let word = match f.severity {
            Severity::Missing => style::bad("missing:"),
            Severity::Unused => style::warning("unused:"),
            Severity::Limited => style::warning("limited:"),
        };
        println!("  {word} {} in {}: {}", f.what, f.application, f.why);
    }
}
