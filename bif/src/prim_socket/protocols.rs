//! Protocols by their names and numbers: `/etc/protocols`, or where there is none those that sockets can be had of
//! (`esock_supports_protocols`).

use alloc::string::String;

use joist_vm::platform::platform;
use joist_vm::process::Process;
use joist_vm::term::{Term, build};

use super::answers::named;

const FEW: &str = "ip 0 IP\nicmp 1 ICMP\nigmp 2 IGMP\ntcp 6 TCP\nudp 17 UDP\nipv6 41 IPv6\nipv6-icmp 58 IPv6-ICMP\n";
/// What is there, whatever the file says. Of several with a number the last one counts, so the file's come behind.
const ALWAYS: &str = "udp 17\ntcp 6\nipv6 41\nip 0\n";

/// `[{[Name, Alias …], Number} …]`
pub(super) fn list(p: &mut Process) -> Term {
    let text = platform().read_file(b"/etc/protocols").ok();
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    let mut list = Term::NIL;
    for line in text.as_deref().unwrap_or(FEW).lines().chain(ALWAYS.lines()) {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let (Some(name), Some(number)) = (words.next(), words.next()) else { continue };
        let Ok(number) = number.parse::<i32>() else { continue };
        let names: alloc::vec::Vec<Term> =
            core::iter::once(name).chain(words).filter(|name| name.len() < 256).map(named).collect();
        let names = build::list(p, &names);
        let entry = build::tuple(p, &[names, Term::small(number.into())]);
        list = build::cons(p, entry, list);
    }
    list
}
