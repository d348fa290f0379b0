//! The modules that the emulator has in memory before anything is loaded. The stock emulator carries them as plain
//! `.beam` files inside its own ELF (`erts/emulator/utils/make_preload` puts them there); from it they are taken.

use crate::beam::Beam;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Module names and `.beam` files.
pub type Modules = BTreeMap<String, Vec<u8>>;

/// All `.beam` files that lie inside an emulator.
pub fn find(emulator: &[u8]) -> Modules {
    let mut found = Modules::new();
    let mut at = 0;
    while let Some(next) = emulator.get(at..).and_then(|rest| rest.windows(4).position(|w| w == b"FOR1")) {
        let start = at + next;
        at = start + 4;
        // The four letters also occur in the emulator's own code and data.
        if let Ok(beam) = Beam::new_checked(&emulator[start..]) {
            found.insert(beam.module().to_owned(), beam.as_bytes().to_vec());
            at = start + beam.as_bytes().len();
        }
    }
    found
}

/// Keeps what the boot script says is preloaded.
/// # Errors
/// When one of them isn't there.
pub fn choose(mut found: Modules, wanted: &[String], from: &str) -> Result<Modules> {
    for name in wanted {
        if !found.contains_key(name) {
            let cause = format!("the release wants the preloaded module {name}, which {from} does not have");
            return Err(Error::new(cause, "name the OTP it was made with: --otp DIR"));
        }
    }
    found.retain(|name, _| wanted.contains(name));
    Ok(found)
}
