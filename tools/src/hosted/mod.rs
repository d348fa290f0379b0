//! The VM's platform on Linux: threads for processors, the process's own console, environment and files.

mod channels;
mod console;
mod files;
mod processors;
mod signals;
mod sockets;

pub use channels::child::enter as become_program;
pub use signals::CtrlC;

use joist_vm::platform::{ConsoleRead, Errno, Event, Halt, Platform, SignalUse};
use std::collections::{BTreeMap, VecDeque};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The platform; one for each process.
#[derive(Debug)]
pub struct Hosted {
    start: Instant,
    /// What `os:putenv` changes: a copy, since the process's own environment can't be changed beside threads.
    env: RwLock<BTreeMap<Vec<u8>, Vec<u8>>>,
    console: console::Console,
    channels: channels::OpenChannels,
    files: files::OpenFiles,
    sockets: sockets::OpenSockets,
    processors: processors::Processors,
    events: Mutex<VecDeque<Event>>,
    has_events: AtomicBool,
}

impl Hosted {
    /// The platform, with the signals' thread running.
    pub fn install(ctrl_c: CtrlC) -> &'static Hosted {
        let env = std::env::vars_os().map(|(k, v)| (k.into_vec(), v.into_vec())).collect();
        let hosted: &'static Hosted = Box::leak(Box::new(Hosted {
            start: Instant::now(),
            env: RwLock::new(env),
            console: console::Console::default(),
            channels: channels::OpenChannels::default(),
            files: files::OpenFiles::default(),
            sockets: sockets::OpenSockets::default(),
            processors: processors::Processors::new(),
            events: Mutex::new(VecDeque::new()),
            has_events: AtomicBool::new(false),
        }));
        joist_vm::platform::install(hosted);
        hosted.console.interrupt_is_input.store(ctrl_c == CtrlC::Shell, Ordering::Relaxed);
        signals::watch(hosted, ctrl_c);
        hosted
    }

    /// Sets what `erl` sets for its children: where the installation is.
    pub fn set_roots(&self, root: &std::path::Path, erts: &str) {
        let bin = root.join(format!("erts-{erts}/bin"));
        for (name, value) in [("ROOTDIR", root), ("BINDIR", &bin)] {
            // Neither name nor value can be wrong.
            let _ = self.setenv(name.as_bytes(), Some(value.as_os_str().as_bytes()));
        }
        for (name, value) in [("EMU", "beam"), ("PROGNAME", "erl")] {
            let _ = self.setenv(name.as_bytes(), Some(value.as_bytes()));
        }
    }

    /// Sets the variables that `-env NAME VALUE` gave.
    pub fn set_env(&self, variables: &[(Vec<u8>, Vec<u8>)]) {
        for (name, value) in variables {
            // As erlexec: a name that can't be one is no variable.
            let _ = self.setenv(name, Some(value));
        }
    }

    /// Hands an event to whichever scheduler comes first.
    fn push(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
        self.has_events.store(true, Ordering::SeqCst);
        self.processors.wake_any();
    }
}

impl Platform for Hosted {
    fn monotonic_ns(&self) -> u64 {
        // Never 0: times before the start stay above the origin.
        self.start.elapsed().as_nanos() as u64 + 1_000_000_000
    }

