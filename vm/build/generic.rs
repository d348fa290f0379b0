//! `ops/generic.tab` → an enum of generic instructions.

use std::fmt::Write;

/// `is_lt` → `IsLt`.
fn camel(name: &str) -> String {
    name.split('_')
        .map(|part| {
            let mut c = part.chars();
            c.next().map_or_else(String::new, |f| f.to_ascii_uppercase().to_string() + c.as_str())
        })
        .collect()
}

pub fn generate(table: &str) -> String {
    let rows: Vec<(u8, &str, usize)> = table
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| {
            let mut w = l.split_whitespace();
            let mut next = || w.next().unwrap_or_else(|| panic!("generic.tab: {l}"));
            (next().parse().expect("number"), next(), next().parse().expect("arity"))
        })
        .collect();
    let max = rows.iter().map(|r| r.0).max().expect("rows");
    let mut o = String::from(
        "/// A generic instruction.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\n#[repr(u8)]\npub enum Op {\n",
    );
    for (n, name, _) in &rows {
        let _ = writeln!(o, "    /// `{name}`\n    {} = {n},", camel(name));
    }
    o += "}\n\nimpl Op {\n";
    let _ = writeln!(o, "    /// The highest number.\n    pub const MAX: u32 = {max};");
    o += "    /// The instruction with this number.\n    #[must_use]\n    pub const fn from_number(n: u8) -> Option<Op> {\n        Some(match n {\n";
    for (n, name, _) in &rows {
        let _ = writeln!(o, "            {n} => Op::{},", camel(name));
    }
    o += "            _ => return None,\n        })\n    }\n";
    for (what, ty) in [("arity", "usize"), ("name", "&'static str")] {
        let _ = write!(
            o,
            "    /// Its {what}.\n    #[must_use]\n    pub const fn {what}(self) -> {ty} {{\n        match self {{\n"
        );
        for (_, name, arity) in &rows {
            let v = if what == "arity" { arity.to_string() } else { format!("{name:?}") };
            let _ = writeln!(o, "            Op::{} => {v},", camel(name));
        }
        o += "        }\n    }\n";
    }
    o += "}\n";
    o
}
