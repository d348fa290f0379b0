//! A router that advertises a network of IPv6 to those who ask (RFC 4861).

use rustix::net::sockopt::{set_ipv6_multicast_hops, set_ipv6_unicast_hops};
use rustix::net::{AddressFamily, SocketType, ipproto, socket};
use std::net::{Ipv6Addr, SocketAddrV6, UdpSocket};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering::Relaxed};
use std::thread;

const SOLICITATION: u8 = 133;
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);

pub struct Advertiser(Arc<State>);

struct State {
    network: AtomicU16,
    asked: AtomicUsize,
}

impl Advertiser {
    /// Answers from now on, where the caller is: `2001:db8:N::/64` is the network.
    /// # Panics
    /// When no such socket is to be had.
    pub fn start(network: u16) -> Advertiser {
        let listed = Command::new("ip").args(["-o", "link", "show", "cable"]).output().expect("ip starts");
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let index: u32 = listed.split(':').next().and_then(|n| n.trim().parse().ok()).expect("its number");
        let raw = socket(AddressFamily::INET6, SocketType::RAW, Some(ipproto::ICMPV6)).expect("a socket");
        set_ipv6_multicast_hops(&raw, 255).and_then(|()| set_ipv6_unicast_hops(&raw, Some(255))).expect("options");
        // What std has for datagrams does for these.
        let socket = UdpSocket::from(raw);
        socket.join_multicast_v6(&ALL_ROUTERS, index).expect("a member");
        let state = Arc::new(State { network: AtomicU16::new(network), asked: AtomicUsize::new(0) });
        let served = state.clone();
        thread::spawn(move || {
            let mut buf = [0; 2048];
            while let Ok(len) = socket.recv(&mut buf) {
                if len > 0 && buf[0] == SOLICITATION {
                    served.asked.fetch_add(1, Relaxed);
                    let word = advertisement(served.network.load(Relaxed));
                    // Its own address may not be tried out yet: it is asked again.
                    let _ = socket.send_to(&word, SocketAddrV6::new(ALL_NODES, 0, 0, index));
                }
            }
        });
        Advertiser(state)
    }

    /// Says another network from now on.
    pub fn give(&self, network: u16) {
        self.0.network.store(network, Relaxed);
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.0.asked.load(Relaxed)
    }
}

fn advertisement(network: u16) -> Vec<u8> {
    let mut message = vec![134, 0, 0, 0, 64, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    message.extend([3, 4, 64, 0xc0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0, 0]);
    message.extend(Ipv6Addr::new(0x2001, 0xdb8, network, 0, 0, 0, 0, 0).octets());
    message
}
