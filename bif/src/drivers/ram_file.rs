//! `ram_file_drv`: a file that is nothing but memory (`ram_file_drv.c`; who speaks to it is `ram_file.erl`).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use joist_vm::platform::Errno;
use joist_vm::port::{BadCommand, Driver, Port};
use joist_vm::term::Pid;

const OPEN: u8 = 1;
const READ: u8 = 2;
const LSEEK: u8 = 3;
const WRITE: u8 = 4;
const FSYNC: u8 = 9;
const TRUNCATE: u8 = 14;
const PREAD: u8 = 17;
const PWRITE: u8 = 18;
const FDATASYNC: u8 = 19;
const GET: u8 = 30;
const SIZE: u8 = 37;
const ADVISE: u8 = 38;
const ALLOCATE: u8 = 39;

const MODE_READ: u32 = 1;
const MODE_WRITE: u32 = 2;

const RESP_OK: u8 = 0;
const RESP_ERROR: u8 = 1;
const RESP_DATA: u8 = 2;
const RESP_NUMBER: u8 = 3;

#[derive(Default)]
struct RamFile {
    mode: u32,
    bytes: Vec<u8>,
    at: usize,
}

enum Answer {
    Ok,
    Number(usize),
    Data(Vec<u8>),
}

pub(super) fn driver() -> Box<dyn Driver> {
    Box::new(RamFile::default())
}

/// A position or length of 32 bits with a sign, from the front of the arguments.
fn take(args: &[u8]) -> Result<(i64, &[u8]), Errno> {
    let (n, rest) = args.split_first_chunk::<4>().ok_or(Errno::Einval)?;
    Ok((i64::from(i32::from_be_bytes(*n)), rest))
}

fn positive(n: i64) -> Result<usize, Errno> {
    usize::try_from(n).map_err(|_| Errno::Einval)
}

impl RamFile {
    fn needs(&self, mode: u32, else_error: Errno) -> Result<(), Errno> {
        if self.mode & mode == 0 { Err(else_error) } else { Ok(()) }
    }

    fn read(&self, at: usize, len: i64) -> Result<Vec<u8>, Errno> {
        self.needs(MODE_READ, Errno::Ebadf)?;
        let rest = self.bytes.get(at..).unwrap_or_default();
        copy(&rest[..positive(len)?.min(rest.len())])
    }

    fn write(&mut self, at: usize, data: &[u8]) -> Result<usize, Errno> {
        self.needs(MODE_WRITE, Errno::Ebadf)?;
        let end = at.checked_add(data.len()).ok_or(Errno::Einval)?;
        if !data.is_empty() || end > self.bytes.len() {
            if end > self.bytes.len() {
                self.bytes.try_reserve(end - self.bytes.len()).map_err(|_| Errno::Enomem)?;
                self.bytes.resize(end, 0);
            }
            self.bytes[at..end].copy_from_slice(data);
        }
        Ok(end)
    }

    fn run(&mut self, operation: u8, args: &[u8]) -> Result<Answer, Errno> {
        Ok(match operation {
            OPEN => {
                let (mode, data) = args.split_first_chunk::<4>().ok_or(Errno::Einval)?;
                *self = RamFile { mode: u32::from_be_bytes(*mode), bytes: copy(data)?, at: 0 };
                Answer::Number(0)
            }
            READ => {
                let data = self.read(self.at, take(args)?.0)?;
                self.at += data.len();
                Answer::Data(data)
            }
            PREAD => {
                let (at, args) = take(args)?;
                Answer::Data(self.read(positive(at)?, take(args)?.0)?)
            }
            WRITE => {
                self.at = self.write(self.at, args)?;
                Answer::Number(args.len())
            }
            PWRITE => {
                let (at, data) = take(args)?;
                self.write(positive(at)?, data)?;
                Answer::Number(data.len())
            }
            LSEEK => {
                let (offset, args) = take(args)?;
                self.needs(u32::MAX, Errno::Ebadf)?;
                let from = match take(args)?.0 {
                    0 => 0,
                    1 => self.at,
                    2 => self.bytes.len(),
                    _ => return Err(Errno::Einval),
                };
                self.at = from.checked_add_signed(offset as isize).ok_or(Errno::Einval)?;
                Answer::Number(self.at)
            }
            TRUNCATE => {
                self.needs(MODE_WRITE, Errno::Eacces)?;
                // A position behind the end makes the file longer.
                let at = self.at;
                self.write(at, &[])?;
                self.bytes.truncate(at);
                Answer::Ok
            }
            GET => Answer::Data(copy(&self.bytes)?),
            SIZE => Answer::Number(self.bytes.len()),
            // There is nothing to advise or to allocate, and memory needs no flush.
            FSYNC | FDATASYNC | ADVISE | ALLOCATE => {
                self.needs(u32::MAX, Errno::Ebadf)?;
                Answer::Ok
            }
            _ => return Err(Errno::Einval),
        })
    }
}

/// A copy, or the error that there is no room for it.
fn copy(bytes: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut v = Vec::new();
    v.try_reserve_exact(bytes.len()).map_err(|_| Errno::Enomem)?;
    v.extend_from_slice(bytes);
    Ok(v)
}

impl Driver for RamFile {
    fn command(&mut self, port: &Arc<Port>, _: Pid, data: &[u8]) -> Result<(), BadCommand> {
        let Some((operation, args)) = data.split_first() else { return Err(BadCommand) };
        match self.run(*operation, args) {
            Ok(Answer::Ok) => port.headed_to_owner(&[RESP_OK], None),
            Ok(Answer::Number(n)) => {
                let mut header = alloc::vec![RESP_NUMBER];
                header.extend((n as u32).to_be_bytes());
                port.headed_to_owner(&header, None);
            }
            Ok(Answer::Data(data)) => {
                let mut header = alloc::vec![RESP_DATA];
                header.extend((data.len() as u32).to_be_bytes());
                port.headed_to_owner(&header, Some(&data));
            }
            Err(e) => {
                let mut header = alloc::vec![RESP_ERROR];
                header.extend(e.name().bytes());
                port.headed_to_owner(&header, None);
            }
        }
        Ok(())
    }

    fn control(&mut self, _: &Arc<Port>, _: Pid, _: u32, _: &[u8]) -> Result<Vec<u8>, BadCommand> {
        Err(BadCommand)
    }

    fn locks_port(&self) -> bool {
        false
    }
}
