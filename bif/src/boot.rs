//! Brings up a node, as `erts/emulator/beam/erl_init.c` does: load the preloaded modules, start the schedulers,
//! spawn `erl_init:start/2` with the arguments.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::code::{self, Mfa};
use joist_vm::heap::OwnedTerm;
use joist_vm::load;
use joist_vm::platform::{Halt, platform};
use joist_vm::process::{self, SpawnOptions};
use joist_vm::term::{Term, build};
use joist_vm::{release, sched};

use crate::flags::Flags;

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

static ERTS_VERSION: spin::Once<String> = spin::Once::new();

/// The version of erts that the release or installation is of, as the path of its programs tells.
pub(crate) fn erts_version() -> &'static str {
    ERTS_VERSION.get().map_or("", String::as_str)
}

fn set_erts_version(args: &[Vec<u8>]) {
    let bin = args.iter().skip_while(|a| *a != b"-bindir").nth(1).or(args.first());
    let bin = String::from_utf8_lossy(bin.map_or(b"", Vec::as_slice)).into_owned();
    let version = bin.split('/').find_map(|part| part.strip_prefix("erts-"));
    ERTS_VERSION.call_once(|| version.unwrap_or_default().into());
}

/// Why a node can't start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BootError {
    /// An emulator flag is unknown, or its value makes no sense.
    Flag(String),
    /// A preloaded module can't be loaded.
    Preloaded(String),
}

impl core::fmt::Display for BootError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (BootError::Flag(text) | BootError::Preloaded(text)) = self;
        f.write_str(text)
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
    joist_vm::fatal::init(crate::crash_dump::of_the_dying);
    process::set_description(crate::crash_dump::processes::described);
    crate::drivers::init();
    crate::prim_socket::init();
    crate::resolver::init();
    crate::prim_tty::init();
    crate::os::init();
    // The way to say it before there was a flag.
    let tables = platform().getenv(b"ERL_MAX_ETS_TABLES").and_then(|n| core::str::from_utf8(&n).ok()?.parse().ok());
    crate::flags::TABLES.fetch_max(tables.unwrap_or(0), core::sync::atomic::Ordering::Relaxed);
    let flags = Flags::parse(&boot.args, boot.schedulers).map_err(BootError::Flag)?;
    set_erts_version(&boot.args);
    if flags.version {
        let text =
            alloc::format!("Erlang (Joist {}) (BEAM) emulator version {}\n", env!("CARGO_PKG_VERSION"), erts_version());
        // Nobody is left to be told if the console is gone.
        let _ = platform().console_write(2, text.as_bytes());
        platform().halt(Halt::Status(0));
    }
    process::set_limit(flags.processes);
    process::set_default_policy(flags.policy);
    atom::set_limit(flags.atoms);
    let mut names = Vec::new();
    let mut modules = Vec::new();
    for (name, bytes) in &boot.preloaded {
        let m =
            load::prepare(bytes).map_err(|e| BootError::Preloaded(alloc::format!("preloaded module {name}: {e}")))?;
        names.push(m.name);
        modules.push(m);
    }
    PRELOADED.call_once(|| names);
    code::finish_loading(modules).map_err(|_| BootError::Preloaded("a module is preloaded twice".into()))?;
    sched::start(flags.schedulers, move || {
        first_processes(Atom::new(&String::from_utf8_lossy(&flags.init)), &flags.arguments)
    })
}

/// `init` and the system processes that are always there.
fn first_processes(init: Atom, args: &[Vec<u8>]) {
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
    start(atom::ERL_INIT, &[Term::atom(init), args.get()], false);
    let system = |module| if code::is_loaded(name(module)) { start(name(module), &[], true) } else { None };
    system("erts_code_purger");
    if let Some(pid) = system("erts_literal_area_collector") {
        code::retired::set_collector(pid);
    }
}
