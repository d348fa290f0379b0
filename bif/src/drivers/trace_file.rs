//! `trace_file_drv`: trace messages go to a file, for `dbg` and `fprof` (`trace_file_drv.c` of `runtime_tools`). A
//! message is a 0, its size (four bytes, most significant first), and an external term. Logs that wrap (`w …`) are not
//! supported.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::atom::Atom;
use joist_vm::platform::{Errno, Handle, OpenFlags, platform};
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::term::Pid;

/// So much is written at a time.
const PIECE: usize = 64 << 10;

struct TraceFile {
    file: Option<Handle>,
    buffer: Vec<u8>,
}

impl TraceFile {
    fn flush(&mut self) -> Result<(), Errno> {
        let mut rest = &self.buffer[..];
        while let (Some(file), false) = (self.file, rest.is_empty()) {
            let n = platform().write(file, rest)?;
            rest = rest.get(n..).unwrap_or(&[]);
        }
        self.buffer.clear();
        Ok(())
    }

    fn flush_or_fail(&mut self, port: &Arc<Port>) {
        if let Err(e) = self.flush() {
            self.buffer.clear();
            port.fail(Atom::new(e.name()));
        }
    }
}

impl Driver for TraceFile {
    fn command(&mut self, port: &Arc<Port>, _: Pid, data: &[u8]) -> Result<(), BadCommand> {
        self.buffer.push(0);
        self.buffer.extend((data.len() as u32).to_be_bytes());
        self.buffer.extend_from_slice(data);
        if self.buffer.len() >= PIECE {
            self.flush_or_fail(port);
        }
        Ok(())
    }

    fn control(&mut self, port: &Arc<Port>, _: Pid, command: u32, _: &[u8]) -> Result<Vec<u8>, BadCommand> {
        if command != u32::from(b'f') {
            return Err(BadCommand);
        }
        self.flush_or_fail(port);
        Ok([0].to_vec())
    }

    fn stop(&mut self, _: &Port) {
        // The port is closed: there is nobody to tell.
        let _ = self.flush();
        if let Some(file) = self.file.take() {
            let _ = platform().close(file);
        }
    }
}

/// A driver for `trace_file_drv n FILE`.
pub(super) fn driver(command: &str) -> Result<Box<dyn Driver>, Atom> {
    let name = match command.split_once(' ').map(|(_, rest)| rest.trim_start()) {
        Some(rest) if rest.starts_with("n ") => &rest[2..],
        Some(rest) if rest.starts_with("w ") => return Err(Atom::new("enotsup")),
        _ => return Err(Atom::new("einval")),
    };
    let flags = OpenFlags { write: true, create: true, truncate: true, ..OpenFlags::default() };
    match platform().open(name.as_bytes(), flags, 0o666) {
        Ok(file) => Ok(Box::new(TraceFile { file: Some(file), buffer: Vec::new() })),
        Err(e) => Err(Atom::new(e.name())),
    }
}
