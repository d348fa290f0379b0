//! Output to the terminal, whose reader may be slow, or have stopped it: whoever writes waits for that, and nobody else.
//! A platform without channels takes everything at once.

use alloc::boxed::Box;
use alloc::vec::Vec;

use joist_vm::atom;
use joist_vm::platform::{Channel, platform};
use joist_vm::process::{self, NativeResult, Process, Signal, deliver};
use joist_vm::sync::Mutex;
use joist_vm::term::{Pid, Term, build};

use crate::prim_file::posix;

/// The channels to standard output and standard error, opened when they are first written to.
static CHANNELS: Mutex<[Option<Channel>; 2]> = Mutex::new([None; 2]);
/// Who waits until more can be written.
static WRITERS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
/// Who waits until nobody does.
static HALTING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

fn channel(fd: u32) -> Option<Channel> {
    let mut channels = CHANNELS.lock();
    let channel = channels.get_mut(fd.checked_sub(1)? as usize)?;
    if channel.is_none() {
        *channel = platform().open_descriptors(None, Some(fd)).ok();
    }
    *channel
}

/// One of the channels can be written again: whoever waits tries.
pub(super) fn writable(channel: Channel) {
    if CHANNELS.lock().contains(&Some(channel)) {
        wake(&WRITERS);
    }
}

fn wake(waiting: &Mutex<Vec<Pid>>) {
    for pid in core::mem::take(&mut *waiting.lock()) {
        deliver(pid, Signal::Call(Box::new(|_| ())));
    }
}

/// Does anybody wait to write? Then the process is woken when that may be over.
pub(crate) fn wait_until_flushed(pid: Pid) -> bool {
    HALTING.lock().push(pid);
    let waits = WRITERS.lock().iter().any(|w| process::lookup(*w).is_some());
    if !waits {
        HALTING.lock().clear();
    }
    waits
}

/// Writes all the bytes to descriptor 1 or 2; the native that calls this ends so.
pub(crate) fn write(p: &mut Process, fd: u32, bytes: &[u8]) -> NativeResult {
    match channel(fd) {
        Some(_) => {
            let bytes = build::binary(p, bytes);
            go_on(p, &[Term::small(fd.into()), bytes, Term::small(0)])
        }
        None => match platform().console_write(fd, bytes) {
            Ok(()) => Ok(Term::atom(atom::OK)),
            Err(e) => posix(p, e),
        },
    }
}

/// `[Fd, Bytes, Written]`.
fn go_on(p: &mut Process, a: &[Term]) -> NativeResult {
    let fd = a[0].as_usize().and_then(|fd| channel(u32::try_from(fd).ok()?));
    let (Some(channel), Some(bytes), Some(done)) = (fd, a[1].as_binary(), a[2].as_usize()) else {
        return Err(p.badarg());
    };
    let me = p.pid();
    // Before it is tried, or the event could come unheard.
    let mut writers = WRITERS.lock();
    if !writers.contains(&me) {
        writers.push(me);
    }
    drop(writers);
    let written = platform().channel_write(channel, &bytes[done..]);
    if let Ok(n) = written
        && done + n < bytes.len()
    {
        drop(bytes);
        return Err(p.wait_for(go_on, &[a[0], a[1], Term::small((done + n) as i64)]));
    }
    WRITERS.lock().retain(|w| *w != me);
    wake(&HALTING);
    match written {
        Ok(_) => Ok(Term::atom(atom::OK)),
        Err(e) => posix(p, e),
    }
}
