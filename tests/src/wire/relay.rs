//! The relay: frames go between a tap device and QEMU's datagram socket, through loss, duplication, reordering and delay
//! by dice that a seed decides.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tappers::Tap;

/// What happens to frames; chances are in parts of ten thousand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trouble {
    pub loss: u64,
    pub duplication: u64,
    /// These are held back for [`Trouble::behind`]: those that were sent after them are faster.
    pub reordering: u64,
    pub behind: Duration,
    /// All take so long.
    pub delay: Duration,
    /// And up to so much more.
    pub jitter: Duration,
    /// Nothing gets through.
    pub cut: bool,
}

/// QEMU's end of the datagrams, and the relay's.
pub(super) fn sockets(dir: &Path) -> (PathBuf, PathBuf) {
    (dir.join("qemu"), dir.join("relay"))
}

pub(super) struct Relay(Arc<Shared>);

struct Shared {
    trouble: Mutex<Trouble>,
    frames: AtomicU64,
    lost: AtomicU64,
    over: AtomicBool,
}

/// When a frame arrives, and its number among those of the same time.
type Arrival = (Instant, u64, Vec<u8>);

/// Frames on their way in one direction, by the time at which they arrive.
#[derive(Default)]
struct Way {
    frames: Mutex<BinaryHeap<Reverse<Arrival>>>,
    more: Condvar,
}

/// No frame is longer.
const LONGEST: usize = 65536;
/// Reads end after this, to see whether the relay is over.
const LOOK_UP: Duration = Duration::from_millis(200);

impl Relay {
    pub fn start(tap: Tap, dir: &Path, seed: u64) -> Relay {
        let (qemu, own) = sockets(dir);
        let socket = UnixDatagram::bind(own).expect("a socket");
        socket.set_read_timeout(Some(LOOK_UP)).expect("a limit");
        let (tap, socket) = (Arc::new(tap), Arc::new(socket));
        let shared = Arc::new(Shared {
            trouble: Mutex::default(),
            frames: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            over: AtomicBool::new(false),
        });
        let (from_tap, from_socket) = (tap.clone(), socket.clone());
        // The host always has something to say after a while: this thread ends then, or with the process.
        relay(&shared, seed, move |buf| from_tap.recv(buf).ok(), {
            let socket = socket.clone();
            // Nobody there is as good as a frame lost.
            move |frame| drop(socket.send_to(frame, &qemu))
        });
        relay(&shared, !seed, move |buf| from_socket.recv(buf).ok(), move |frame| drop(tap.send(frame)));
        Relay(shared)
    }

    pub fn set(&self, trouble: Trouble) {
        *self.0.trouble.lock().expect("no panic") = trouble;
    }

    pub fn counts(&self) -> (u64, u64) {
        (self.0.frames.load(Relaxed), self.0.lost.load(Relaxed))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.0.over.store(true, Relaxed);
    }
}

fn relay(
    shared: &Arc<Shared>,
    seed: u64,
    mut receive: impl FnMut(&mut [u8]) -> Option<usize> + Send + 'static,
    mut send: impl FnMut(&[u8]) + Send + 'static,
) {
    let (ours, theirs) = (shared.clone(), shared.clone());
    let way = Arc::new(Way::default());
    let out = way.clone();
    thread::spawn(move || {
        let (mut buf, mut dice, mut number) = (vec![0; LONGEST], Dice(seed), 0);
        while !ours.over.load(Relaxed) {
            let Some(len) = receive(&mut buf) else { continue };
            let trouble = *ours.trouble.lock().expect("no panic");
            ours.frames.fetch_add(1, Relaxed);
            if trouble.cut || dice.happens(trouble.loss) {
                ours.lost.fetch_add(1, Relaxed);
                continue;
            }
            let copies = 1 + u32::from(dice.happens(trouble.duplication));
            for _ in 0..copies {
                let late = if dice.happens(trouble.reordering) { trouble.behind } else { Duration::ZERO };
                let jitter = trouble.jitter.mul_f64(dice.next() as f64 / (1u64 << 31) as f64);
                let at = Instant::now() + trouble.delay + jitter + late;
                number += 1;
                way.frames.lock().expect("no panic").push(Reverse((at, number, buf[..len].to_vec())));
                way.more.notify_one();
            }
        }
    });
    thread::spawn(move || {
        let mut frames = out.frames.lock().expect("no panic");
        while !theirs.over.load(Relaxed) {
            let now = Instant::now();
            let wait = frames.peek().map_or(LOOK_UP, |Reverse((at, ..))| at.saturating_duration_since(now));
            if wait.is_zero() {
                let Some(Reverse((_, _, frame))) = frames.pop() else { continue };
                drop(frames);
                send(&frame);
                frames = out.frames.lock().expect("no panic");
            } else {
                frames = out.more.wait_timeout(frames, wait.min(LOOK_UP)).expect("no panic").0;
            }
        }
    });
}

/// splitmix64
struct Dice(u64);

impl Dice {
    /// 31 bits
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) >> 33
    }

    fn happens(&mut self, chance: u64) -> bool {
        self.next() % 10_000 < chance
    }
}
