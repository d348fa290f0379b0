//! `prim_buffer`: a mutable queue of binaries (`prim_buffer_nif.c`, `prim_buffer.erl`).

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};

use joist_vm::atom::{self, Atom};
use joist_vm::heap::OwnedTerm;
use joist_vm::process::{Bail, NativeResult, Process, make_reference};
use joist_vm::sync::Mutex;
use joist_vm::term::{Term, build};

use crate::table::Binding;

pub(crate) const BINDINGS: &[Binding] = &[
    ("new", 0, |p, _| {
        let buffer: Arc<dyn core::any::Any + Send + Sync> = Arc::new(Buffer::default());
        Ok(build::magic_reference(p, make_reference(), buffer))
    }),
    ("size", 1, |p, a| {
        let n = buffer(p, a[0])?.queue.lock().size;
        Ok(Term::small(n as i64))
    }),
    ("peek_head", 1, |p, a| {
        let b = buffer(p, a[0])?;
        let head = b.queue.lock().head(p);
        head.ok_or_else(|| p.badarg())
    }),
    ("copying_read", 2, copying_read),
    ("write", 2, write),
    ("skip", 2, |p, a| {
        let (b, n) = (buffer(p, a[0])?, count(p, a[1])?);
        let skipped = b.queue.lock().skip(n);
        if skipped { Ok(Term::atom(atom::OK)) } else { Err(p.badarg()) }
    }),
    ("find_byte_index", 2, find),
    ("try_lock", 1, |p, a| {
        let taken = buffer(p, a[0])?.lock.swap(true, Ordering::Acquire);
        Ok(Term::atom(Atom::new(if taken { "busy" } else { "acquired" })))
    }),
    ("unlock", 1, |p, a| {
        if buffer(p, a[0])?.lock.swap(false, Ordering::Release) {
            Ok(Term::atom(atom::OK))
        } else {
            Err(p.error_atom(Atom::new("lock_order_violation")))
        }
    }),
];

/// Small writes are gathered into one binary of up to so many bytes, so that a read of many costs one.
const ACCUMULATOR: usize = 2 << 10;

/// One binary of the queue: a binary as it was written, or gathered bytes.
enum Chunk {
    Whole(OwnedTerm),
    Gathered(Vec<u8>),
}

/// The bytes written and not yet read. `start` is how much of the first chunk has been.
#[derive(Default)]
struct Queue {
    chunks: VecDeque<Chunk>,
    start: usize,
    size: usize,
}

/// A buffer; `lock` is the users' own affair.
#[derive(Default)]
struct Buffer {
    queue: Mutex<Queue>,
    lock: AtomicBool,
}

impl Chunk {
    fn with<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Chunk::Gathered(bytes) => f(bytes),
            Chunk::Whole(t) => f(&t.get().as_binary().unwrap_or_default()),
        }
    }

    fn len(&self) -> usize {
        self.with(<[u8]>::len)
    }
}

impl Queue {
    fn push(&mut self, binary: Term, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.size += bytes.len();
        if let Some(Chunk::Gathered(last)) = self.chunks.back_mut()
            && last.len() + bytes.len() < ACCUMULATOR
        {
            last.extend_from_slice(bytes);
        } else if bytes.len() >= ACCUMULATOR / 2 {
            self.chunks.push_back(Chunk::Whole(OwnedTerm::new(binary)));
        } else {
            let mut gathered = Vec::with_capacity(ACCUMULATOR);
            gathered.extend_from_slice(bytes);
            self.chunks.push_back(Chunk::Gathered(gathered));
        }
    }

    /// The first chunk's unread part as a binary. It is whole from now on: who peeks reads it soon.
    fn head(&mut self, p: &mut Process) -> Option<Term> {
        let first = self.chunks.front_mut()?;
        if let Chunk::Gathered(bytes) = first {
            *first = Chunk::Whole(OwnedTerm::build(|h| build::binary(h, bytes)));
        }
        let Chunk::Whole(owned) = first else { return None };
        // A copy of a large binary shares its bytes.
        let message = joist_vm::heap::copy(p, owned.get());
        let len = message.as_bits()?.len;
        Some(if self.start == 0 { message } else { build::sub_bits(p, message, self.start * 8, len - self.start * 8) })
    }

    /// Drops bytes from the front; false when there are too few.
    fn skip(&mut self, n: usize) -> bool {
        if n > self.size {
            return false;
        }
        self.size -= n;
        self.start += n;
        while let Some(len) = self.chunks.front().map(Chunk::len).filter(|len| *len <= self.start) {
            self.start -= len;
            self.chunks.pop_front();
        }
        true
    }

    /// Visits the unread bytes in order, until the visitor answers something.
    fn visit<R>(&self, mut f: impl FnMut(&[u8]) -> Option<R>) -> Option<R> {
        let mut start = self.start;
        self.chunks.iter().find_map(|c| {
            let from = core::mem::take(&mut start);
            c.with(|bytes| f(&bytes[from..]))
        })
    }
}

fn buffer(p: &mut Process, t: Term) -> Result<&'static Buffer, Bail> {
    t.as_magic().and_then(|m| m.downcast_ref::<Buffer>()).ok_or_else(|| p.badarg())
}

fn count(p: &mut Process, t: Term) -> Result<usize, Bail> {
    t.as_usize().ok_or_else(|| p.badarg())
}

fn copying_read(p: &mut Process, a: &[Term]) -> NativeResult {
    let (b, n) = (buffer(p, a[0])?, count(p, a[1])?);
    let mut queue = b.queue.lock();
    if n > queue.size {
        return Err(p.badarg());
    }
    let mut bytes = Vec::with_capacity(n);
    queue.visit(|part| {
        let take = part.len().min(n - bytes.len());
        bytes.extend_from_slice(&part[..take]);
        (bytes.len() == n).then_some(())
    });
    queue.skip(n);
    p.charge(n / 500);
    Ok(build::binary(p, &bytes))
}

fn write(p: &mut Process, a: &[Term]) -> NativeResult {
    let b = buffer(p, a[0])?;
    // An iovec is a list of binaries, nothing else in it.
    let Some(list) = a[1].list_to_vec().filter(|l| l.iter().all(|t| t.is_binary())) else { return Err(p.badarg()) };
    let mut queue = b.queue.lock();
    for t in list {
        if let Some(bytes) = t.as_binary() {
            queue.push(t, &bytes);
            p.charge(1 + bytes.len() / 2000);
        }
    }
    Ok(Term::atom(atom::OK))
}

fn find(p: &mut Process, a: &[Term]) -> NativeResult {
    let b = buffer(p, a[0])?;
    let needle = a[1].as_byte().ok_or_else(|| p.badarg())?;
    let queue = b.queue.lock();
    p.charge(queue.size / 2000);
    let mut before = 0;
    let found = queue.visit(|part| {
        let at = part.iter().position(|c| *c == needle).map(|i| before + i);
        before += part.len();
        at
    });
    Ok(match found {
        Some(i) => build::tuple(p, &[Term::atom(atom::OK), Term::small(i as i64)]),
        None => Term::atom(Atom::new("not_found")),
    })
}
