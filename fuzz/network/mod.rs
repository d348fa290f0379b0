//! A machine with open sockets (10.0.0.1), one that asks DHCP for an address, and a peer that connects to the first in
//! order; after that the input makes the frames.

mod frames;

use frames::{Template, build};
use joist_net::{Frame, Link, Settings, Stack};
use joist_vm::platform::{Address, Errno, Family, Shutdown, Socket, Style};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Cable {
    into: VecDeque<Vec<u8>>,
    out: VecDeque<Vec<u8>>,
}

struct End(Arc<Mutex<Cable>>);

impl Link for End {
    fn mtu(&self) -> usize {
        1500
    }
    fn receive(&mut self) -> Option<Frame> {
        let buffer = self.0.lock().unwrap().into.pop_front()?.into_boxed_slice();
        let len = buffer.len();
        Some(Frame { buffer, start: 0, len })
    }
    fn recycle(&mut self, _: Frame) {}
    fn room(&mut self) -> bool {
        self.0.lock().unwrap().out.len() < 256
    }
    fn send(&mut self, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        assert!(len <= 14 + self.mtu(), "a frame of {len} bytes");
        let mut frame = vec![0; len];
        fill(&mut frame);
        self.0.lock().unwrap().out.push_back(frame);
    }
}

const MEMORY: usize = 4 << 20;
/// Beyond, one input takes too long.
const SOCKETS: usize = 64;

struct Machine {
    stack: Stack,
    cable: Arc<Mutex<Cable>>,
    template: Template,
}

impl Machine {
    fn new(number: u8, addresses: Vec<(IpAddr, u8)>) -> Machine {
        let cable = Arc::new(Mutex::new(Cable::default()));
        let mut stack = Stack::new(MEMORY, [u64::from(number), 2, 3, 4], 0);
        let settings = Settings { addresses, gateways: vec![Ipv4Addr::new(10, 0, 0, 99).into()], nameservers: vec![] };
        let hardware = [2, 0, 0, 0, 0, number];
        stack.attach(Box::new(End(cable.clone())), hardware, &settings).unwrap();
        Machine { stack, cable, template: Template::new(hardware) }
    }

    /// Has it do all that is due, without an answer from anybody.
    fn rest(&mut self, now: &mut u64) {
        for _ in 0..2000 {
            let more = self.stack.poll(*now);
            while self.stack.take_event().is_some() {}
            while let Some(frame) = self.take() {
                self.template.saw(&frame);
            }
            if !more && self.stack.deadline_us().is_none_or(|at| at > *now) {
                return;
            }
            *now += 50;
        }
        panic!("it never comes to rest");
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        self.cable.lock().unwrap().out.pop_front()
    }

    fn put(&mut self, frame: Vec<u8>) {
        self.cable.lock().unwrap().into.push_back(frame);
    }
}

pub struct World {
    now: u64,
    server: Machine,
    asking: Machine,
    listener: Socket,
    sockets: Vec<Socket>,
}

fn at(number: u8, port: u16) -> Address {
    Address::Ip(SocketAddr::new(Ipv4Addr::new(10, 0, 0, number).into(), port))
}

