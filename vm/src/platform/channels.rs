//! Channels: bytes to and from what is neither console nor file: a program that the platform started, descriptors that it
//! was born with, devices. Nothing here waits: what can't be done now is told by an [`Event`](super::Event) later.

use alloc::vec::Vec;

use super::Errno;

/// A channel that the platform holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel(pub u64);

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub enum Command<'a> {
    /// A line for `/bin/sh`.
    Shell(&'a [u8]),
    /// A file with its arguments, the zeroth among them.
    File { path: &'a [u8], args: &'a [Vec<u8>] },
}

/// A program to start.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    pub command: Command<'a>,
    /// Where it runs; here, if there is none.
    pub directory: Option<&'a [u8]>,
    /// Its whole environment, as `NAME=value`.
    pub environment: &'a [Vec<u8>],
    /// It reads what is written to the channel.
    pub reads: bool,
    /// It writes what is read from the channel.
    pub writes: bool,
    /// It does so by its descriptors 0 and 1; else by 3 and 4.
    pub stdio: bool,
    /// What it writes to descriptor 2 comes through the channel as well.
    pub stderr_to_stdout: bool,
}

/// Channels; a platform that has none answers [`Errno::Enotsup`].
pub trait Channels {
    /// Starts a program; its channel and its process number.
    /// # Errors
    /// Why it can't be started. A program that is started and then can't be run ends with the error as its status.
    fn start_program(&self, _program: &Program<'_>) -> Result<(Channel, u32), Errno> {
        Err(Errno::Enotsup)
    }

    /// From now on somebody hears of the channel's events: [`Event::Exited`](super::Event::Exited) tells the end of the
    /// program behind it, even if that has come already.
    fn watch_program(&self, _channel: Channel) {}

    /// A channel over descriptors that the node was started with.
    /// # Errors
    /// [`Errno::Ebadf`] for one that is none.
    fn open_descriptors(&self, _input: Option<u32>, _output: Option<u32>) -> Result<Channel, Errno> {
        Err(Errno::Enotsup)
    }

    /// A channel to a file (a named pipe, a terminal), made if it is to be written and isn't there.
    /// # Errors
    /// Why it can't be opened.
    fn open_device(&self, _path: &[u8], _read: bool, _write: bool) -> Result<Channel, Errno> {
        Err(Errno::Enotsup)
    }

    /// Reads what is there: so many bytes, 0 at the end, none when there is nothing now. Unless the end has come, an
    /// [`Event::Readable`](super::Event::Readable) follows when there is (more).
    /// # Errors
    /// As `read(2)`.
    fn channel_read(&self, _channel: Channel, _buf: &mut [u8]) -> Result<Option<usize>, Errno> {
        Err(Errno::Enotsup)
    }

    /// Writes what can be taken now. If that isn't all, an [`Event::Writable`](super::Event::Writable) follows.
    /// # Errors
    /// As `write(2)`.
    fn channel_write(&self, _channel: Channel, _bytes: &[u8]) -> Result<usize, Errno> {
        Err(Errno::Enotsup)
    }

    /// Gives a channel back. A program behind it runs on.
    fn channel_close(&self, _channel: Channel) {}
}
