//! `tty_sl`: the terminal of OTP 25's shell, with a line that can be edited (`ttsl_drv.c`; who speaks to it is
//! `user_drv.erl`).

mod line;

use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use joist_vm::atom::{self, Atom};
use joist_vm::platform::{Channel, ConsoleRead, Event, platform};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term};

use super::options::{Limits, Options};
use super::stream::{self, Stream};
use crate::console::{self, terminal};
use line::Line;

/// Operations, the first byte of a command.
const PUTC: u8 = 0;
const MOVE: u8 = 1;
const INSC: u8 = 2;
const DELC: u8 = 3;
const BEEP: u8 = 4;
const PUTC_SYNC: u8 = 5;

/// What `port_control/3` adds to the numbers below.
const CONTROL_MAGIC: u32 = 0x018b_0900;
const GET_WINSIZE: u32 = 100;
const GET_UNICODE_STATE: u32 = 101;
const SET_UNICODE_STATE: u32 = 102;

/// The open port; there is one terminal.
static PORT: Mutex<Option<Weak<Port>>> = Mutex::new(None);

/// With more than this to be written, who wants to know is told when it is (`TTY_BUFFSIZE`).
const MUCH: usize = 128;

struct Terminal {
    line: Line,
    /// Where its output goes, if the platform has channels.
    output: Option<Stream>,
    /// The owner waits to be told that all is written.
    owes_ok: bool,
}

impl Terminal {
    fn write(&mut self, port: &Arc<Port>, caller: Pid) -> Result<(), BadCommand> {
        let bytes = self.line.take_output();
        match &mut self.output {
            Some(stream) => stream.command(port, caller, &bytes),
            None => {
                // A terminal that has gone is told by the end of its input.
                let _ = platform().console_write(1, &bytes);
                Ok(())
            }
        }
    }
}

/// A driver, when the console is a terminal that can do what it must.
pub(super) fn driver() -> Result<(Box<dyn Driver>, Option<Channel>), Atom> {
    let einval = Atom::new("einval");
    let terminal = platform().is_terminal(0) && platform().is_terminal(1) && terminal::is_smart();
    if !terminal || PORT.lock().as_ref().is_some_and(|p| p.strong_count() > 0) {
        return Err(einval);
    }
    console::set_raw(true).map_err(|_| einval)?;
    // Whoever writes is never held up: that would be the shell's own server.
    let limits = Limits { low: usize::MAX, high: usize::MAX };
    let options = Options { output: true, limits, ..Options::default() };
    let channel = platform().open_descriptors(None, Some(1)).ok();
    let output = channel.map(|channel| Stream::new(channel, None, &options));
    Ok((Box::new(Terminal { line: Line::new(size().0.into(), terminal::is_utf8()), output, owes_ok: false }), channel))
}

/// The port is there: it is told what comes in.
pub(super) fn opened(port: &Arc<Port>, channel: Option<Channel>) {
    if let Some(channel) = channel {
        stream::listen(port, channel);
    }
    *PORT.lock() = Some(Arc::downgrade(port));
    input();
}

pub(super) fn init() {
    console::listen(|event| match event {
        Event::ConsoleInput => input(),
        Event::ConsoleResized => resized(),
        _ => {}
    });
}

fn size() -> (u16, u16) {
    platform().console_size().unwrap_or((terminal::COLUMNS, terminal::ROWS))
}

fn port() -> Option<Arc<Port>> {
    PORT.lock().as_ref()?.upgrade()
}

fn resized() {
    if port().is_some() {
        COLUMNS.store(size().0.into(), core::sync::atomic::Ordering::Relaxed);
    }
}

