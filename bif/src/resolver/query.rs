//! A question on its way: name after name, server after server, and all of them again.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use joist_vm::platform::{Address, Errno, Socket, Style, platform};
use joist_vm::sched::{self, TimerKey};

use super::config::Config;
use super::message::{self, Data, Kind, Says};
use super::{Failure, Outcome, Tell, open, with};

const PORT: u16 = 53;
/// No answer by UDP is longer without EDNS; more does no harm.
const LONGEST: usize = 4096;

/// One of the kinds that are asked for.
struct Part {
    message: Vec<u8>,
    state: State,
}

enum State {
    Asked,
    /// It is too long for UDP: asked again by TCP. What is left to be sent, and what has come.
    ByTcp {
        socket: Socket,
        left: Vec<u8>,
        came: Vec<u8>,
    },
    /// This server can't tell.
    Failed,
    Has(Vec<Data>),
    NoSuchName,
}

pub(super) struct Query {
    pub tell: Option<Tell>,
    pub outcome: Option<Outcome>,
    config: Config,
    /// The one that is asked for now, and those that come after it, backwards.
    names: Vec<String>,
    kinds: Vec<Kind>,
    parts: Vec<Part>,
    /// How many servers were asked for this name.
    turns: usize,
    socket: Option<Socket>,
    timer: Option<TimerKey>,
    /// A name was known.
    known: bool,
}

impl Drop for Query {
    fn drop(&mut self) {
        self.hang_up();
    }
}

impl Query {
    pub fn new(mut names: Vec<String>, kinds: Vec<Kind>, config: Config, tell: Tell) -> Query {
        names.reverse();
        Query {
            tell: Some(tell),
            outcome: None,
            config,
            names,
            kinds,
            parts: Vec::new(),
            turns: 0,
            socket: None,
            timer: None,
            known: false,
        }
    }

    /// Is it a socket of this question's?
    pub fn has(&self, socket: Socket) -> bool {
        self.socket == Some(socket)
            || self.parts.iter().any(|part| matches!(part.state, State::ByTcp { socket: s, .. } if s == socket))
    }

    fn server(&self) -> SocketAddr {
        let servers = &self.config.servers;
        SocketAddr::new(servers[self.turns % servers.len()], PORT)
    }

    fn hang_up(&mut self) {
        for part in &mut self.parts {
            if let State::ByTcp { socket, .. } = part.state {
                platform().socket_close(socket);
                part.state = State::Failed;
            }
        }
        if let Some(socket) = self.socket.take() {
            platform().socket_close(socket);
        }
        if let Some(timer) = self.timer.take() {
            sched::cancel(timer);
        }
    }

    fn end(&mut self, outcome: Outcome) {
        self.hang_up();
        self.outcome = Some(outcome);
    }

    /// Asks the next server that takes the question.
    pub fn ask(&mut self, id: u64) {
        while self.outcome.is_none() {
            self.hang_up();
            if self.turns == self.config.servers.len() * self.config.attempts {
                return self.end(Err(Failure::Again));
            }
            match self.send() {
                Ok(socket) => {
                    self.socket = Some(socket);
                    let (turns, names) = (self.turns, self.names.len());
                    let late = move || {
                        let same = move |query: &Query| query.turns == turns && query.names.len() == names;
                        with(|number, query| number == id && same(query), |id, query| query.give_up(id));
                    };
                    let at = platform().monotonic_ns() + self.config.timeout_s * 1_000_000_000;
                    self.timer = Some(sched::fire_at(at, Box::new(late)));
                    // Whoever wants input tries at once.
                    return self.go_on(id, socket);
                }
                Err(Some(_)) => self.turns += 1,
                Err(None) => self.next_name(),
            }
        }
    }

    /// Asks; without an error, this is no name.
    fn send(&mut self) -> Result<Socket, Option<Errno>> {
        let mut number = [0; 2];
        let name = self.names.last().ok_or(None)?;
        let mut parts = Vec::new();
        for kind in &self.kinds {
            platform().entropy(&mut number);
            let message = message::question(u16::from_be_bytes(number), name, *kind).ok_or(None)?;
            parts.push(Part { message, state: State::Asked });
        }
        self.parts = parts;
        let server = self.server();
        let socket = open(server.ip(), Style::Datagram)?;
        let sent = platform().socket_connect(socket, Some(&Address::Ip(server))).and_then(|()| {
            self.parts
                .iter()
                .try_for_each(|part| platform().socket_send(socket, &[&part.message], None, &[], 0).map(drop))
        });
        if let Err(e) = sent {
            platform().socket_close(socket);
            return Err(Some(e));
        }
        Ok(socket)
    }

