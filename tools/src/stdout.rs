//! Standard output, whose reader may have seen enough (`joist inspect IMAGE --files | head`): then the command ends without a
//! word, as SIGPIPE ends others. `print!` and `println!` of this crate are these.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// What a shell says of whom SIGPIPE has ended.
const BROKEN_PIPE: i32 = 141;

pub fn put(text: Arguments<'_>) {
    match std::io::stdout().lock().write_fmt(text) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(BROKEN_PIPE),
        Err(error) => {
            eprintln!("{} standard output can't be written to: {error}", crate::style::error("error:"));
            std::process::exit(1);
        }
    }
}

macro_rules! print {
    ($($what:tt)*) => { $crate::stdout::put(format_args!($($what)*)) };
}

macro_rules! println {
    ($($what:tt)*) => { $crate::stdout::put(format_args!("{}\n", format_args!($($what)*))) };
}