impl World {
    pub fn new() -> World {
        let ip = |number| (IpAddr::V4(Ipv4Addr::new(10, 0, 0, number)), 24);
        let mut server = Machine::new(1, vec![ip(1)]);
        let mut peer = Machine::new(2, vec![ip(2)]);
        let stack = &mut server.stack;
        let listener = stack.open(Family::V4, Style::Stream, 0).unwrap();
        stack.bind(listener, &at(1, 80)).unwrap();
        stack.listen_on(listener, 16).unwrap();
        let datagrams = stack.open(Family::V4, Style::Datagram, 0).unwrap();
        stack.bind(datagrams, &at(1, 53)).unwrap();
        let client = peer.stack.open(Family::V4, Style::Stream, 0).unwrap();
        assert_eq!(peer.stack.connect(client, Some(&at(1, 80))), Err(Errno::Einprogress));
        let mut now = 0;
        // Their handshake; what the peer sent is known to the templates then.
        for _ in 0..20 {
            now += 100;
            peer.stack.poll(now);
            while let Some(frame) = peer.take() {
                server.put(frame);
            }
            server.stack.poll(now);
            while let Some(frame) = server.take() {
                server.template.saw(&frame);
                peer.put(frame);
            }
        }
        let (accepted, _) = server.stack.accept_from(listener).expect("the handshake is through");
        // A connection of its own making, too, for which no answer has come yet.
        let calling = server.stack.open(Family::V4, Style::Stream, 0).unwrap();
        assert_eq!(server.stack.connect(calling, Some(&at(2, 7))), Err(Errno::Einprogress));
        let mut asking = Machine::new(3, Vec::new());
        server.rest(&mut now);
        asking.rest(&mut now);
        World { now, server, asking, listener, sockets: vec![accepted, datagrams, calling] }
    }

    /// One step by what the input says; answers what is left of it.
    pub fn step<'a>(&mut self, op: u8, input: &'a [u8]) -> &'a [u8] {
        let (kind, variant) = (op & 15, op >> 4);
        match kind {
            0..=9 => {
                let Some((len, rest)) = input.split_first() else { return &[] };
                let (bytes, rest) = rest.split_at(rest.len().min(usize::from(*len) * (1 + usize::from(variant & 3))));
                let machine = if kind == 9 { &mut self.asking } else { &mut self.server };
                let frame = build(kind, variant, &machine.template, bytes);
                machine.put(frame);
                machine.rest(&mut self.now);
                rest
            }
            10 => {
                let Some((time, rest)) = input.split_first() else { return &[] };
                self.now += 1 << (time & 31);
                self.server.rest(&mut self.now);
                self.asking.rest(&mut self.now);
                rest
            }
            _ => {
                let Some((which, rest)) = input.split_first() else { return &[] };
                self.call(kind, variant, *which);
                self.server.rest(&mut self.now);
                rest
            }
        }
    }

    fn call(&mut self, kind: u8, variant: u8, which: u8) {
        let stack = &mut self.server.stack;
        while self.sockets.len() < SOCKETS
            && let Ok((socket, _)) = stack.accept_from(self.listener)
        {
            self.sockets.push(socket);
        }
        let Some(place) = usize::from(which).checked_rem(self.sockets.len()) else { return };
        let socket = self.sockets[place];
        let mut buf = [0; 1 << 15];
        match kind {
            11 => drop(stack.receive(socket, &mut buf[..1 << variant], 0)),
            12 => drop(stack.send(socket, &[&buf[..1 << variant]], Some(&at(2, 1000)), &[], 0)),
            13 => drop(
                stack.shutdown(socket, [Shutdown::Read, Shutdown::Write, Shutdown::Both][usize::from(variant % 3)]),
            ),
            14 => {
                self.sockets.swap_remove(place);
                stack.close(socket);
            }
            _ if self.sockets.len() < SOCKETS => {
                let style = if variant & 1 == 0 { Style::Stream } else { Style::Datagram };
                let Ok(socket) = stack.open(Family::V4, style, 0) else { return };
                let _ = stack.connect(socket, Some(&at(2, u16::from(which))));
                self.sockets.push(socket);
            }
            _ => {}
        }
    }

    pub fn end(mut self) {
        for socket in self.sockets.drain(..).chain([self.listener]) {
            self.server.stack.close(socket);
        }
        self.server.rest(&mut self.now);
        // Who was closed is waited for so long at most.
        for _ in 0..40 {
            self.now += 60_000_000;
            self.server.rest(&mut self.now);
        }
        assert_eq!(self.server.stack.memory_left(), MEMORY, "memory is lost");
        assert_eq!(self.server.stack.waiting_closed(), 0);
    }
}