    /// Something has happened to a socket.
    pub fn go_on(&mut self, id: u64, socket: Socket) {
        if self.outcome.is_some() {
            return;
        }
        if self.socket == Some(socket) {
            let mut buf = alloc::vec![0; LONGEST];
            loop {
                match platform().socket_receive(socket, &mut buf, 0) {
                    Ok(got) => self.hear(buf.get(..got.len).unwrap_or_default()),
                    Err(Errno::Eagain | Errno::Eintr) => break,
                    Err(_) => {
                        // Nobody is there.
                        self.parts
                            .iter_mut()
                            .filter(|p| matches!(p.state, State::Asked))
                            .for_each(|p| p.state = State::Failed);
                        break;
                    }
                }
            }
        }
        for part in &mut self.parts {
            part.go_on(socket);
        }
        if !self.parts.iter().any(|part| matches!(part.state, State::Asked | State::ByTcp { .. })) {
            self.conclude(id);
        }
    }

    /// A datagram of the server's.
    fn hear(&mut self, bytes: &[u8]) {
        let server = self.server();
        for part in self.parts.iter_mut().filter(|part| matches!(part.state, State::Asked)) {
            match message::answer(&part.message, bytes) {
                None => continue,
                Some(Says::TooLong) => part.ask_by_tcp(server),
                Some(says) => part.take(says),
            }
            return;
        }
    }

    /// The server has taken too long.
    fn give_up(&mut self, id: u64) {
        self.timer = None;
        if self.outcome.is_none() {
            self.conclude(id);
        }
    }

    /// What was heard of this name from this server is all that there will be.
    fn conclude(&mut self, id: u64) {
        let mut found = Vec::new();
        let (mut unclear, mut known) = (false, false);
        for part in &mut self.parts {
            match &mut part.state {
                State::Has(data) => {
                    known = true;
                    found.append(data);
                }
                State::NoSuchName => {}
                State::Asked | State::ByTcp { .. } | State::Failed => unclear = true,
            }
        }
        self.known |= known;
        if !found.is_empty() {
            return self.end(Ok(found));
        }
        if unclear {
            self.turns += 1;
        } else {
            self.next_name();
        }
        self.ask(id);
    }

    fn next_name(&mut self) {
        self.names.pop();
        self.turns = 0;
        if self.names.is_empty() {
            self.end(Err(if self.known { Failure::NoData } else { Failure::NoSuchName }));
        }
    }
}

impl Part {
    fn take(&mut self, says: Says) {
        self.state = match says {
            Says::Has(data) => State::Has(data),
            Says::NoSuchName => State::NoSuchName,
            Says::Failed | Says::TooLong => State::Failed,
        };
    }

    fn ask_by_tcp(&mut self, server: SocketAddr) {
        self.state = State::Failed;
        let Ok(socket) = open(server.ip(), Style::Stream) else { return };
        match platform().socket_connect(socket, Some(&Address::Ip(server))) {
            Ok(()) | Err(Errno::Einprogress) => {
                let left = [&(self.message.len() as u16).to_be_bytes(), &self.message[..]].concat();
                self.state = State::ByTcp { socket, left, came: Vec::new() };
                self.go_on(socket);
            }
            Err(_) => platform().socket_close(socket),
        }
    }

    /// Goes on by TCP.
    fn go_on(&mut self, of: Socket) {
        let says = match &mut self.state {
            State::ByTcp { socket, left, came } if *socket == of => by_tcp(of, left, came, &self.message),
            _ => return,
        };
        match says {
            Ok(says) => {
                platform().socket_close(of);
                self.take(says);
            }
            Err(Errno::Eagain | Errno::Eintr) => {}
            Err(_) => {
                platform().socket_close(of);
                self.state = State::Failed;
            }
        }
    }
}

fn by_tcp(socket: Socket, left: &mut Vec<u8>, came: &mut Vec<u8>, question: &[u8]) -> Result<Says, Errno> {
    while !left.is_empty() {
        let sent = platform().socket_send(socket, &[left], None, &[], 0)?;
        left.drain(..sent.min(left.len()));
    }
    let mut buf = alloc::vec![0; LONGEST];
    loop {
        let got = platform().socket_receive(socket, &mut buf, 0)?;
        came.extend_from_slice(buf.get(..got.len).unwrap_or_default());
        if let Some((len, rest)) = came.split_first_chunk()
            && let Some(answer) = rest.get(..u16::from_be_bytes(*len).into())
        {
            return message::answer(question, answer).ok_or(Errno::Einval);
        }
        if got.len == 0 {
            return Err(Errno::Econnreset);
        }
    }
}
