//! The console: the process's standard descriptors. A thread reads the input as soon as somebody asks for it.

use joist_vm::platform::{ConsoleRead, Errno, Event};
use rustix::termios::{InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios};
use std::collections::VecDeque;
use std::io::{IsTerminal, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

#[derive(Debug, Default)]
struct Input {
    bytes: VecDeque<u8>,
    eof: bool,
}

/// Standard input, and the terminal's original mode.
#[derive(Debug, Default)]
pub struct Console {
    original: Mutex<Option<Termios>>,
    /// `+Bc`: Ctrl-C is a character for the shell, no signal.
    pub(super) interrupt_is_input: AtomicBool,
}

static INPUT: Mutex<Input> = Mutex::new(Input { bytes: VecDeque::new(), eof: false });
static READER: Once = Once::new();

fn input() -> std::sync::MutexGuard<'static, Input> {
    INPUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads standard input to its end, for [`Console::read`].
fn read_all() {
    let mut buf = [0; 4096];
    loop {
        let n = std::io::stdin().lock().read(&mut buf);
        {
            let mut i = input();
            match n {
                Ok(0) | Err(_) => i.eof = true,
                Ok(n) => i.bytes.extend(&buf[..n]),
            }
        }
        super::signals::notify(Event::ConsoleInput);
        if input().eof {
            return;
        }
    }
}

impl Console {
    pub fn read(&self, buf: &mut [u8]) -> ConsoleRead {
        READER.call_once(|| {
            // Without a thread there is no input; the node goes on.
            let _ = std::thread::Builder::new().name("console".into()).spawn(read_all);
        });
        let mut i = input();
        let n = i.bytes.len().min(buf.len());
        if n > 0 {
            for (to, from) in buf.iter_mut().zip(i.bytes.drain(..n)) {
                *to = from;
            }
            return ConsoleRead::Data(n);
        }
        if i.eof { ConsoleRead::Eof } else { ConsoleRead::WouldBlock }
    }

    pub fn set_raw(&self, raw: bool) -> Result<(), Errno> {
        let stdin = std::io::stdin();
        let mut original = self.original.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |e: rustix::io::Errno| Errno::from_number(e.raw_os_error());
        if raw {
            let now = rustix::termios::tcgetattr(&stdin).map_err(failed)?;
            let mut mode = now.clone();
            // Not all of raw mode, as stock Erlang: Ctrl-C, Ctrl-Z and Ctrl-S keep their meanings.
            mode.input_modes -= InputModes::ISTRIP | InputModes::ICRNL;
            mode.output_modes -= OutputModes::OPOST;
            mode.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
            mode.special_codes[SpecialCodeIndex::VMIN] = 1;
            mode.special_codes[SpecialCodeIndex::VTIME] = 0;
            if self.interrupt_is_input.load(Ordering::Relaxed) {
                // No character: POSIX's _POSIX_VDISABLE.
                mode.special_codes[SpecialCodeIndex::VINTR] = 0;
            }
            rustix::termios::tcsetattr(&stdin, OptionalActions::Now, &mode).map_err(failed)?;
            original.get_or_insert(now);
        } else if let Some(mode) = original.take() {
            rustix::termios::tcsetattr(&stdin, OptionalActions::Now, &mode).map_err(failed)?;
        }
        Ok(())
    }
}

pub fn write(fd: u32, bytes: &[u8]) -> Result<(), Errno> {
    let result = if fd == 2 {
        std::io::stderr().write_all(bytes)
    } else {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush())
    };
    result.map_err(|e| e.raw_os_error().map_or(Errno::Eio, Errno::from_number))
}

pub fn size() -> Option<(u16, u16)> {
    let w = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (w.ws_col > 0).then_some((w.ws_col, w.ws_row))
}

pub fn is_terminal(fd: u32) -> bool {
    match fd {
        0 => std::io::stdin().is_terminal(),
        1 => std::io::stdout().is_terminal(),
        2 => std::io::stderr().is_terminal(),
        _ => false,
    }
}