    fn system_time_ns(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(d) => d.as_nanos() as i64,
            Err(e) => -(e.duration().as_nanos() as i64),
        }
    }

    fn local_offset(&self, posix_seconds: i64) -> (i32, bool) {
        use chrono::{Local, Offset, TimeZone};
        let offset = Local.timestamp_opt(posix_seconds, 0).single().map(|t| t.offset().fix().local_minus_utc());
        (offset.unwrap_or(0), false)
    }

    fn cpu_time_ns(&self) -> u64 {
        let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
    }

    fn entropy(&self, buf: &mut [u8]) {
        if getrandom::fill(buf).is_err() {
            eprintln!("joist: no entropy from the operating system");
            std::process::abort();
        }
    }

    fn console_write(&self, fd: u32, bytes: &[u8]) -> Result<(), Errno> {
        console::write(fd, bytes)
    }

    fn console_read(&self, buf: &mut [u8]) -> ConsoleRead {
        self.console.read(buf)
    }

    fn console_size(&self) -> Option<(u16, u16)> {
        console::size()
    }

    fn is_terminal(&self, fd: u32) -> bool {
        console::is_terminal(fd)
    }

    fn console_raw(&self, raw: bool) -> Result<(), Errno> {
        self.console.set_raw(raw)
    }

    fn processors(&self) -> usize {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    }

    fn start_scheduler(&self, id: usize, entry: fn(usize) -> !) {
        processors::start(id, entry);
    }

    fn current_scheduler(&self) -> Option<usize> {
        processors::current()
    }

    fn park(&self, id: usize, deadline_ns: Option<u64>) {
        // Input is looked for only once somebody waits.
        let wait = deadline_ns.map(|d| d.saturating_sub(self.monotonic_ns()));
        self.processors.park(id, wait, || self.has_events());
    }

    fn wake(&self, id: usize) {
        self.processors.wake(id);
    }

    fn has_events(&self) -> bool {
        self.has_events.load(Ordering::SeqCst)
    }

    fn poll(&self) -> Option<Event> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let event = events.pop_front();
        self.has_events.store(!events.is_empty(), Ordering::SeqCst);
        event
    }

    fn relax(&self, spins: u32) {
        if spins > 64 {
            std::thread::yield_now();
        } else {
            std::hint::spin_loop();
        }
    }

    fn getenv(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.env.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn setenv(&self, name: &[u8], value: Option<&[u8]>) -> Result<(), Errno> {
        if name.is_empty() || name.iter().any(|b| matches!(b, b'=' | 0)) {
            return Err(Errno::Einval);
        }
        let mut env = self.env.write().unwrap_or_else(PoisonError::into_inner);
        match value {
            Some(v) => env.insert(name.to_vec(), v.to_vec()),
            None => env.remove(name),
        };
        Ok(())
    }

    fn env(&self) -> Vec<Vec<u8>> {
        let env = self.env.read().unwrap_or_else(PoisonError::into_inner);
        env.iter().map(|(k, v)| [k, &b"="[..], v].concat()).collect()
    }

    fn hostname(&self) -> String {
        let name = rustix::system::uname();
        let name = name.nodename().to_string_lossy().into_owned();
        name.split('.').next().unwrap_or("localhost").to_owned()
    }

    fn pid(&self) -> u32 {
        std::process::id()
    }

    fn os_version(&self) -> (u32, u32, u32) {
        let name = rustix::system::uname();
        let release = name.release().to_string_lossy().into_owned();
        let mut parts = release.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        (next(), next(), next())
    }

    fn memory(&self) -> (usize, usize) {
        let pages = |path: &str, field: usize| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            text.split_whitespace().nth(field).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0)
        };
        let total = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let total = total.split_whitespace().nth(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0) * 1024;
        (pages("/proc/self/statm", 1) * rustix::param::page_size(), total)
    }

    fn set_signal(&self, number: u32, usage: SignalUse) {
        signals::set(number, usage);
    }

    fn crash_dump_file(&self) -> Option<&'static [u8]> {
        Some(b"erl_crash.dump")
    }

    fn halt(&self, how: Halt) -> ! {
        // What can't be given back can't be helped any more.
        let _ = self.console.set_raw(false);
        match how {
            Halt::Status(status) => std::process::exit(status),
            Halt::Abort => std::process::abort(),
        }
    }
}

/// The calling thread is the first scheduler's.
pub fn enter_first() {
    processors::enter(0);
}

/// A path of the VM's as one of the host's.
fn host_path(path: &[u8]) -> &std::path::Path {
    std::path::Path::new(std::ffi::OsStr::from_bytes(path))
}
