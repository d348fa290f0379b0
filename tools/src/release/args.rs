//! From a start script's `erl` command line to the emulator's arguments, less what can't work yet.

use super::{Release, Start};
use crate::error::{Error, Result};
use crate::release::vars::Vars;
use joist_image::erlexec::{self, Place, Sorted, Sources};

/// What a start script hands to `erlexec`.
pub struct Command {
    pub words: Vec<Vec<u8>>,
    pub progname: String,
    pub cwd: String,
}

/// The words as bytes.
pub fn words(list: &[&str]) -> Vec<Vec<u8>> {
    list.iter().map(|w| w.as_bytes().to_vec()).collect()
}

/// Carries the command line through `erlexec`.
pub fn finish(release: &mut Release, mut vars: Vars, command: Command) -> Result<Start> {
    let root = release.root.clone();
    vars.default_to("HOME", "/root");
    vars.default_to("LANG", "C.UTF-8");
    vars.set("ROOTDIR", root.clone());
    vars.set("BINDIR", format!("{root}/erts-{}/bin", release.erts));
    vars.set("EMU", "beam");
    vars.set("PROGNAME", command.progname.clone());
    let path = vars.default_to("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    vars.set("PATH", format!("{root}/erts-{}/bin:{root}/bin:{path}", release.erts));

    let otp = release.otp;
    let flags = |name: &str| {
        let text = vars.get(name).unwrap_or_default();
        erlexec::split_line(text.as_bytes(), false, otp)
    };
    let sources = Sources {
        before: flags("ERL_AFLAGS"),
        command: command.words,
        after: [flags("ERL_FLAGS"), flags("ERL_ZFLAGS")],
    };
    let tree = &release.tree;
    let read = |name: &[u8]| -> Result<Vec<u8>> {
        let name = String::from_utf8_lossy(name).into_owned();
        let absolute = if name.starts_with('/') { name.clone() } else { format!("{}/{name}", command.cwd) };
        let inside = absolute.strip_prefix(&root).and_then(|p| crate::tree::join("", p.trim_start_matches('/')));
        inside.and_then(|p| tree.read(&p)).map(<[u8]>::to_vec).ok_or_else(|| {
            Error::new(
                format!("the arguments file {name} is not in the release"),
                "put it there, or take -args_file out",
            )
        })
    };
    let args = erlexec::expand(otp, &sources, read)?;
    let mut sorted = erlexec::sort(otp, &args)?;
    for (name, value) in std::mem::take(&mut sorted.env) {
        vars.set(&String::from_utf8_lossy(&name), String::from_utf8_lossy(&value));
    }
    leave_out(release, &mut sorted);
    let place = Place {
        rootdir: root.into_bytes(),
        bindir: vars.get("BINDIR").unwrap_or_default().into(),
        progname: command.progname.into_bytes(),
        home: vars.get("HOME").map(Into::into),
        emu: b"beam".to_vec(),
        escript: vars.get("ESCRIPT_NAME").map(Into::into),
        epmd_port: vars.get("ERL_EPMD_PORT").map(Into::into),
    };
    for name in &vars.missing {
        release.notes.push(format!("${{{name}}} is not set, so it is empty: give it with -e {name}=…"));
    }
    let baked = vars.used.clone();
    Ok(Start { args: erlexec::assemble(&place, &sorted), env: vars.into_env(), cwd: command.cwd, baked })
}

impl From<erlexec::Error> for Error {
    fn from(error: erlexec::Error) -> Error {
        let text = error.to_string();
        Error::new(
            format!("erl would refuse these arguments: {}", text.trim_end_matches('.')),
            "correct vm.args or the arguments after --",
        )
    }
}

/// Flags that would make a node fail or wait for what is not there, with the reason.
const LEFT_OUT: &[(&str, usize, &str)] = &[
    ("-name", 1, "there is no distribution yet"),
    ("-sname", 1, "there is no distribution yet"),
    ("-heart", 0, "a virtual machine's own supervisor restarts it"),
];

fn leave_out(release: &mut Release, sorted: &mut Sorted) {
    let end = sorted.init.iter().position(|a| a == b"-extra").unwrap_or(sorted.init.len());
    let mut i = 0;
    let mut left = end;
    while i < left {
        let flag = String::from_utf8_lossy(&sorted.init[i]).into_owned();
        let Some((_, arguments, why)) = LEFT_OUT.iter().find(|(name, ..)| *name == flag) else {
            i += 1;
            continue;
        };
        let gone: Vec<_> = sorted.init.drain(i..(i + 1 + arguments).min(left)).collect();
        left -= gone.len();
        let shown: Vec<_> = gone.iter().map(|a| String::from_utf8_lossy(a)).collect();
        release.notes.push(format!("`{}` is left out: {why}", shown.join(" ")));
    }
    sorted.distributed = false;
}
