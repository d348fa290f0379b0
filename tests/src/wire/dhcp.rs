//! A DHCP server in a test's namespace that knows one client (RFC 2131).

use super::{GUEST, HOST};
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

pub struct Dhcp(Arc<Mutex<State>>);

struct State {
    silent: bool,
    lease: u32,
    /// What it gives; the next one when that is declined.
    address: Ipv4Addr,
    heard: Vec<u8>,
}

/// Kinds of messages.
pub const DISCOVER: u8 = 1;
pub const REQUEST: u8 = 3;
pub const DECLINE: u8 = 4;
const OFFER: u8 = 2;
const ACK: u8 = 5;

impl Dhcp {
    /// Serves from now on, where the caller is: leases of so many seconds.
    pub fn start(lease: u32) -> Dhcp {
        super::ip(&["route", "add", "255.255.255.255", "dev", "cable"]);
        let socket = UdpSocket::bind(("0.0.0.0", 67)).expect("the port");
        socket.set_broadcast(true).expect("broadcasts");
        let state = Arc::new(Mutex::new(State {
            silent: false,
            lease,
            address: GUEST.parse().expect("one"),
            heard: Vec::new(),
        }));
        let served = state.clone();
        thread::spawn(move || {
            let mut buf = [0; 2048];
            while let Ok((len, _)) = socket.recv_from(&mut buf) {
                if let Some(answer) = answer(&mut served.lock().expect("no panic"), &buf[..len]) {
                    let _ = socket.send_to(&answer, ("255.255.255.255", 68));
                }
            }
        });
        Dhcp(state)
    }

    /// Gives another address from now on.
    pub fn give(&self, address: &str) {
        self.0.lock().expect("no panic").address = address.parse().expect("an address");
    }

    /// Answers no more, or again.
    pub fn silent(&self, silent: bool) {
        self.0.lock().expect("no panic").silent = silent;
    }

    /// How many messages of this kind have come.
    pub fn heard(&self, kind: u8) -> usize {
        self.0.lock().expect("no panic").heard.iter().filter(|k| **k == kind).count()
    }
}

fn answer(state: &mut State, message: &[u8]) -> Option<Vec<u8>> {
    let kind = kind(message.get(240..)?)?;
    state.heard.push(kind);
    let answer = match kind {
        _ if state.silent => return None,
        DISCOVER => OFFER,
        REQUEST => ACK,
        DECLINE => {
            state.address = Ipv4Addr::from(u32::from(state.address) + 1);
            return None;
        }
        _ => return None,
    };
    let (host, guest): (Ipv4Addr, Ipv4Addr) = (HOST.parse().ok()?, state.address);
    let mut out = vec![0; 240];
    out[..4].copy_from_slice(&[2, 1, 6, 0]);
    out[4..8].copy_from_slice(&message[4..8]);
    out[16..20].copy_from_slice(&guest.octets());
    out[20..24].copy_from_slice(&host.octets());
    out[28..44].copy_from_slice(&message[28..44]);
    out[236..].copy_from_slice(&[0x63, 0x82, 0x53, 0x63]);
    let mut option = |number: u8, value: &[u8]| {
        out.extend([number, value.len() as u8]);
        out.extend(value);
    };
    option(53, &[answer]);
    option(54, &host.octets());
    option(51, &state.lease.to_be_bytes());
    option(1, &[255, 255, 255, 0]);
    option(3, &host.octets());
    option(6, &host.octets());
    out.push(255);
    Some(out)
}

/// Option 53.
fn kind(mut options: &[u8]) -> Option<u8> {
    loop {
        match options {
            [0, rest @ ..] => options = rest,
            [53, 1, kind, ..] => return Some(*kind),
            [_, len, rest @ ..] => options = rest.get(usize::from(*len)..)?,
            _ => return None,
        }
    }
}
