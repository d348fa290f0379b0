//! The machine as the VM sees it: [`Platform`] on top of the kernel's parts. What is POSIX's rather than the machine's
//! (environment, files, names) lives here and in [`files`].

mod environment;
mod files;
mod sockets;

use crate::arch::{percpu, tlb};
use crate::{console, entropy, event, exit, idle, mm, net, smp, time};
use alloc::string::String;
use alloc::vec::Vec;
use environment::Environment;
use joist_image::Archive;
use joist_vfs::Vfs;
use joist_vm::platform::{Channels, ConsoleRead, Errno, Event, Halt, Platform};
use spin::Once;

/// The world of a node on this machine.
pub struct Machine {
    files: Vfs,
    environment: Environment,
    hostname: String,
}

static MACHINE: Once<Machine> = Once::new();

/// Status of a node that ended abnormally, as a shell shows it.
const ABORTED: u8 = 134;
/// The only process there is.
pub const PID: u32 = 1;

/// What the node finds.
pub struct Setup<'a> {
    pub archive: Option<Archive<'static>>,
    pub environment: Vec<(Vec<u8>, Vec<u8>)>,
    pub hostname: &'a str,
    pub cwd: &'a [u8],
}

/// Makes the world; once.
pub fn create(setup: Setup<'_>) -> &'static Machine {
    MACHINE.call_once(|| {
        let files = files::create(setup.archive, setup.hostname);
        if let Err(error) = joist_vm::platform::Files::set_cwd(&files, setup.cwd) {
            crate::log!("no working directory {}: {}", setup.cwd.escape_ascii(), error.name());
        }
        let environment = Environment::new(setup.environment);
        if environment.get(b"ERL_INETRC").is_none() {
            let _ = environment.set(b"ERL_INETRC", Some(files::INETRC));
        }
        Machine { files, environment, hostname: String::from(setup.hostname) }
    })
}

impl Machine {
    /// Brings the files that say how the network is up to date.
    pub fn follow_network(&self) {
        files::follow_network(&self.files);
    }
}

/// There are no programs beside the node, and it was born with no descriptors but the console's.
impl Channels for Machine {}

impl Platform for Machine {
    fn monotonic_ns(&self) -> u64 {
        time::monotonic_ns()
    }

    fn system_time_ns(&self) -> i64 {
        time::wall_ns()
    }

    fn local_offset(&self, _posix_seconds: i64) -> (i32, bool) {
        (0, false) // a machine without a place: UTC
    }

    fn cpu_time_ns(&self) -> u64 {
        idle::busy_ns()
    }

    fn entropy(&self, buf: &mut [u8]) {
        entropy::fill(buf);
    }

    fn console_write(&self, _fd: u32, bytes: &[u8]) -> Result<(), Errno> {
        console::write(bytes);
        Ok(())
    }

    fn console_read(&self, buf: &mut [u8]) -> ConsoleRead {
        match console::read(buf) {
            0 => ConsoleRead::WouldBlock,
            count => ConsoleRead::Data(count),
        }
    }

    fn console_size(&self) -> Option<(u16, u16)> {
        console::size()
    }

    fn is_terminal(&self, fd: u32) -> bool {
        fd <= 2 && console::size().is_some()
    }

    fn console_raw(&self, _raw: bool) -> Result<(), Errno> {
        // The line discipline is the other end's: what comes in is raw in any case.
        if console::size().is_some() { Ok(()) } else { Err(Errno::Enotsup) }
    }

    fn processors(&self) -> usize {
        percpu::count()
    }

    fn start_scheduler(&self, id: usize, entry: fn(usize) -> !) {
        smp::run(id, entry);
    }

    fn current_scheduler(&self) -> Option<usize> {
        Some(percpu::current().id) // a scheduler has its number from its CPU
    }

    fn park(&self, _id: usize, deadline_ns: Option<u64>) {
        idle::park(deadline_ns);
    }

    fn wake(&self, id: usize) {
        idle::wake(id);
    }

    fn has_events(&self) -> bool {
        let now = time::monotonic_ns();
        tlb::tend(now);
        event::pending() || net::is_quiet() || net::pending(now)
    }

    fn poll(&self) -> Option<Event> {
        let event = event::take().or_else(net::poll);
        files::follow_network(&self.files);
        event
    }

    fn relax(&self, _spins: u32) {
        core::hint::spin_loop();
    }

    fn getenv(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.environment.get(name)
    }

    fn setenv(&self, name: &[u8], value: Option<&[u8]>) -> Result<(), Errno> {
        self.environment.set(name, value)
    }

    fn env(&self) -> Vec<Vec<u8>> {
        self.environment.all()
    }

    fn hostname(&self) -> String {
        self.hostname.clone()
    }

    fn pid(&self) -> u32 {
        PID
    }

    fn os_version(&self) -> (u32, u32, u32) {
        let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        (next(), next(), next())
    }

    fn memory(&self) -> (usize, usize) {
        mm::heap::usage()
    }

    fn halt(&self, how: Halt) -> ! {
        exit::exit(match how {
            Halt::Status(status) => status as u8, // as POSIX's `exit` masks it
            Halt::Abort => ABORTED,
        })
    }
}