/// The window's new width, until the line has heard of it; 0 when there is none.
static COLUMNS: core::sync::atomic::AtomicUsize = core::sync::atomic::AtomicUsize::new(0);
/// Is the terminal one of UTF-8? Input decides as well as the locale.
static UTF8: core::sync::atomic::AtomicBool = core::sync::atomic::AtomicBool::new(true);
/// The start of a character whose rest is yet to come.
static INCOMPLETE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Hands over what the terminal has, in UTF-8.
fn input() {
    use core::sync::atomic::Ordering::Relaxed;
    let Some(port) = port() else { return };
    let mut buf = [0; 1024];
    loop {
        match console::read(&mut buf) {
            ConsoleRead::Data(n) => {
                let mut bytes = core::mem::take(&mut *INCOMPLETE.lock());
                bytes.extend_from_slice(&buf[..n]);
                if UTF8.load(Relaxed) {
                    match core::str::from_utf8(&bytes) {
                        Ok(_) => {}
                        Err(e) if e.error_len().is_none() => {
                            *INCOMPLETE.lock() = bytes.split_off(e.valid_up_to());
                        }
                        Err(_) => UTF8.store(false, Relaxed),
                    }
                }
                if !UTF8.load(Relaxed) {
                    bytes = bytes.iter().map(|b| char::from(*b)).collect::<alloc::string::String>().into_bytes();
                }
                if !bytes.is_empty() {
                    port.data_to_owner(&bytes);
                }
            }
            ConsoleRead::WouldBlock => return,
            ConsoleRead::Eof => {
                *PORT.lock() = None;
                port.to_owner(|_| Term::atom(atom::EOF));
                return;
            }
        }
    }
}

impl Driver for Terminal {
    fn command(&mut self, port: &Arc<Port>, caller: Pid, data: &[u8]) -> Result<(), BadCommand> {
        use core::sync::atomic::Ordering::Relaxed;
        let Some((operation, rest)) = data.split_first() else { return Ok(()) };
        match COLUMNS.swap(0, Relaxed) {
            0 => {}
            n => self.line.set_columns(n),
        }
        self.line.set_utf8(UTF8.load(Relaxed));
        let count = || rest.first_chunk::<2>().map_or(0, |b| isize::from(i16::from_be_bytes(*b)));
        match *operation {
            PUTC | PUTC_SYNC => self.line.put(rest),
            MOVE => self.line.move_by(count()),
            INSC => self.line.insert(rest),
            DELC => self.line.delete(count()),
            BEEP => self.line.beep(),
            _ => {}
        }
        self.write(port, caller)?;
        if *operation == PUTC_SYNC {
            self.owes_ok = self.queued() > MUCH;
            if !self.owes_ok {
                port.to_owner(|_| Term::atom(atom::OK));
            }
        }
        Ok(())
    }

    fn control(&mut self, _: &Arc<Port>, _: Pid, command: u32, data: &[u8]) -> Result<Vec<u8>, BadCommand> {
        use core::sync::atomic::Ordering::Relaxed;
        match (command.wrapping_sub(CONTROL_MAGIC), data) {
            (GET_WINSIZE, _) => {
                let (columns, rows) = size();
                Ok([u32::from(columns).to_ne_bytes(), u32::from(rows).to_ne_bytes()].concat())
            }
            (GET_UNICODE_STATE, _) => Ok(alloc::vec![u8::from(UTF8.load(Relaxed))]),
            (SET_UNICODE_STATE, [to, ..]) => Ok(alloc::vec![u8::from(UTF8.swap(*to != 0, Relaxed))]),
            (SET_UNICODE_STATE, []) => Ok(Vec::new()),
            _ => Err(BadCommand),
        }
    }

    fn event(&mut self, port: &Arc<Port>, event: Event) {
        if let Some(stream) = &mut self.output {
            stream.event(port, event);
        }
        if self.owes_ok && self.queued() == 0 {
            self.owes_ok = false;
            port.to_owner(|_| Term::atom(atom::OK));
        }
    }

    fn queued(&self) -> usize {
        self.output.as_ref().map_or(0, Stream::queued)
    }

    fn stop(&mut self, port: &Port) {
        if let Some(stream) = &mut self.output {
            stream.stop(port);
        }
        *PORT.lock() = None;
        // It was a terminal when this began.
        let _ = console::set_raw(false);
    }
}
