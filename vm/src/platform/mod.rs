//! All that the VM asks of the world, as one trait: the kernel implements it on the machine, `tools` on Linux.
//!
//! Every source of nondeterminism (time, entropy, I/O completion) goes through here, so that a whole node
//! can be simulated from a seed. Nothing in this module blocks except [`Platform::park`].

mod channels;
mod errno;
mod files;
mod sockets;

pub use channels::{Channel, Channels, Command, Program};
pub use errno::Errno;
pub use files::{Access, Advice, FileInfo, FileKind, Files, Handle, OpenFlags, SeekFrom};
pub use sockets::{Address, Change, Control, Family, Interface, Link, Received, Shutdown, Socket, Sockets, Style};

/// What woke a scheduler from outside the VM; see [`Platform::poll`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Bytes (or end of input) can be read from the console.
    ConsoleInput,
    /// The console's window changed its size.
    ConsoleResized,
    /// Ctrl-C: the node's user asks for attention.
    Interrupt,
    /// The power button, or SIGTERM on a host: the node is asked to stop in order (`init:stop()`).
    StopRequested,
    /// Another signal of the host that `os:set_signal/2` asked for, by its POSIX number.
    Signal(u32),
    /// A channel can be read: there is something, or its end.
    Readable(Channel),
    /// A channel takes more output.
    Writable(Channel),
    /// The program behind a channel has ended, with this exit status (128 and the number for a signal).
    Exited(Channel, i32),
    /// A socket has something to receive, its end, an error, or a connection to accept.
    SocketInput(Socket),
    /// A socket takes data, is connected, or has an error.
    SocketOutput(Socket),
}

/// What a signal of the host does (`os:set_signal/2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalUse {
    /// What the host has it do.
    Default,
    /// Nothing.
    Ignore,
    /// It becomes an [`Event::Signal`].
    Handle,
}

/// The answer to a read from the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsoleRead {
    /// So many bytes were read, at least one.
    Data(usize),
    /// Nothing there now; an [`Event::ConsoleInput`] follows when there is.
    WouldBlock,
    /// The input has ended for good.
    Eof,
}

/// How a node ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// `halt(Status)`: exit status 0..=255 (the platform masks it as POSIX does).
    Status(i32),
    /// `halt(abort)`, or a failure of the VM itself: the platform ends as an abnormal termination.
    Abort,
}

/// Clocks, entropy, console, processors, environment, files, channels, sockets: the world as the VM sees it.
pub trait Platform: Files + Channels + Sockets + Send + Sync {
    /// Nanoseconds since some fixed point, never decreasing, the same on every CPU.
    fn monotonic_ns(&self) -> u64;

    /// Nanoseconds since the Unix epoch, as the wall clock has it now (it may jump).
    fn system_time_ns(&self) -> i64;

    /// Seconds east of UTC that local time has at the given POSIX time, and whether summer time is in force.
    fn local_offset(&self, posix_seconds: i64) -> (i32, bool);

    /// CPU time used by this node so far, in nanoseconds (all schedulers together).
    fn cpu_time_ns(&self) -> u64;

    /// Fills `buf` with cryptographically strong random bytes.
    fn entropy(&self, buf: &mut [u8]);

    /// Writes all of `bytes` to the console. `fd` is 1 (standard output) or 2 (standard error).
    /// # Errors
    /// [`Errno::Epipe`] and its like when the other end is gone.
    fn console_write(&self, fd: u32, bytes: &[u8]) -> Result<(), Errno>;

    /// Reads what the console has, without waiting.
    fn console_read(&self, buf: &mut [u8]) -> ConsoleRead;

    /// The console's size as (columns, rows), if it is a terminal.
    fn console_size(&self) -> Option<(u16, u16)>;

    /// Is the descriptor 0, 1 or 2 a terminal?
    fn is_terminal(&self, fd: u32) -> bool;

    /// Switches the terminal between raw (no echo, byte by byte) and its original mode.
    /// # Errors
    /// [`Errno::Enotsup`] where the console is no terminal.
    fn console_raw(&self, raw: bool) -> Result<(), Errno>;

    /// How many processors there are; schedulers are numbered from 0.
    fn processors(&self) -> usize;

    /// Starts `entry(id)` on a processor (a thread, on a host). Called once for each scheduler but the first,
    /// which runs on the caller's.
    fn start_scheduler(&self, id: usize, entry: fn(usize) -> !);

    /// The scheduler that the caller runs on; none outside of all of them.
    fn current_scheduler(&self) -> Option<usize>;

    /// Sleeps the calling scheduler `id` until [`Platform::wake`] is called for it, an [`Event`] is pending, or
    /// the monotonic clock reaches `deadline_ns`. A wake that came before the call makes it return at once.
    /// May return early for no reason.
    fn park(&self, id: usize, deadline_ns: Option<u64>);

    /// Wakes scheduler `id` from [`Platform::park`] (or from its next one).
    fn wake(&self, id: usize);

    /// Cheap: is there any event for [`Platform::poll`]? Asked by each scheduler every few thousand reductions.
    fn has_events(&self) -> bool;

    /// Takes the next pending event, if any. Any scheduler may call it.
    fn poll(&self) -> Option<Event>;

    /// Called while a lock is waited for: a pause, or giving up the CPU on a host.
    fn relax(&self, spins: u32);

    /// The value of an environment variable.
    fn getenv(&self, name: &[u8]) -> Option<alloc::vec::Vec<u8>>;

    /// Sets (or with `None` unsets) an environment variable of this node.
    /// # Errors
    /// [`Errno::Einval`] for an empty name or one with `=` or NUL in it.
    fn setenv(&self, name: &[u8], value: Option<&[u8]>) -> Result<(), Errno>;

    /// All environment variables as `NAME=value`.
    fn env(&self) -> alloc::vec::Vec<alloc::vec::Vec<u8>>;

    /// The host's name, without a domain.
    fn hostname(&self) -> alloc::string::String;

    /// What `os:getpid/0` answers.
    fn pid(&self) -> u32;

    /// What `os:version/0` answers.
    fn os_version(&self) -> (u32, u32, u32);

    /// Bytes of memory: (in use by this node, in all). For `erlang:memory/0` and the memory supervisor.
    fn memory(&self) -> (usize, usize);

    /// Says what a signal does; the machine has none.
    fn set_signal(&self, _number: u32, _usage: SignalUse) {}

    /// The file for a crash dump, unless `ERL_CRASH_DUMP` names one; none where there is only the console.
    fn crash_dump_file(&self) -> Option<&'static [u8]> {
        None
    }

    /// Ends the node: flushes the console, powers the machine off or leaves the process.
    fn halt(&self, how: Halt) -> !;
}

static PLATFORM: spin::Once<&'static dyn Platform> = spin::Once::new();

/// Gives the VM its world; the first call counts.
pub fn install(platform: &'static dyn Platform) {
    PLATFORM.call_once(|| platform);
}

/// The world that [`install`] gave.
/// # Panics
/// When nothing has been installed yet: a node can't run without a platform.
pub fn platform() -> &'static dyn Platform {
    *PLATFORM.get().expect("no platform installed")
}

/// Offers the CPU to others, in the middle of a longer wait.
pub(crate) fn relax() {
    if let Some(platform) = PLATFORM.get() {
        crate::fatal::give_up_waiting();
        platform.relax(u32::MAX);
    }
}
