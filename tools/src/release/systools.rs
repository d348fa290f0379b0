//! How a target system made by OTP's own `systools` is started: `bin/start` runs `bin/start_erl`, whose source is
//! `erts/etc/unix/start_erl.src`. That starts an interactive shell on a pipe; the image has it on its console.

use super::args::{Command, finish, words};
use super::vars::Vars;
use super::{Release, Start};
use crate::error::Result;

pub fn start(release: &mut Release, env: &[(String, String)], extra: &[Vec<u8>]) -> Result<Start> {
    let root = release.root.clone();
    let mut vars = Vars::new(env);
    vars.default_to("TERM", "xterm");
    vars.set("RELDIR", format!("{root}/releases"));
    let boot = format!("{root}/{}", release.boot_file);
    let mut line = words(&["-boot", &boot]);
    // start_erl names sys.config whether it is there or not, and a node without it would not start.
    let config = format!("{}/sys", release.dir());
    if release.tree.has(&format!("{config}.config")) {
        line.extend(words(&["-config", &format!("{root}/{config}")]));
    }
    // start_erl.src knows no vm.args; who puts one beside the boot file means it.
    let vm_args = format!("{}/vm.args", release.dir());
    if release.tree.has(&vm_args) {
        line.extend(words(&["-args_file", &format!("{root}/{vm_args}")]));
    }
    line.extend_from_slice(extra);
    finish(release, vars, Command { words: line, progname: "start_erl".into(), cwd: root })
}
