//! Randomness: seeded from RDSEED, RDRAND and virtio-rng, whatever of them there is, and stretched by ChaCha20. Without
//! any source no node starts.

mod cpu;
pub mod virtio;

use crate::arch::lock::IrqLock;
use crate::arch::{percpu, tsc};
use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

type Seed = [u8; 32];

/// Bytes given out before the generator takes fresh entropy in.
const RESEED: usize = 1 << 20;

struct Generator {
    rng: Option<ChaCha20Rng>,
    given: usize,
}

static GENERATOR: IrqLock<Generator> = IrqLock::new(Generator { rng: None, given: 0 });

/// Fresh entropy from every source, folded into one seed; `None` if no source gave any.
fn gather() -> Option<Seed> {
    let mut seed = [0; 32];
    let mut sources = 0;
    for source in [cpu::seed, virtio::seed] {
        if let Some(bytes) = source() {
            seed.iter_mut().zip(bytes).for_each(|(a, b)| *a ^= b);
            sources += 1;
        }
    }
    (sources > 0).then_some(seed)
}

/// Seeds the generator. After the devices were found.
/// # Errors
/// The machine has no source of entropy.
pub fn init() -> Result<(), &'static str> {
    let seed = gather().ok_or(
        "no source of entropy: the CPU has neither RDSEED nor RDRAND and there is no virtio-rng device; \
         give the machine one (qemu: -cpu max, or -device virtio-rng-device)",
    )?;
    GENERATOR.lock().rng = Some(ChaCha20Rng::from_seed(seed));
    Ok(())
}

/// Fills `buf` with bytes that nobody can foretell.
/// # Panics
/// Before [`init`].
pub fn fill(buf: &mut [u8]) {
    for piece in buf.chunks_mut(4096) {
        let mut generator = GENERATOR.lock();
        generator.given += piece.len();
        let reseed = generator.given >= RESEED;
        let rng = generator.rng.as_mut().expect("entropy::init ran at boot");
        rng.fill_bytes(piece);
        if reseed {
            // The old state goes into the new seed: a source that fails or lies can't make it worse.
            let mut seed = [0; 32];
            rng.fill_bytes(&mut seed);
            for (a, b) in seed.iter_mut().zip(gather().unwrap_or_default()) {
                *a ^= b;
            }
            for (a, b) in seed.iter_mut().zip(tsc::read().to_le_bytes()) {
                *a ^= b ^ percpu::current().id as u8;
            }
            *rng = ChaCha20Rng::from_seed(seed);
            generator.given = 0;
        }
    }
}
