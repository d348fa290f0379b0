//! `joist build REL [-o app.elf]`.

use crate::error::Result;
use crate::pack::{self, Options};
use crate::progress::Progress;
use crate::{output, report};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Make an image of a release
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A release directory (rebar3, mix, systools) or its .tar.gz
    release: PathBuf,
    /// Where the image goes [default: NAME.elf]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Set an environment variable: for vm.args.src and sys.config.src now, for the node at every start
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = super::variable)]
    env: Vec<(String, String)>,
    /// The Erlang/OTP that a release without erts was made with
    #[arg(long, value_name = "DIR")]
    otp: Option<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
    /// Further arguments for erl
    #[arg(last = true)]
    args: Vec<std::ffi::OsString>,
}

pub fn run(args: &Args) -> Result<u8> {
    let mut progress = Progress::new();
    let options = Options {
        env: args.env.clone(),
        otp: args.otp.clone(),
        args: args.args.iter().cloned().map(OsStringExt::into_vec).collect(),
    };
    let packed = pack::pack(&args.release, &options, &mut progress)?;
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.elf", packed.release.name)));
    output::write(&path, &packed.image)?;
    let time = progress.elapsed();
    drop(progress);
    if args.json {
        super::print_json(&report::build_json(&packed, &path, time))?;
    } else {
        report::build(&packed, &path, time);
    }
    Ok(0)
}
