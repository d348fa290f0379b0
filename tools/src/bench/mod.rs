//! `joist bench`: the benchmark programs on stock `erl` and on `joist erl`, side by side.

mod node;
mod programs;
mod report;

pub use node::{Node, compile};
pub use programs::{PROGRAMS, Program, Unit};
pub use report::{Report, Row};

use crate::error::Result;
use std::path::Path;

/// What one run printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Microseconds or bytes.
    pub value: u64,
    pub checksum: String,
}

/// Runs a program on both nodes in turns, `rounds` times.
/// # Errors
/// When it doesn't run on stock; that it doesn't on Joist is a result.
pub fn measure(
    program: &'static Program,
    [stock, joist]: [&Node; 2],
    ebin: &Path,
    rounds: u32,
    mut begins: impl FnMut(u32, &'static str),
) -> Result<Row> {
    let mut row = Row { program, stock: Vec::new(), joist: Vec::new(), failure: None };
    for round in 1..=rounds {
        begins(round, "stock");
        row.stock.push(stock.run(program, ebin)?);
        begins(round, "joist");
        match joist.run(program, ebin) {
            Ok(sample) => row.joist.push(sample),
            Err(error) => {
                row.failure = Some(error.to_string());
                break;
            }
        }
    }
    Ok(row)
}
