//! Two machines on a cable in memory, with a clock that only tests move, and a wire as bad as a test wants it.

#![allow(dead_code)] // each test uses its part

use joist_net::{Frame, Link, Settings, Stack};
use joist_vm::platform::{Address, Errno, Event, Family, Socket, Style};
use smoltcp::wire::{Icmpv4Packet, Icmpv6Packet, IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet, TcpPacket, UdpPacket};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

/// What happens to frames, in percent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trouble {
    pub loss: u64,
    pub duplication: u64,
    pub reordering: u64,
    /// A byte of its packet is another one, and the checksums agree.
    pub malice: u64,
}

#[derive(Default)]
struct Wire {
    frames: VecDeque<Vec<u8>>,
    trouble: Trouble,
    random: u64,
    sent: usize,
    /// Bytes of the longest packet.
    longest: usize,
    /// It is pulled out.
    out: bool,
    /// It has no room for more frames than this; 0: as many as there are.
    short: usize,
    /// There is a router on the way whose next link carries no longer packets than that; 0: there is none.
    narrow: usize,
}

impl Wire {
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random >> 33
    }

    fn percent(&mut self, of: u64) -> bool {
        self.next() % 100 < of
    }

    fn forge(&mut self, mut frame: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.next() % 3 {
            // Mostly in the headers.
            let place = 12 + self.next() as usize % if self.percent(80) { 50 } else { 1500 };
            let value = [0, 1, 0xff, 0x80, self.next() as u8][self.next() as usize % 5];
            if let Some(byte) = frame.get_mut(place) {
                *byte = value;
            }
        }
        agree(&mut frame);
        frame
    }

    fn put(&mut self, frame: Vec<u8>) {
        self.sent += 1;
        self.longest = self.longest.max(frame.len() - 14);
        if self.out {
            return;
        }
        if self.percent(self.trouble.loss) {
            return;
        }
        let frame = if self.percent(self.trouble.malice) { self.forge(frame) } else { frame };
        if self.percent(self.trouble.duplication) {
            self.frames.push_back(frame.clone());
        }
        self.frames.push_back(frame);
        if self.percent(self.trouble.reordering) && self.frames.len() > 1 {
            let last = self.frames.len() - 1;
            self.frames.swap(last, last - 1);
        }
    }
}

/// What a router says of a packet that is too long for it and must not be cut up.
pub fn too_long(frame: &[u8], carries: usize) -> Option<Vec<u8>> {
    let (hardware, packet) = (frame.get(..12)?, frame.get(14..)?);
    if frame[12..14] != [8, 0] && frame[12..14] != [0x86, 0xdd] || packet.len() <= carries {
        return None;
    }
    let mut answer = [&hardware[6..], &hardware[..6], &frame[12..14]].concat();
    if packet[0] >> 4 == 4 {
        if packet[6] & 0x40 == 0 {
            return None; // it is cut up
        }
        answer.extend([0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 99]);
        answer.extend(&packet[12..16]);
        answer.extend([3, 4, 0, 0, 0, 0, (carries >> 8) as u8, carries as u8]);
        answer.extend(&packet[..28]);
    } else {
        answer.extend([0x60, 0, 0, 0, 0, 64, 58, 64, 0xfe, 0x80]);
        answer.extend([9; 14]);
        answer.extend(&packet[8..24]);
        answer.extend([2, 0, 0, 0, 0, 0, (carries >> 8) as u8, carries as u8]);
        answer.extend(&packet[..56]);
    }
    agree(&mut answer);
    Some(answer)
}

/// Makes the checksums of a packet right, where there is enough of it.
fn agree(frame: &mut [u8]) {
    let Some(packet) = frame.get_mut(14..).filter(|p| p.len() > 40) else { return };
    let (header, from, to, protocol): (usize, IpAddress, IpAddress, IpProtocol) = if packet[0] >> 4 == 4 {
        let mut ip = Ipv4Packet::new_unchecked(&mut *packet);
        if ip.check_len().is_err() {
            return;
        }
        ip.fill_checksum();
        (ip.header_len().into(), ip.src_addr().into(), ip.dst_addr().into(), ip.next_header())
    } else {
        let ip = Ipv6Packet::new_unchecked(&*packet);
        (40, ip.src_addr().into(), ip.dst_addr().into(), ip.next_header())
    };
    let Some(payload) = packet.get_mut(header..) else { return };
    match protocol {
        IpProtocol::Tcp => {
            if let Ok(mut tcp) = TcpPacket::new_checked(payload) {
                tcp.fill_checksum(&from, &to);
            }
        }
        IpProtocol::Udp => {
            if let Ok(mut udp) = UdpPacket::new_checked(payload) {
                udp.fill_checksum(&from, &to);
            }
        }
        IpProtocol::Icmpv6 => {
            if let (Ok(mut icmp), IpAddress::Ipv6(from), IpAddress::Ipv6(to)) =
                (Icmpv6Packet::new_checked(payload), from, to)
            {
                icmp.fill_checksum(&from, &to);
            }
        }
        IpProtocol::Icmp => {
            if let Ok(mut icmp) = Icmpv4Packet::new_checked(payload) {
                icmp.fill_checksum();
            }
        }
        _ => {}
    }
}

