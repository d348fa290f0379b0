//! What the runs came to: a table for people, JSON for scripts.

use super::{Program, Sample, Unit};
use crate::style;
use serde_json::{Value, json};

/// A program's samples on both sides.
#[derive(Debug)]
pub struct Row {
    pub program: &'static Program,
    pub stock: Vec<Sample>,
    pub joist: Vec<Sample>,
    /// Why it doesn't run on Joist.
    pub failure: Option<String>,
}

fn median(samples: &[Sample]) -> Option<u64> {
    let mut values: Vec<u64> = samples.iter().map(|s| s.value).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

impl Row {
    /// Ran everywhere, with the same checksum each time.
    fn is_good(&self) -> bool {
        let mut sums = self.stock.iter().chain(&self.joist).map(|s| &s.checksum);
        let first = sums.next();
        self.failure.is_none() && sums.all(|s| Some(s) == first)
    }

    fn ratio(&self) -> Option<f64> {
        let (stock, joist) = (median(&self.stock)?, median(&self.joist)?);
        Some(joist as f64 / stock.max(1) as f64)
    }

    fn text(&self) -> String {
        let value = |samples| match (median(samples), self.program.unit) {
            (None, _) => "-".to_owned(),
            (Some(n), Unit::Microseconds) => format!("{:.1} ms", n as f64 / 1000.0),
            (Some(n), Unit::Bytes) => format!("{n} bytes"),
        };
        let ratio = self.ratio().map_or_else(|| "-".to_owned(), |r| format!("{r:.2}"));
        let verdict = match &self.failure {
            Some(why) => style::bad(why),
            None if self.is_good() => style::good("equal"),
            None => style::bad("differ"),
        };
        let (stock, joist) = (value(&self.stock), value(&self.joist));
        format!("{:<14} {stock:>12} {joist:>12} {ratio:>7}  {verdict}", self.program.name)
    }

    fn json(&self) -> Value {
        let values = |samples: &[Sample]| samples.iter().map(|s| s.value).collect::<Vec<_>>();
        json!({
            "program": self.program.name,
            "unit": match self.program.unit { Unit::Microseconds => "us", Unit::Bytes => "bytes" },
            "stock": values(&self.stock),
            "joist": values(&self.joist),
            "ratio": self.ratio(),
            "checksums_equal": self.is_good(),
            "failure": self.failure,
        })
    }
}

/// All rows.
#[derive(Debug, Default)]
pub struct Report {
    pub rows: Vec<Row>,
}

impl Report {
    /// Nothing failed and no checksum differs.
    pub fn is_good(&self) -> bool {
        self.rows.iter().all(Row::is_good)
    }

    /// The geometric mean of the ratios of times.
    fn mean(&self) -> Option<f64> {
        let timed = self.rows.iter().filter(|r| r.program.unit == Unit::Microseconds);
        let logs: Vec<f64> = timed.filter_map(|r| Some(r.ratio()?.ln())).collect();
        (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
    }

    pub fn print(&self) {
        println!(
            "{}",
            style::bold(&format!("{:<14} {:>12} {:>12} {:>7}  checksums", "program", "stock", "joist", "ratio"))
        );
        self.rows.iter().for_each(|row| println!("{}", row.text()));
        if let Some(mean) = self.mean() {
            println!("geometric mean of the times' ratios: {mean:.2}");
        }
    }

    pub fn json(&self) -> Value {
        json!({
            "programs": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
            "geometric_mean": self.mean(),
            "checksums_equal": self.is_good(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::PROGRAMS;
    use super::*;

    fn samples(values: &[(u64, &str)]) -> Vec<Sample> {
        values.iter().map(|(value, sum)| Sample { value: *value, checksum: (*sum).to_owned() }).collect()
    }

    #[test]
    fn medians_and_means() {
        let row = |stock: &[(u64, &str)], joist: &[(u64, &str)]| Row {
            program: &PROGRAMS[0],
            stock: samples(stock),
            joist: samples(joist),
            failure: None,
        };
        let good = row(&[(10, "a"), (1000, "a"), (12, "a")], &[(24, "a"), (20, "a"), (48, "a")]);
        assert_eq!(good.ratio(), Some(2.0));
        assert!(good.is_good());
        let bad = row(&[(10, "a")], &[(80, "b")]);
        assert!(!bad.is_good());
        let report = Report { rows: vec![good, bad] };
        assert!((report.mean().expect("two rows") - 4.0).abs() < 1e-9);
        assert!(!report.is_good());
    }
}
