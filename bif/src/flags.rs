//! The emulator's own flags: which there are, what values they take and which of them Joist follows (`erl_init.c`;
//! the words of a refusal are stock's). A flag that tunes what Joist doesn't have (asynchronous threads, polling
//! threads, memory allocators, busy waiting, binding to processors) is checked and has no effect.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use joist_vm::heap::Policy;
use joist_vm::release;

/// Set by `+pc unicode`.
static PRINTABLE_UNICODE: AtomicBool = AtomicBool::new(false);
/// Set by `+A`, `+Q` and `+e`, for `system_info/1`.
pub(crate) static ASYNC_THREADS: AtomicUsize = AtomicUsize::new(1);
pub(crate) static PORTS: AtomicUsize = AtomicUsize::new(65_536);
pub(crate) static TABLES: AtomicUsize = AtomicUsize::new(8192);

/// Are all of Unicode's printable characters shown as such, or Latin-1's only?
pub(crate) fn printable_unicode() -> bool {
    PRINTABLE_UNICODE.load(Ordering::Relaxed)
}

/// What the flags ask for.
#[derive(Debug)]
pub(crate) struct Flags {
    pub schedulers: usize,
    pub processes: usize,
    pub atoms: usize,
    pub policy: Policy,
    /// `+V`: say which emulator this is, and end.
    pub version: bool,
    /// `+i`: the module that the first process runs.
    pub init: Vec<u8>,
    /// What comes after the first `--`.
    pub arguments: Vec<Vec<u8>>,
}

/// A flag's value.
enum Value {
    /// None; one that is attached or follows is not the flag's.
    None,
    /// A number in a range.
    Number(RangeInclusive<usize>),
    /// As for `Number`, or the word `legacy`, which asks for the default.
    Limit(RangeInclusive<usize>),
    Bool,
    OneOf(&'static [&'static str]),
    /// One that nothing here looks at.
    Any,
    /// As `Any`, but there may be none.
    Optional,
}

use Value::{Any, Bool, Limit, Number, OneOf, Optional};

const SWITCH: Value = Value::None;
const HUGE: usize = (1 << 27) - 1;
const WORDS: RangeInclusive<usize> = 0..=usize::MAX >> 4;
const BINDINGS: Value = OneOf(&["u", "ns", "ts", "ps", "s", "nnts", "nnps", "tnnps", "db"]);
const BUSY_WAITS: Value = OneOf(&["none", "very_short", "short", "medium", "long", "very_long"]);
const WAKEUPS: Value = OneOf(&["very_low", "low", "medium", "high", "very_high"]);
const STACK: RangeInclusive<usize> = 20..=8192;