struct End {
    out: Arc<Mutex<Wire>>,
    into: Arc<Mutex<Wire>>,
}

impl Link for End {
    fn mtu(&self) -> usize {
        1500
    }
    fn receive(&mut self) -> Option<Frame> {
        let buffer = self.into.lock().unwrap().frames.pop_front()?.into_boxed_slice();
        let len = buffer.len();
        Some(Frame { buffer, start: 0, len })
    }
    fn recycle(&mut self, _: Frame) {}
    fn carries(&mut self) -> bool {
        !self.out.lock().unwrap().out
    }
    fn room(&mut self) -> bool {
        self.out.lock().unwrap().frames.len() < 2048
    }
    fn room_for(&mut self, frames: usize) -> bool {
        let wire = self.out.lock().unwrap();
        wire.frames.len() + frames <= if wire.short == 0 { 2048 } else { wire.short }
    }
    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        assert!(len <= 14 + self.mtu(), "a frame of {len} bytes");
        let mut frame = vec![0; len];
        fill(&mut frame);
        let narrow = self.out.lock().unwrap().narrow;
        match (narrow != 0).then(|| too_long(&frame, narrow)).flatten() {
            Some(answer) => self.into.lock().unwrap().frames.push_back(answer),
            None => self.out.lock().unwrap().put(frame),
        }
    }
}

/// The two ends of a cable with these wires.
fn ends(wires: &[Arc<Mutex<Wire>>; 2]) -> [End; 2] {
    std::array::from_fn(|n| End { out: wires[n].clone(), into: wires[1 - n].clone() })
}

/// Two machines: 10.0.0.1 and 10.0.0.2.
pub struct World {
    pub now: u64,
    pub machines: [Stack; 2],
    wires: [Arc<Mutex<Wire>>; 2],
    /// Of further cables.
    more: Vec<[Arc<Mutex<Wire>>; 2]>,
    /// How often the clock moved to a deadline.
    pub waits: usize,
    /// Events that came, for each.
    pub events: [Vec<Event>; 2],
}

pub const MEMORY: usize = 32 << 20;

pub fn ip(machine: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, machine as u8 + 1))
}

pub fn at(machine: usize, port: u16) -> Address {
    Address::Ip(SocketAddr::new(ip(machine), port))
}

impl World {
    pub fn new(trouble: Trouble, seed: u64) -> World {
        World::with_memory(trouble, seed, MEMORY)
    }

    pub fn with_memory(trouble: Trouble, seed: u64, memory: usize) -> World {
        let wires: [Arc<Mutex<Wire>>; 2] =
            std::array::from_fn(|n| Arc::new(Mutex::new(Wire { trouble, random: seed ^ n as u64, ..Wire::default() })));
        let mut both = ends(&wires).into_iter();
        let machines = std::array::from_fn(|n| {
            let mut stack = Stack::new(memory, [seed, n as u64, 3, 4], 0);
            let end = both.next().unwrap();
            let settings = Settings {
                addresses: vec![(ip(n), 24)],
                gateways: vec![Ipv4Addr::new(10, 0, 0, 99).into()],
                nameservers: Vec::new(),
            };
            stack.attach(Box::new(end), [2, 0, 0, 0, 0, n as u8 + 1], &settings).unwrap();
            stack
        });
        World { now: 0, waits: 0, machines, wires, more: Vec::new(), events: Default::default() }
    }

    /// Lays one more cable, between a further card of each machine.
    pub fn another_cable(&mut self, settings: [Settings; 2]) {
        let wires: [Arc<Mutex<Wire>>; 2] = Default::default();
        for ((machine, end), (n, settings)) in
            self.machines.iter_mut().zip(ends(&wires)).zip(settings.iter().enumerate())
        {
            let hardware = [2, 0, 0, 0, self.more.len() as u8 + 1, n as u8 + 1];
            machine.attach(Box::new(end), hardware, settings).unwrap();
        }
        self.more.push(wires);
    }

    /// Frames sent by a machine on each of the further cables.
    pub fn sent_on(&self, machine: usize) -> Vec<usize> {
        self.more.iter().map(|wires| wires[machine].lock().unwrap().sent).collect()
    }

    /// Pulls the first of the further cables out, or puts it in.
    pub fn plug_another(&mut self, into: bool) {
        self.more[0].iter().for_each(|wire| wire.lock().unwrap().out = !into);
    }

    pub fn trouble(&mut self, trouble: Trouble) {
        for wire in &self.wires {
            wire.lock().unwrap().trouble = trouble;
        }
    }

