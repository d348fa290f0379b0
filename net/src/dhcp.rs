//! DHCP (RFC 2131), in the background for as long as it takes. An address is used at once, since a machine that starts is
//! waited for, and tried meanwhile (RFC 5227, 2.1): one that another machine turns out to have is declined. When the link
//! comes back, which may be that of another network, all is asked anew; until there is an answer the lease counts.

use crate::Stack;
use crate::card::Card;
use crate::interface::{Attached, Set};
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};
use smoltcp::iface::{SocketHandle, SocketStorage};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::dhcpv4::{Event, RetryConfig, Socket};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{
    DhcpMessageType, DhcpPacket, DhcpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, IpCidr, IpProtocol,
    Ipv4Address, Ipv4Cidr, Ipv4Packet, Ipv4Repr, UdpPacket, UdpRepr,
};

/// The first answers are missed for the link not being up yet: asked again soon. Later it is no use to hurry.
const HURRY: Duration = Duration::from_millis(500);
const LEISURE: Duration = Duration::from_secs(10);
const HURRIED: Duration = Duration::from_secs(3);
/// How often it is asked who else has an address, and after which time each.
const QUESTIONS: u32 = 3;
const BETWEEN: Duration = Duration::from_millis(500);
/// After an address was declined, nothing is asked for so long (RFC 2131, 3.1).
const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Lease {
    address: Ipv4Cidr,
    gateway: Option<Ipv4Addr>,
    nameservers: Vec<IpAddr>,
    server: Ipv4Address,
}

/// One that asks for an address, has it, and renews it.
struct Client {
    set: Set,
    handle: SocketHandle,
    since: Instant,
}

pub(crate) struct Dhcp {
    client: Client,
    /// Asks anew.
    again: Option<Client>,
    lease: Option<Lease>,
    /// So many questions are left to be asked, the next one then.
    trial: Option<(u32, Instant)>,
    pause: Option<Instant>,
}

impl Client {
    fn new(now: Instant) -> Client {
        let mut set = Set::new(vec![SocketStorage::EMPTY]);
        let handle = set.add(Socket::new());
        let mut client = Client { set, handle, since: now };
        client.ask_every(HURRY);
        client
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.set.get_mut(self.handle)
    }

    fn ask_every(&mut self, time: Duration) {
        let mut retry = RetryConfig::default();
        retry.discover_timeout = time;
        retry.initial_request_timeout = Duration::from_secs(1);
        self.socket().set_retry_config(retry);
    }

    /// Sends what is due. What is new, if anything: a lease, or none; and had the link room for all?
    fn serve(&mut self, now: Instant, ethernet: &mut Attached) -> (Option<Option<Lease>>, bool) {
        if now >= self.since + HURRIED && self.socket().get_retry_config().discover_timeout == HURRY {
            self.ask_every(LEISURE);
        }
        let room = ethernet.send(now, &mut self.set, 0, None).room;
        let news = self.socket().poll().map(|event| match event {
            Event::Configured(config) => Some(Lease {
                address: config.address,
                gateway: config.router,
                nameservers: config.dns_servers.iter().copied().map(IpAddr::V4).collect(),
                server: config.server.identifier,
            }),
            Event::Deconfigured => None,
        });
        (news, room)
    }
}

impl Dhcp {
    pub fn new(now: Instant) -> Dhcp {
        Dhcp { client: Client::new(now), again: None, lease: None, trial: None, pause: None }
    }

    /// A message for DHCP's clients.
    pub fn hear(&mut self, now: Instant, frame: &[u8], ethernet: &mut Attached) {
        for client in [Some(&mut self.client), self.again.as_mut()].into_iter().flatten() {
            ethernet.feed(now, frame, &mut client.set, None);
        }
    }

    /// The link has come back.
    pub fn ask_again(&mut self, now: Instant) {
        match self.lease {
            Some(_) => self.again = Some(Client::new(now)),
            None => self.client = Client::new(now),
        }
    }

    /// Is it an address that is being tried?
    pub fn tries(&self, address: Ipv4Address) -> bool {
        self.trial.is_some() && self.lease.as_ref().is_some_and(|lease| lease.address.address() == address)
    }

    /// Asks who else has the address; nobody answered to the last question: it is told to all.
    fn go_on_trying(&mut self, now: Instant, ethernet: &mut Attached) {
        let (Some(lease), Some((left, at))) = (&self.lease, self.trial) else { return };
        if at > now {
            return;
        }
        let address = lease.address.address();
        self.trial = left.checked_sub(1).map(|left| (left, now + BETWEEN));
        ethernet.ask_for(if left == 0 { address } else { Ipv4Address::UNSPECIFIED }, address);
    }
}

