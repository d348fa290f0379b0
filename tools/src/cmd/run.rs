//! `joist run REL|IMAGE`: boots it in QEMU.

use super::inspect;
use crate::error::{Error, Result};
use crate::pack::{self, Options, Packed};
use crate::progress::Progress;
use crate::qemu::accel::{self, Choice};
use crate::qemu::{self, Forward, Machine, Network, Size, Vm, network};
use crate::release::Release;
use crate::{output, report, tree};
use joist_image::Archive;
use joist_image::cmdline::CommandLine;
use joist_image::layout::meta;
use std::ffi::OsString;
use std::io::Read;
use std::net::IpAddr;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// Boot a release or an image in QEMU; the exit status is the guest's
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A release directory, its .tar.gz, or an image that `joist build` made
    what: PathBuf,
    /// Memory
    #[arg(short, long, value_name = "SIZE", default_value = "128M")]
    memory: Size,
    /// Processors
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    smp: u32,
    /// Forward a port of this machine to the guest; [ADDRESS:]HOST:GUEST, with /udp behind it for UDP
    #[arg(short, long, value_name = "HOST:GUEST")]
    port: Vec<Forward>,
    /// Connect the guest's network card to a tap device of this machine; given again, a second card, and so on
    #[arg(long, value_name = "NAME", conflicts_with = "port", value_parser = network::interface)]
    tap: Vec<String>,
    /// No network card
    #[arg(long, conflicts_with_all = ["port", "tap", "ip", "gateway", "dns"])]
    no_net: bool,
    /// The guest's address, in place of one from DHCP; of another card than the first: eth1=ADDRESS/PREFIX
    #[arg(long, value_name = "ADDRESS/PREFIX", value_parser = of_card(prefixed))]
    ip: Vec<OfCard>,
    /// The guest's way to other networks
    #[arg(long, value_name = "ADDRESS", value_parser = of_card(address))]
    gateway: Vec<OfCard>,
    /// The guest's name server
    #[arg(long, value_name = "ADDRESS", value_parser = of_card(address))]
    dns: Vec<OfCard>,
    /// Set an environment variable
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = super::variable)]
    env: Vec<(String, String)>,
    /// Hardware virtualisation or emulation; auto takes KVM only where it really works
    #[arg(long, value_name = "auto|kvm|tcg", default_value = "auto", hide_possible_values = true)]
    accel: Choice,
    /// QEMU's machine
    #[arg(long, value_name = "microvm|q35", default_value = "microvm", hide_possible_values = true)]
    machine: Machine,
    /// The Erlang/OTP that a release without erts was made with
    #[arg(long, value_name = "DIR")]
    otp: Option<PathBuf>,
    /// Further arguments for erl
    #[arg(last = true)]
    args: Vec<OsString>,
}

pub fn run(args: &Args) -> Result<u8> {
    let qemu = qemu::find()?;
    let network = match &args.tap[..] {
        _ if args.no_net => Network::None,
        [] => Network::User(args.port.clone()),
        taps => Network::Taps(taps.to_vec()),
    };
    network.check()?;
    let temporary = tempfile::Builder::new().prefix("joist-").tempdir();
    let temporary = temporary.map_err(|e| Error::file("make a directory in", &std::env::temp_dir(), &e))?;
    let given: Vec<Vec<u8>> = args.args.iter().cloned().map(OsString::into_vec).collect();
    let (path, image, mut line) = if is_image(&args.what)? {
        prepare_image(args, given, temporary.path())?
    } else {
        let options = Options { env: args.env.clone(), otp: args.otp.clone(), args: given };
        let mut progress = Progress::new();
        let packed = pack::pack(&args.what, &options, &mut progress)?;
        drop(progress);
        tell(&packed);
        let path = temporary.path().join("image.elf");
        output::write(&path, &packed.image)?;
        (path, packed.image, CommandLine::default())
    };
    let image = inspect::image(&image, &path)?;
    if image.end() > args.memory.0 {
        let least = image.end().div_ceil(1 << 20);
        let cause = format!("{} of memory can't even hold the image", args.memory);
        return Err(Error::new(
            cause,
            format!("give it more than {least}M: -m {}M", (least + 32).next_multiple_of(16)),
        ));
    }
    let shell = has_shell(&inspect::archive(&image, &path)?, &line);
    line.options.extend(addresses(args));
    let vm = Vm {
        accel: accel::choose(args.accel, &qemu)?,
        qemu,
        machine: args.machine,
        memory: args.memory,
        processors: args.smp,
        kernel: path,
        command_line: line.encode(),
        network,
    };
    qemu::run(&vm, shell)
}

/// A setting, with the option of the kernel's that says whose it is.
#[derive(Debug, Clone)]
struct OfCard {
    card: Option<u8>,
    value: String,
}