    /// What one machine sends passes a router with a link that carries no more than that.
    pub fn narrow(&mut self, machine: usize, carries: usize) {
        self.wires[machine].lock().unwrap().narrow = carries;
    }

    /// The cards have room for so few frames only.
    pub fn shorten(&mut self, frames: usize) {
        for wire in &self.wires {
            wire.lock().unwrap().short = frames;
        }
    }

    /// Hands a machine a frame.
    pub fn forge(&mut self, to: usize, frame: Vec<u8>) {
        self.wires[1 - to].lock().unwrap().frames.push_back(frame);
    }

    /// What a machine alone answers to what was sent to it: the other one doesn't hear of it.
    pub fn answers(&mut self, machine: usize) -> Vec<Vec<u8>> {
        while self.machines[machine].poll(self.now) {}
        self.wires[machine].lock().unwrap().frames.drain(..).collect()
    }

    /// Pulls the cable out, or puts it in.
    pub fn plug(&mut self, into: bool) {
        for wire in &self.wires {
            wire.lock().unwrap().out = !into;
        }
    }

    /// Frames sent so far, by both.
    pub fn sent(&self) -> usize {
        self.wires.iter().map(|w| w.lock().unwrap().sent).sum()
    }

    /// The longest packet that a machine has sent since this was last asked.
    pub fn longest(&mut self, machine: usize) -> usize {
        std::mem::take(&mut self.wires[machine].lock().unwrap().longest)
    }

    fn round(&mut self) {
        for n in 0..2 {
            self.machines[n].poll(self.now);
            while let Some(event) = self.machines[n].take_event() {
                self.events[n].push(event);
            }
        }
    }

    /// Lets the frames that are on their way arrive, and what they lead to.
    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            self.round();
            let mut wires = self.wires.iter().chain(self.more.iter().flatten());
            let quiet = wires.all(|w| w.lock().unwrap().frames.is_empty())
                && self.machines.iter().all(|m| m.deadline_us().is_none_or(|d| d > self.now));
            if quiet {
                return;
            }
            self.now += 20;
        }
        panic!("the machines never come to rest");
    }

    /// Moves the clock to the next deadline; false if there is none within `limit`.
    pub fn wait(&mut self, limit: u64) -> bool {
        let next = self.machines.iter().filter_map(Stack::deadline_us).min();
        match next {
            Some(next) if next <= self.now + limit => {
                self.now = next.max(self.now + 1);
                self.waits += 1;
                self.round();
                true
            }
            _ => false,
        }
    }

    /// Lets time go by.
    pub fn pass(&mut self, us: u64) {
        let end = self.now + us;
        self.settle();
        while self.now < end && self.wait(end - self.now) {
            self.settle();
        }
        self.now = self.now.max(end);
        self.settle();
    }

    pub fn tcp(&mut self, machine: usize) -> Socket {
        self.machines[machine].open(Family::V4, Style::Stream, 0).unwrap()
    }

    pub fn udp(&mut self, machine: usize) -> Socket {
        self.machines[machine].open(Family::V4, Style::Datagram, 0).unwrap()
    }

    pub fn listen(&mut self, machine: usize, port: u16, backlog: u32) -> Socket {
        let socket = self.tcp(machine);
        self.machines[machine].bind(socket, &at(machine, port)).unwrap();
        self.machines[machine].listen_on(socket, backlog).unwrap();
        socket
    }

    pub fn connect(&mut self, machine: usize, to: &Address) -> Socket {
        let socket = self.tcp(machine);
        assert_eq!(self.machines[machine].connect(socket, Some(to)), Err(Errno::Einprogress));
        socket
    }

    /// A connection from machine 0 to port 80 of machine 1: both its ends, and the listener.
    pub fn pair(&mut self) -> (Socket, Socket, Socket) {
        self.listen_and_connect(80)
    }

    pub fn listen_and_connect(&mut self, port: u16) -> (Socket, Socket, Socket) {
        let listener = self.listen(1, port, 5);
        let client = self.connect(0, &at(1, port));
        self.settle();
        let (server, from) = self.machines[1].accept_from(listener).unwrap();
        assert_eq!(Ok(from), self.machines[0].name(client));
        (client, server, listener)
    }

    pub fn send(&mut self, machine: usize, socket: Socket, data: &[u8]) -> Result<usize, Errno> {
        self.machines[machine].send(socket, &[data], None, &[], 0)
    }

    pub fn receive(&mut self, machine: usize, socket: Socket) -> Result<Vec<u8>, Errno> {
        let mut buf = vec![0; 65536];
        let got = self.machines[machine].receive(socket, &mut buf, 0)?;
        buf.truncate(got.len);
        Ok(buf)
    }

    pub fn take_events(&mut self, machine: usize) -> Vec<Event> {
        std::mem::take(&mut self.events[machine])
    }
}
