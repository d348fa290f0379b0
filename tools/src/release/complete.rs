//! What a release leaves to the machine it runs on: the emulator's preloaded modules, and (without `include_erts`)
//! OTP's own applications.

use super::Release;
use crate::error::{Error, Result};
use crate::otp::Otp;
use crate::preloaded::{self, Modules};
use crate::progress::Progress;
use crate::tree;
use std::path::Path;

/// Brings in what is missing; answers the preloaded modules.
/// # Errors
/// When something is neither in the release nor in an OTP installation.
pub fn complete(release: &mut Release, named: Option<&Path>, progress: &mut Progress) -> Result<Modules> {
    let missing = missing_applications(release);
    let own = release.tree.read(&format!("erts-{}/bin/beam.smp", release.erts)).map(preloaded::find);
    if let (Some(modules), true) = (&own, missing.is_empty()) {
        return preloaded::choose(modules.clone(), &release.boot.preloaded, "its beam.smp");
    }
    let otp = Otp::find(named)?.ok_or_else(|| {
        let cause = format!("the release {} has no erts of its own, and there is no Erlang/OTP here", release.name);
        Error::new(cause, "make it with include_erts, or name an installation: --otp DIR")
    })?;
    for name in missing {
        let dir = otp.application(&name).ok_or_else(|| {
            let cause = format!("the application {name} is neither in the release nor in {}", otp.root.display());
            Error::new(cause, format!("name the OTP {} that the release was made with: --otp DIR", release.otp))
        })?;
        for part in ["ebin", "priv"].iter().filter(|part| dir.join(part).is_dir()) {
            let found = tree::from_dir(&dir.join(part), progress)?;
            for (path, entry) in found.iter() {
                release.tree.insert(&format!("lib/{name}/{part}/{path}"), entry.clone());
            }
        }
    }
    if let Some(modules) = own {
        return preloaded::choose(modules, &release.boot.preloaded, "its beam.smp");
    }
    from_installation(release, &otp)
}

/// Applications that the boot script wants from `$ROOT/lib` or from one of the script's variables, and that are not
/// in the tree.
fn missing_applications(release: &Release) -> Vec<String> {
    let mut missing = Vec::new();
    for path in &release.boot.paths {
        let Some((dir, "ebin")) = path.rsplit_once('/') else { continue };
        let Some((_, name)) = dir.rsplit_once('/') else { continue };
        let here = release.tree.has_dir(&format!("lib/{name}/ebin")) || release.tree.has_dir(&format!("lib/{name}"));
        let linked = release.tree.entry(&format!("lib/{name}")).is_some();
        if path.starts_with('$') && !here && !linked && !missing.contains(&name.to_owned()) {
            missing.push(name.to_owned());
        }
    }
    missing
}

fn from_installation(release: &Release, otp: &Otp) -> Result<Modules> {
    let emulator = otp.emulator(&release.erts);
    let data = match std::fs::read(&emulator) {
        Ok(data) => data,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let there = otp.erts().join(", ");
            let cause = format!("the release wants erts {}, and {} has {there}", release.erts, otp.root.display());
            return Err(Error::new(cause, format!("name the OTP {} that it was made with: --otp DIR", release.otp)));
        }
        Err(e) => return Err(Error::file("read", &emulator, &e)),
    };
    let from = emulator.display().to_string();
    preloaded::choose(preloaded::find(&data), &release.boot.preloaded, &from)
}