impl Stack {
    /// Answers when there is more to do.
    pub(crate) fn serve_dhcp(&mut self, n: usize) -> Option<Instant> {
        let now = self.now;
        let card = self.cards.get_mut(n)?;
        let Card { attached: ethernet, dhcp: Some(dhcp), nameservers, asked_nameservers, .. } = card else {
            return None;
        };
        if let Some(until) = dhcp.pause.filter(|until| *until > now) {
            return Some(until);
        }
        dhcp.pause = None;
        let (mut news, mut room) = dhcp.client.serve(now, ethernet);
        if let Some(again) = &mut dhcp.again {
            let (answer, more_room) = again.serve(now, ethernet);
            room &= more_room;
            if news == Some(None) {
                dhcp.again = None; // the lease is over: both would ask for the same
            } else if let Some(Some(lease)) = answer {
                news = Some(Some(lease));
                dhcp.client = dhcp.again.take()?;
            }
        }
        if let Some(lease) = news {
            let address = |lease: &Option<Lease>| lease.as_ref().map(|lease| lease.address);
            if address(&dhcp.lease) != address(&lease) {
                dhcp.trial = lease.is_some().then_some((QUESTIONS, now));
            }
            let addresses: Vec<IpCidr> = address(&lease).map(IpCidr::Ipv4).into_iter().collect();
            ethernet.configure(true, &addresses, lease.as_ref().and_then(|l| l.gateway).map(IpAddr::V4));
            if *asked_nameservers {
                *nameservers = lease.as_ref().map(|l| l.nameservers.clone()).unwrap_or_default();
            }
            dhcp.lease = lease;
            self.changes += 1;
        }
        dhcp.go_on_trying(now, ethernet);
        let mut next = dhcp.trial.map(|(_, at)| at);
        for client in [Some(&dhcp.client), dhcp.again.as_ref()].into_iter().flatten() {
            next = [next, ethernet.iface.poll_at(now, &client.set)].into_iter().flatten().min();
        }
        if !room {
            self.stalled.push(n as u64);
        }
        next
    }

    /// Another machine has the address that is being tried.
    pub(crate) fn decline(&mut self, n: usize) {
        let now = self.now;
        let transaction = self.random() as u32;
        let Some(card) = self.cards.get_mut(n) else { return };
        let Card { attached: ethernet, dhcp: Some(dhcp), nameservers, asked_nameservers, .. } = card else { return };
        let Some(lease) = dhcp.lease.take() else { return };
        let frame = declining(&lease, ethernet.hardware, transaction);
        ethernet.send_frame(&frame);
        ethernet.configure(true, &[], None);
        *dhcp = Dhcp { pause: Some(now + PAUSE), ..Dhcp::new(now + PAUSE) };
        if *asked_nameservers {
            nameservers.clear();
        }
        self.changes += 1;
        self.serve_card(n);
    }
}

/// A frame with DHCPDECLINE (RFC 2131, 4.4.4).
fn declining(lease: &Lease, hardware: EthernetAddress, transaction: u32) -> Vec<u8> {
    let message = DhcpRepr {
        message_type: DhcpMessageType::Decline,
        transaction_id: transaction,
        secs: 0,
        client_hardware_address: hardware,
        client_ip: Ipv4Address::UNSPECIFIED,
        your_ip: Ipv4Address::UNSPECIFIED,
        server_ip: Ipv4Address::UNSPECIFIED,
        router: None,
        subnet_mask: None,
        relay_agent_ip: Ipv4Address::UNSPECIFIED,
        broadcast: false,
        requested_ip: Some(lease.address.address()),
        client_identifier: Some(hardware),
        server_identifier: Some(lease.server),
        parameter_request_list: None,
        dns_servers: None,
        max_size: None,
        lease_duration: None,
        renew_duration: None,
        rebind_duration: None,
        additional_options: &[],
    };
    let checksums = ChecksumCapabilities::default();
    let (from, to) = (Ipv4Address::UNSPECIFIED, Ipv4Address::BROADCAST);
    let udp = UdpRepr { src_port: 68, dst_port: 67 };
    let len = message.buffer_len();
    let ip = Ipv4Repr {
        src_addr: from,
        dst_addr: to,
        next_header: IpProtocol::Udp,
        payload_len: udp.header_len() + len,
        hop_limit: 64,
    };
    let mut frame = vec![0; crate::packet::ETHERNET_HEADER + ip.buffer_len() + udp.header_len() + len];
    let mut ethernet = EthernetFrame::new_unchecked(&mut frame[..]);
    ethernet.set_src_addr(hardware);
    ethernet.set_dst_addr(EthernetAddress::BROADCAST);
    ethernet.set_ethertype(EthernetProtocol::Ipv4);
    let mut packet = Ipv4Packet::new_unchecked(ethernet.payload_mut());
    ip.emit(&mut packet, &checksums);
    let mut datagram = UdpPacket::new_unchecked(packet.payload_mut());
    let write = |buffer: &mut [u8]| {
        // There is room: `buffer_len` said how much it takes.
        let _ = message.emit(&mut DhcpPacket::new_unchecked(buffer));
    };
    udp.emit(&mut datagram, &from.into(), &to.into(), len, write, &checksums);
    frame
}
