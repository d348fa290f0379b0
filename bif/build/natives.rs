//! `natives.tab` → the table of all natives; `exempt.tab` → those that are not counted.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Writes `table.rs`.
pub fn write(out: &Path) {
    println!("cargo:rerun-if-changed=natives.tab");
    println!("cargo:rerun-if-changed=exempt.tab");
    let table = fs::read_to_string("natives.tab").expect("natives.tab");
    let mut o =
        String::from("/// Every native of the C emulator, by module.\npub(crate) static TABLE: &[Entry] = &[\n");
    let mut module = "";
    for line in table.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            module = name;
            continue;
        }
        let words: Vec<&str> = line.split(' ').collect();
        let [function, arity, kind, releases] = words[..] else { panic!("natives.tab: {line}") };
        let kind = match kind {
            "guard" => "Guard",
            "plain" => "Plain",
            "nif" => "Nif",
            _ => panic!("natives.tab: {line}"),
        };
        let (since, until) = releases.split_once("..").unwrap_or_else(|| panic!("natives.tab: {line}"));
        let bound = |s: &str, default: u32| if s.is_empty() { default } else { s.parse().expect("a release") };
        let (since, until) = (bound(since, 0), bound(until, u32::MAX));
        let _ = writeln!(
            o,
            "    Entry {{ module: {module:?}, function: {function:?}, arity: {arity}, kind: Kind::{kind}, since: {since}, until: {until} }},"
        );
    }
    o += "];\n/// Natives that are not counted: module, function (empty for all of the module's), reason.\n";
    o += "pub(crate) static EXEMPT: &[(&str, &str, &str)] = &[\n";
    let exempt = fs::read_to_string("exempt.tab").expect("exempt.tab");
    for line in exempt.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (name, reason) = line.split_once('\t').unwrap_or_else(|| panic!("exempt.tab: {line}"));
        let (module, function) = name.split_once(':').unwrap_or((name, ""));
        let _ = writeln!(o, "    ({module:?}, {function:?}, {reason:?}),");
    }
    o += "];\n";
    fs::write(out.join("table.rs"), o).expect("write table.rs");
}