/// By name; the longest that fits counts. With each, how stock begins to refuse a value.
const FLAGS: &[(&str, Value, &str)] = &[
    ("a", Number(16..=8192), "bad stack size for async threads"),
    ("A", Number(0..=1024), "bad number of async threads"),
    ("B", Optional, ""),
    ("c", Optional, ""),
    ("C", OneOf(&["no_time_warp", "single_time_warp", "multi_time_warp"]), "Invalid time warp mode:"),
    ("d", SWITCH, ""),
    ("dcg", Number(0..=256), "bad decentralized counter groups limit:"),
    ("e", Number(1..=HUGE), "bad maximum number of ets tables"),
    ("fnl", SWITCH, ""),
    ("fnu", Optional, ""),
    ("fna", Optional, ""),
    ("h", Number(WORDS), "bad heap size"),
    ("hms", Number(WORDS), "bad heap size"),
    ("hmbs", Number(WORDS), "bad heap size"),
    ("hpds", Number(1..=HUGE), "bad initial process dictionary size"),
    ("hmax", Number(WORDS), "bad max heap size"),
    ("hmaxk", Bool, "bad max heap kill"),
    ("hmaxel", Bool, "bad max heap error logger"),
    ("hmaxib", Bool, "bad max heap include shared binaries"),
    ("hmqd", OneOf(&["on_heap", "off_heap"]), "Invalid message_queue_data flag:"),
    ("i", Any, ""),
    ("IOt", Number(1..=1024), "bad number of IO poll threads"),
    ("IOp", Number(1..=1024), "bad number of IO pollsets"),
    ("IOPt", Number(0..=100), "bad percentage of IO poll threads"),
    ("IOPp", Number(0..=100), "bad percentage of IO pollsets"),
    ("IOs", Bool, "bad scheduler polling"),
    ("JPperf", OneOf(&["true", "false", "map", "dump", "fp", "no_fp"]), "bad +JPperf support flag"),
    ("JPfp", Bool, "bad +JPfp support flag"),
    ("JDdump", Bool, "bad +JDdump flag"),
    ("JMsingle", Bool, "bad +JMsingle flag"),
    ("K", Bool, "bad kernel poll"),
    ("L", SWITCH, ""),
    ("M", Optional, "bad \"M\" parameter"),
    ("n", OneOf(&["s", "d", "a"]), "bad -n option"),
    ("P", Limit(1024..=HUGE), "bad number of processes"),
    ("Q", Limit(1024..=HUGE), "bad number of ports"),
    ("pc", OneOf(&["latin1", "unicode"]), "bad range of printable characters:"),
    ("pad", Bool, "bad prefer atoms distribution"),
    ("R", Number(0..=HUGE), "bad compatibility release number"),
    ("rg", Number(0..=HUGE), "bad reader groups limit:"),
    ("S", Any, "bad amount of schedulers"),
    ("SP", Any, "bad schedulers percentage specifier"),
    ("SDcpu", Any, "bad amount of dirty CPU schedulers"),
    ("SDPcpu", Any, "bad dirty CPU schedulers percentage specifier"),
    ("SDio", Number(1..=1024), "bad number of dirty I/O schedulers"),
    ("sbt", BINDINGS, "setting scheduler bind type failed: invalid type"),
    ("stbt", BINDINGS, "setting scheduler bind type failed: invalid type"),
    ("sbwt", BUSY_WAITS, "bad scheduler busy wait threshold:"),
    ("sbwtdcpu", BUSY_WAITS, "bad dirty CPU scheduler busy wait threshold:"),
    ("sbwtdio", BUSY_WAITS, "bad dirty IO scheduler busy wait threshold:"),
    ("scl", Bool, "bad scheduler compact load value"),
    ("sct", Any, ""),
    ("secio", Bool, "bad scheduler check io"),
    ("sfwi", Number(0..=HUGE), "bad scheduler forced wakeup interval"),
    ("spp", Bool, "bad port parallelism scheduling hint"),
    ("sss", Number(STACK), "bad stack size for scheduler threads"),
    ("sssdcpu", Number(STACK), "bad stack size for dirty CPU scheduler threads"),
    ("sssdio", Number(STACK), "bad stack size for dirty IO scheduler threads"),
    ("sub", Bool, "bad scheduler utilization balancing"),
    ("swct", OneOf(&["very_eager", "eager", "medium", "lazy", "very_lazy"]), "scheduler wake cleanup threshold:"),
    ("swt", WAKEUPS, "scheduler wakeup threshold:"),
    ("swtdcpu", WAKEUPS, "scheduler wakeup threshold:"),
    ("swtdio", WAKEUPS, "scheduler wakeup threshold:"),
    ("sws", OneOf(&["default", "legacy"]), "scheduler wakeup strategy:"),
    ("t", Number(8192..=(1 << 31)), "bad atom table size"),
    ("T", Number(0..=9), "bad modified timing level"),
    ("v", Optional, ""),
    ("V", SWITCH, ""),
    ("W", OneOf(&["i", "w", "e"]), "unrecognized warning_map option"),
    ("zdbbl", Number(1..=(1 << 21) - 1), "Invalid dbbl limit:"),
    ("zdntgc", Number(0..=100_000), "Invalid delayed node table gc:"),
    ("zebwt", BUSY_WAITS, "Invalid ets busy wait threshold:"),
    ("zosrl", Number(1..=HUGE), "Invalid outstanding requests limit"),
    ("zhft", Any, ""),
];

impl Flags {
    /// Reads the emulator's arguments, program name first.
    pub(crate) fn parse(args: &[Vec<u8>], schedulers: usize) -> Result<Flags, String> {
        let mut flags = Flags {
            schedulers: schedulers.max(1),
            processes: if release::at_least(27) { 1 << 20 } else { 1 << 18 },
            atoms: 1 << 20,
            policy: Policy::default(),
            version: false,
            init: b"init".to_vec(),
            arguments: Vec::new(),
        };
        let mut rest = args.iter().skip(1).peekable();
        while let Some(arg) = rest.next() {
            if arg == b"--" {
                flags.arguments = rest.cloned().collect();
                break;
            }
            let flag = arg.strip_prefix(b"-").or(arg.strip_prefix(b"+")).unwrap_or_default();
            let flag = String::from_utf8_lossy(flag);
            let known = FLAGS.iter().filter(|(name, ..)| flag.starts_with(name)).max_by_key(|(name, ..)| name.len());
            let Some((name, value, refusal)) = known else {
                return Err(format!("unknown flag {}", String::from_utf8_lossy(arg)));
            };
            let attached = &flag[name.len()..];
            let text = match value {
                Value::None => String::new(),
                // What follows belongs to these only if it looks like no flag.
                Optional => match rest.next_if(|n| !n.starts_with(b"-")) {
                    Some(next) => format!("{attached}{}", String::from_utf8_lossy(next)),
                    None => String::from(attached),
                },
                _ if !attached.is_empty() => String::from(attached),
                _ => {
                    let next = rest.next().ok_or_else(|| format!("missing value of flag {flag}"))?;
                    String::from_utf8_lossy(next).into_owned()
                }
            };
            let fits = value.admits(&text) && flags.set(name, &text).is_some();
            if !fits {
                return Err(format!("{refusal} {text}"));
            }
        }
        Ok(flags)
    }

