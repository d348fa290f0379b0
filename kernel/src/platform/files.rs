//! The machine's files: [`joist_vfs`] with the archive, what Linux's libraries expect in `/etc`, `/proc` and `/dev`, and
//! a `/tmp`.

use super::Machine;
use crate::arch::{cpuid, percpu};
use crate::{entropy, mm, net, time};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use joist_image::Archive;
use joist_vfs::{Device, Hooks, Vfs};
use joist_vm::platform::{Errno, FileInfo, Files, Handle, OpenFlags, SeekFrom};

/// How names are looked up, unless a release says otherwise: OTP's own resolver knows name servers, `native` has nobody
/// to ask.
pub const INETRC: &[u8] = b"/etc/inetrc";

/// Puts the files together; what the archive has by these names stays.
pub fn create(archive: Option<Archive<'static>>, hostname: &str) -> Vfs {
    let hooks = Hooks { now: || time::wall_ns().div_euclid(1_000_000_000), random: entropy::fill };
    let vfs = Vfs::new(archive, hooks);
    let hosts = format!("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.1.1\t{hostname}\n");
    let made = [
        vfs.add_directory(b"/tmp", 0o1777),
        vfs.add_file(b"/etc/hosts", hosts.into_bytes(), 0o644),
        vfs.add_file(b"/etc/hostname", format!("{hostname}\n").into_bytes(), 0o644),
        vfs.add_file(b"/etc/resolv.conf", Vec::new(), 0o644),
        vfs.add_file(INETRC, b"{lookup, [file, dns]}.\n".to_vec(), 0o644),
        vfs.add_file(b"/etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n".to_vec(), 0o644),
        vfs.add_generated(b"/proc/meminfo", meminfo),
        vfs.add_generated(b"/proc/cpuinfo", cpuinfo),
        vfs.add_generated(b"/proc/uptime", uptime),
        vfs.add_device(b"/dev/null", Device::Null),
        vfs.add_device(b"/dev/zero", Device::Zero),
        vfs.add_device(b"/dev/random", Device::Random),
        vfs.add_device(b"/dev/urandom", Device::Random),
    ];
    for error in made.into_iter().filter_map(Result::err).filter(|&e| e != Errno::Eexist) {
        crate::log!("a file of the system's could not be made: {}", error.name());
    }
    vfs
}

/// Writes the name servers for the resolver, when they have changed.
pub fn follow_network(vfs: &Vfs) {
    let Some(servers) = net::changed_nameservers() else { return };
    let text: String = servers.iter().map(|server| format!("nameserver {server}\n")).collect();
    let flags = OpenFlags { write: true, truncate: true, create: true, ..OpenFlags::default() };
    let written = vfs.open(b"/etc/resolv.conf", flags, 0o644).and_then(|file| {
        let written = vfs.write(file, text.as_bytes());
        vfs.close(file)?;
        written
    });
    if let Err(error) = written {
        crate::log!("/etc/resolv.conf could not be written: {}", error.name());
    }
}

fn meminfo() -> Vec<u8> {
    let (used, total) = mm::heap::usage();
    let (free, total) = ((total - used) >> 10, total >> 10);
    let mut text = String::new();
    for (name, kib) in [
        ("MemTotal", total),
        ("MemFree", free),
        ("MemAvailable", free),
        ("Buffers", 0),
        ("Cached", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
    ] {
        text += &format!("{:<16}{kib:>8} kB\n", format!("{name}:"));
    }
    text.into_bytes()
}

fn cpuinfo() -> Vec<u8> {
    let brand = cpuid::brand();
    let brand = String::from_utf8_lossy(&brand);
    let brand = brand.trim_matches(['\0', ' ']);
    let mhz = time::hz() as f64 / 1e6;
    let cpus = percpu::count();
    let mut text = String::new();
    for id in 0..cpus {
        text += &format!(
            "processor\t: {id}\nmodel name\t: {brand}\ncpu MHz\t\t: {mhz:.3}\nphysical id\t: 0\nsiblings\t: {cpus}\n\
             core id\t\t: {id}\ncpu cores\t: {cpus}\n\n"
        );
    }
    text.into_bytes()
}

fn uptime() -> Vec<u8> {
    let up = time::monotonic_ns() as f64 / 1e9;
    format!("{up:.2} {:.2}\n", percpu::all().map(|c| c.idle_seconds()).sum::<f64>()).into_bytes()
}

/// Hands every call on to the file system.
macro_rules! delegate {
    ($(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $answer:ty;)*) => {
        impl Files for Machine {
            $(fn $name(&self $(, $arg: $type)*) -> $answer { self.files.$name($($arg),*) })*
        }
    };
}

delegate! {
    fn open(&self, path: &[u8], flags: OpenFlags, mode: u32) -> Result<Handle, Errno>;
    fn close(&self, file: Handle) -> Result<(), Errno>;
    fn read(&self, file: Handle, buf: &mut [u8]) -> Result<usize, Errno>;
    fn write(&self, file: Handle, bytes: &[u8]) -> Result<usize, Errno>;
    fn pread(&self, file: Handle, offset: u64, buf: &mut [u8]) -> Result<usize, Errno>;
    fn pwrite(&self, file: Handle, offset: u64, bytes: &[u8]) -> Result<usize, Errno>;
    fn seek(&self, file: Handle, to: SeekFrom) -> Result<u64, Errno>;
    fn sync(&self, file: Handle, data_only: bool) -> Result<(), Errno>;
    fn truncate(&self, file: Handle) -> Result<(), Errno>;
    fn allocate(&self, file: Handle, offset: u64, length: u64) -> Result<(), Errno>;
    fn handle_info(&self, file: Handle) -> Result<FileInfo, Errno>;
    fn read_static(&self, path: &[u8]) -> Option<&'static [u8]>;
    fn read_file(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    fn info(&self, path: &[u8], follow_links: bool) -> Result<FileInfo, Errno>;
    fn list_dir(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, Errno>;
    fn make_dir(&self, path: &[u8]) -> Result<(), Errno>;
    fn del_file(&self, path: &[u8]) -> Result<(), Errno>;
    fn del_dir(&self, path: &[u8]) -> Result<(), Errno>;
    fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), Errno>;
    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    fn make_hard_link(&self, existing: &[u8], new: &[u8]) -> Result<(), Errno>;
    fn make_soft_link(&self, target: &[u8], new: &[u8]) -> Result<(), Errno>;
    fn set_permissions(&self, path: &[u8], mode: u32) -> Result<(), Errno>;
    fn set_owner(&self, path: &[u8], uid: i32, gid: i32) -> Result<(), Errno>;
    fn set_times(&self, path: &[u8], atime: i64, mtime: i64) -> Result<(), Errno>;
    fn get_cwd(&self) -> Result<Vec<u8>, Errno>;
    fn set_cwd(&self, path: &[u8]) -> Result<(), Errno>;
}
