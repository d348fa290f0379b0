//! The network, by hand: a server that a client on the host talks to.

use super::{Outcome, check};
use crate::log;
use crate::platform::Machine;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use joist_vm::platform::{Address, Errno, Event, Family, Platform, Socket, Sockets, Style};

const PORT: u16 = 7;

/// What is to be sent back to a client yet.
type Clients = BTreeMap<Socket, Vec<u8>>;

/// Sends back what comes, on TCP and UDP, until a client sends "end" and nothing else; to a client that closes its half
/// all is sent back first.
pub fn echo(machine: &'static Machine) -> Outcome {
    let any = Address::Ip(([0, 0, 0, 0], PORT).into());
    let listener = machine.socket_open(Family::V4, Style::Stream, 0).map_err(Errno::name)?;
    machine.socket_bind(listener, &any).map_err(Errno::name)?;
    machine.socket_listen(listener, 1024).map_err(Errno::name)?;
    let datagrams = machine.socket_open(Family::V4, Style::Datagram, 0).map_err(Errno::name)?;
    machine.socket_bind(datagrams, &any).map_err(Errno::name)?;
    log!("echoing on port {PORT}");
    let mut clients = Clients::new();
    let mut buf = alloc::vec![0; 16384];
    loop {
        while let Ok((client, _)) = machine.socket_accept(listener) {
            clients.insert(client, Vec::new());
        }
        while let Ok(got) = machine.socket_receive(datagrams, &mut buf, 0) {
            check!(got.from.is_some(), "a datagram from nowhere");
            let _ = machine.socket_send(datagrams, &[&buf[..got.len]], got.from.as_ref(), &[], 0);
        }
        machine.park(0, None);
        while let Some(event) = machine.poll() {
            let (Event::SocketInput(client) | Event::SocketOutput(client)) = event else { continue };
            let Some(rest) = clients.get_mut(&client) else { continue };
            match serve(machine, client, rest, &mut buf) {
                Some(true) => return Ok(()),
                Some(false) => {}
                None => {
                    clients.remove(&client);
                    machine.socket_close(client);
                }
            }
        }
    }
}

/// True when the client has sent "end"; `None` when it is done.
fn serve(machine: &Machine, client: Socket, rest: &mut Vec<u8>, buf: &mut [u8]) -> Option<bool> {
    loop {
        while !rest.is_empty() {
            match machine.socket_send(client, &[rest], None, &[], 0) {
                Ok(count) => drop(rest.drain(..count)),
                Err(Errno::Eagain) => return Some(false),
                Err(_) => return None,
            }
        }
        match machine.socket_receive(client, buf, 0) {
            Ok(got) if got.len == 0 => return None,
            Ok(got) if &buf[..got.len] == b"end" => return Some(true),
            Ok(got) => rest.extend_from_slice(&buf[..got.len]),
            Err(Errno::Eagain) => return Some(false),
            Err(_) => return None,
        }
    }
}