    /// Follows a flag; nothing if its value makes no sense.
    fn set(&mut self, name: &str, text: &str) -> Option<()> {
        let number = || text.parse::<usize>().ok();
        match name {
            "B" if text.starts_with('i') => crate::console::ignore_break(),
            "M" if !text.starts_with(|c| "uBIDEFHLMRSTXYZAdilsa".contains(c)) => return None,
            // Tables have a power of two for their size.
            "P" => self.processes = number().unwrap_or(self.processes).next_power_of_two(),
            "Q" => PORTS.store(number().unwrap_or(65_536).next_power_of_two(), Ordering::Relaxed),
            "A" => ASYNC_THREADS.store(number()?, Ordering::Relaxed),
            "e" => TABLES.store(number()?.max(8192), Ordering::Relaxed),
            "t" => self.atoms = number()?.min(1 << 26),
            "h" | "hms" => self.policy.min_heap_size = joist_vm::heap::sizes::next_size(number()?.max(1)),
            "hmbs" => self.policy.min_bin_vheap_size = number()?,
            "hmax" => self.policy.max_heap_size = number()?,
            "hmaxk" => self.policy.max_heap_kill = text == "true",
            "hmaxel" => self.policy.max_heap_log = text == "true",
            "hmaxib" => self.policy.max_heap_binaries = text == "true",
            "pc" => PRINTABLE_UNICODE.store(text == "unicode", Ordering::Relaxed),
            // Two releases back are what stock stands in for.
            "R" if !number().is_some_and(|r| (0..=2).contains(&(release::current() as i64 - r as i64))) => return None,
            "i" => self.init = text.as_bytes().to_vec(),
            "V" => self.version = true,
            "W" => crate::error_logger::set_warning_map(text),
            "S" => self.schedulers = count(text, self.schedulers)?,
            "SP" => {
                let percent = pair(text)?.0;
                let n = (self.schedulers * usize::try_from(percent).ok().filter(|p| (1..=100).contains(p))?) / 100;
                self.schedulers = n.max(1);
            }
            "SDcpu" | "SDPcpu" => {
                pair(text)?;
            }
            _ => {}
        }
        Some(())
    }
}

impl Value {
    fn admits(&self, text: &str) -> bool {
        match self {
            Number(range) => text.parse().is_ok_and(|n| range.contains(&n)),
            Limit(range) => text == "legacy" || text.parse().is_ok_and(|n| range.contains(&n)),
            Bool => matches!(text, "true" | "false"),
            OneOf(words) => words.contains(&text),
            Value::None | Any | Optional => true,
        }
    }
}

/// `N`, `N:Online` or `:Online`.
fn pair(text: &str) -> Option<(i64, Option<i64>)> {
    let (all, online) = text.split_once(':').map_or((text, None), |(all, online)| (all, Some(online)));
    let online = online.map(|o| o.parse().ok()).map_or(Some(None), |o| o.map(Some))?;
    let all = if all.is_empty() && online.is_some() { 0 } else { all.parse().ok()? };
    Some((all, online))
}

/// `+S Schedulers:Online`: nothing and 0 stand for the default, a negative number is taken from it. Schedulers that
/// are not online need not be there.
fn count(text: &str, default: usize) -> Option<usize> {
    let default = default as i64;
    let of = |n: i64| if n > 0 { n } else { default + n };
    let (all, online) = pair(text)?;
    let all = of(all);
    let online = online.map_or(all, of);
    if !(1..=1024).contains(&all) || !(1..=all).contains(&online) {
        return None;
    }
    usize::try_from(online.min(MAX_SCHEDULERS)).ok()
}

/// As many as a platform has room for.
const MAX_SCHEDULERS: i64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Flags, String> {
        let args: Vec<Vec<u8>> =
            core::iter::once("beam").chain(line.split(' ')).map(|w| w.as_bytes().to_vec()).collect();
        Flags::parse(&args, 4)
    }

    #[test]
    fn schedulers() {
        let of = |line: &str| parse(line).map(|f| f.schedulers);
        assert_eq!(of("-S 2"), Ok(2));
        assert_eq!(of("-S3:1"), Ok(1));
        assert_eq!(of("-S 0:0"), Ok(4));
        assert_eq!(of("-S -1"), Ok(3));
        assert_eq!(of("-SP 50"), Ok(2));
        assert_eq!(of("-SDcpu 1:1 -SDio 4"), Ok(4));
        assert_eq!(of("-S foo"), Err("bad amount of schedulers foo".into()));
        assert_eq!(of("-S 1:2"), Err("bad amount of schedulers 1:2".into()));
    }

    #[test]
    fn values_are_checked() {
        assert_eq!(parse("-P 5").err().as_deref(), Some("bad number of processes 5"));
        assert_eq!(parse("-P 5000").map(|f| f.processes), Ok(8192));
        assert_eq!(parse("-y").err().as_deref(), Some("unknown flag -y"));
        assert_eq!(parse("-Mx").err().as_deref(), Some("bad \"M\" parameter x"));
        assert_eq!(parse("-MBas aobf -hmax 0 -- -S 9").map(|f| f.arguments), Ok(["-S", "9"].map(Into::into).to_vec()));
        assert_eq!(parse("-pc").err().as_deref(), Some("missing value of flag pc"));
        assert!(parse("-hms 1000 -hmaxk false -V").is_ok_and(|f| f.version && f.policy.min_heap_size >= 1000));
    }
}
