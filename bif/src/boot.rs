//! Brings up a node, as `erts/emulator/beam/erl_init.c` does: load the preloaded modules, start the schedulers,
//! spawn `erl_init:start/2` with the arguments.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::code::{self, Mfa};
use joist_vm::heap::OwnedTerm;
use joist_vm::load;
use joist_vm::process::{self, SpawnOptions};
use joist_vm::term::{Term, build};
use joist_vm::{release, sched};

/// What a node is started with.
#[derive(Debug, Clone, Default)]
pub struct Boot {
    /// erl's arguments, program name first, as `erlexec` would hand them to the emulator: its own flags
    /// (`-S 2:2`, `-P N`, …), `--`, then init's (`-root DIR`, `-boot`, `-config`, …).
    pub args: Vec<Vec<u8>>,
    /// The preloaded modules: name and contents of the `.beam`, in any order.
    pub preloaded: Vec<(String, Cow<'static, [u8]>)>,
    /// Schedulers to start when no `-S` among the arguments says otherwise.
    pub schedulers: usize,
    /// The OTP release that the modules are of: 25 to 29.
    pub otp_release: u32,
}

static PRELOADED: spin::Once<Vec<Atom>> = spin::Once::new();

/// The preloaded modules.
pub(crate) fn preloaded() -> Vec<Atom> {
    PRELOADED.get().cloned().unwrap_or_default()
}

/// Set by `+pc unicode`.
static PRINTABLE_UNICODE: AtomicBool = AtomicBool::new(false);

/// Are all of Unicode's printable characters shown as such, or Latin-1's only?
pub(crate) fn printable_unicode() -> bool {
    PRINTABLE_UNICODE.load(Ordering::Relaxed)
}

/// Why a node can't start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootError(pub String);

impl core::fmt::Display for BootError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Starts a node on the platform that was installed; the caller's CPU becomes its first scheduler.
/// # Errors
/// [`BootError`] when a preloaded module can't be loaded or a flag can't be understood.
pub fn start(boot: Boot) -> Result<core::convert::Infallible, BootError> {
    atom::init();
    release::set(boot.otp_release);
    crate::table::init();
    crate::console::init();
    crate::drivers::init();
    crate::prim_tty::init();
    let flags = Flags::parse(&boot.args, boot.schedulers)?;
    process::set_limit(flags.processes);
    atom::set_limit(flags.atoms);
    let mut names = Vec::new();
    let mut modules = Vec::new();
    for (name, bytes) in &boot.preloaded {
        let m = load::prepare(bytes).map_err(|e| BootError(alloc::format!("preloaded module {name}: {e}")))?;
        names.push(m.name);
        modules.push(m);
    }
    PRELOADED.call_once(|| names);
    code::finish_loading(modules).map_err(|_| BootError("a module is preloaded twice".into()))?;
    sched::start(flags.schedulers, move || first_processes(&flags.init))
}

/// `init` and the system processes that are always there.
fn first_processes(args: &[Vec<u8>]) {
    let args = OwnedTerm::build(|h| {
        let items: Vec<Term> = args.iter().map(|a| build::binary(h, a)).collect();
        build::list(h, &items)
    });
    let name = |n: &str| Atom::new(n);
    let start = |module: Atom, args: &[Term], system| {
        let o = SpawnOptions { system, ..SpawnOptions::default() };
        let mfa = Mfa::new(module, atom::START, args.len() as u32);
        // The table is empty: there is room for these.
        process::spawn(None, mfa, args, &o).ok()
    };
    start(atom::ERL_INIT, &[Term::atom(atom::INIT), args.get()], false);
    let system = |module| if code::is_loaded(name(module)) { start(name(module), &[], true) } else { None };
    system("erts_code_purger");
    if let Some(pid) = system("erts_literal_area_collector") {
        code::retired::set_collector(pid);
    }
}

/// The emulator's own flags.
struct Flags {
    schedulers: usize,
    processes: usize,
    atoms: usize,
    init: Vec<Vec<u8>>,
}

impl Flags {
    fn parse(args: &[Vec<u8>], schedulers: usize) -> Result<Flags, BootError> {
        let mut flags = Flags { schedulers: schedulers.max(1), processes: 262_144, atoms: 1_048_576, init: Vec::new() };
        let mut rest = args.iter().skip(1).peekable();
        while let Some(arg) = rest.next() {
            if arg == b"--" {
                flags.init = rest.cloned().collect();
                return Ok(flags);
            }
            let [b'-' | b'+', letter, attached @ ..] = &arg[..] else {
                return Err(BootError(alloc::format!("bad emulator flag: {}", String::from_utf8_lossy(arg))));
            };
            let mut value: Vec<u8> = attached.to_vec();
            // What begins like no flag is the value of the flag before it (`-S 2:2`, `-pc unicode`).
            if let Some(next) = rest.next_if(|n| !n.starts_with(b"-") && !n.starts_with(b"+")) {
                value.extend_from_slice(next);
            }
            flags.set(*letter, &value)?;
        }
        Ok(flags)
    }

    fn set(&mut self, letter: u8, value: &[u8]) -> Result<(), BootError> {
        let text = String::from_utf8_lossy(value);
        let bad = || BootError(alloc::format!("bad value of emulator flag +{}: {text}", char::from(letter)));
        let number = |s: &str| s.parse::<usize>().map_err(|_| bad());
        match letter {
            // `+S Schedulers:Online`; the forms with percent (`+SP`) and dirty ones (`+SDcpu`) ask for less than all.
            b'S' if value.first().is_some_and(u8::is_ascii_digit) => {
                self.schedulers = number(text.split(':').next().unwrap_or_default())?.clamp(1, 64);
            }
            b'P' => self.processes = number(&text)?.clamp(1024, 1 << 27),
            b'p' if value.starts_with(b"c") => PRINTABLE_UNICODE.store(value == b"cunicode", Ordering::Relaxed),
            b't' => self.atoms = number(&text)?.clamp(8192, 1 << 26),
            _ => {}
        }
        Ok(())
    }
}