/// `VALUE` or `eth1=VALUE`.
fn of_card(
    check: fn(&str) -> std::result::Result<String, String>,
) -> impl Fn(&str) -> std::result::Result<OfCard, String> + Clone + Send + Sync + 'static {
    move |text| {
        let (card, value) = match text.split_once('=') {
            Some((name, value)) => {
                let number = name.strip_prefix("eth").and_then(|n| n.parse().ok());
                (Some(number.ok_or_else(|| format!("{name} is not a network card such as eth1"))?), value)
            }
            None => (None, text),
        };
        Ok(OfCard { card, value: check(value)? })
    }
}

fn address(text: &str) -> std::result::Result<String, String> {
    text.parse::<IpAddr>().map(|_| text.to_owned()).map_err(|e| e.to_string())
}

/// `10.0.0.2/24`
fn prefixed(text: &str) -> std::result::Result<String, String> {
    let parts = text.split_once('/').and_then(|(ip, prefix)| Some((ip.parse().ok()?, prefix.parse::<u8>().ok()?)));
    match parts {
        Some((IpAddr::V4(_), 0..=32) | (IpAddr::V6(_), 0..=128)) => Ok(text.to_owned()),
        _ => Err("write an address and the length of its network's prefix, such as 10.0.0.2/24".into()),
    }
}

/// The kernel's options for the network.
fn addresses(args: &Args) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let given = [("ip", &args.ip), ("gw", &args.gateway), ("dns", &args.dns)];
    let options = given.into_iter().flat_map(|(key, settings)| settings.iter().map(move |setting| (key, setting)));
    let name = |key: &str, card: Option<u8>| card.map_or(key.to_owned(), |n| format!("eth{n}.{key}"));
    options.map(|(key, OfCard { card, value })| (name(key, *card).into(), Some(value.clone().into()))).collect()
}

fn is_image(path: &Path) -> Result<bool> {
    if path.is_dir() {
        return Ok(false);
    }
    let mut magic = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| Error::file("read", path, &e))?;
    file.take(4).read_to_end(&mut magic).map_err(|e| Error::file("read", path, &e))?;
    Ok(magic == b"\x7fELF")
}

/// An image is booted as it is, with variables and arguments on the kernel's command line. Only when a variable has
/// gone into a file of the release (by a `.src`) is it packed again.
fn prepare_image(args: &Args, given: Vec<Vec<u8>>, dir: &Path) -> Result<(PathBuf, Vec<u8>, CommandLine)> {
    let bytes = std::fs::read(&args.what).map_err(|e| Error::file("read", &args.what, &e))?;
    let image = inspect::image(&bytes, &args.what)?;
    let archive = inspect::archive(&image, &args.what)?;
    let in_a_file = |name: &str| archive.boot().meta().any(|(k, v)| k == meta::BAKED && v == name.as_bytes());
    if args.env.iter().any(|(name, _)| in_a_file(name)) {
        let packed = again(&archive, args, given)?;
        tell(&packed);
        let path = dir.join("image.elf");
        output::write(&path, &packed.image)?;
        return Ok((path, packed.image, CommandLine::default()));
    }
    let env = args.env.iter().map(|(n, v)| (n.clone().into_bytes(), v.clone().into_bytes())).collect();
    Ok((args.what.clone(), bytes, CommandLine { env, options: Vec::new(), args: given }))
}

fn again(archive: &Archive<'_>, args: &Args, given: Vec<Vec<u8>>) -> Result<Packed> {
    let text = |v: &[u8]| String::from_utf8_lossy(v).into_owned();
    let notes = |key: &'static [u8]| archive.boot().meta().filter(move |(k, _)| *k == key).map(|(_, v)| v);
    let mut env: Vec<(String, String)> = notes(meta::GIVEN).filter_map(|v| super::variable(&text(v)).ok()).collect();
    env.extend(args.env.iter().cloned());
    let arguments = notes(meta::ARGUMENT).map(<[u8]>::to_vec).chain(given).collect();
    let name = args.what.display().to_string();
    let files = tree::from_archive(archive).map_err(|e| Error::new(format!("{name}: {e}"), "build the image again"))?;
    let release = Release::from_tree(files, &name)?;
    let preloaded = archive.boot().preloaded().map(|p| (p.name.to_owned(), p.beam.to_vec())).collect();
    pack::build(release, preloaded, &Options { env, otp: None, args: arguments }, &mut Progress::new())
}

/// Before the boot, and to standard error: standard output is the guest's.
fn tell(packed: &Packed) {
    for note in &packed.release.notes {
        eprintln!("joist: note: {note}");
    }
    for finding in packed.findings.iter().filter(|f| f.severity == crate::check::Severity::Missing) {
        eprintln!("joist: missing: {} in {}: {}", finding.what, finding.application, finding.why);
    }
    let r = &packed.release;
    eprintln!("joist: {} {}, OTP {}, an image of {}", r.name, r.version, r.otp, report::bytes(packed.image.len()));
}

/// Does the node have an interactive shell, which wants every key?
fn has_shell(archive: &Archive<'_>, line: &CommandLine) -> bool {
    let args = archive.boot().args_with(line);
    let flags = args.iter().take_while(|a| *a != b"-extra");
    !flags.into_iter().any(|a| matches!(a.as_slice(), b"-noshell" | b"-noinput"))
}
