//! The benchmark programs, embedded: `bench/` of the repository.

/// What a program's third number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Microseconds,
    Bytes,
}

/// A program: `MODULE:run()` prints one row.
#[derive(Debug)]
pub struct Program {
    pub name: &'static str,
    pub module: &'static str,
    pub unit: Unit,
    source: &'static str,
}

macro_rules! programs {
    ($($name:literal,)*) => {
        &[
            $(Program {
                name: $name,
                module: concat!("b_", $name),
                unit: Unit::Microseconds,
                source: include_str!(concat!("../../../bench/b_", $name, ".erl")),
            },)*
            Program {
                name: "processes",
                module: "m_processes",
                unit: Unit::Bytes,
                source: include_str!("../../../bench/m_processes.erl"),
            },
        ]
    };
}

/// All of them.
pub const PROGRAMS: &[Program] = programs! {
    "bigmsg",
    "binappend",
    "binary_match",
    "binary_trees",
    "compile",
    "ets_match",
    "ets_ordered",
    "ets_parallel",
    "ets_set",
    "except",
    "fannkuch",
    "fib",
    "funs",
    "gbtrees",
    "gc_live",
    "genserver",
    "http_parse",
    "iolist",
    "json",
    "kvtimer",
    "mandelbrot",
    "maps_large",
    "maps_small",
    "nbody",
    "nqueens",
    "nrev",
    "pidigits",
    "pmap",
    "re",
    "ring",
    "scanparse",
    "selrecv",
    "sort",
    "spawn",
    "string",
    "t2b",
    "zlib",
};

/// What they share.
const UTIL: (&str, &str) = ("bench_util", include_str!("../../../bench/bench_util.erl"));

/// Modules and their sources.
pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    PROGRAMS.iter().map(|p| (p.module, p.source)).chain([UTIL])
}
