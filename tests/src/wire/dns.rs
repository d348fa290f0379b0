//! A name server in a test's namespace (RFC 1035), by UDP and TCP; an answer that is too long for UDP is cut off.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// What a name has.
#[derive(Debug, Clone)]
pub enum Record {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(&'static str),
    Mx(u16, &'static str),
    Txt(&'static str),
    Srv(u16, u16, u16, &'static str),
    Ptr(&'static str),
}

pub struct Dns(Arc<[AtomicUsize; 2]>);

type Zone = Arc<Vec<(&'static str, Record)>>;

/// Of an answer by UDP.
const LONGEST: usize = 512;

impl Dns {
    /// Serves from now on, where the caller is.
    pub fn start(address: &str, zone: Vec<(&'static str, Record)>) -> Dns {
        let (zone, counts) = (Arc::new(zone), Arc::new([const { AtomicUsize::new(0) }; 2]));
        let udp = UdpSocket::bind((address, 53)).expect("the port");
        let tcp = TcpListener::bind((address, 53)).expect("the port");
        let (names, asked) = (zone.clone(), counts.clone());
        thread::spawn(move || {
            let mut buf = [0; 2048];
            while let Ok((len, from)) = udp.recv_from(&mut buf) {
                asked[0].fetch_add(1, Relaxed);
                if let Some(answer) = answer(&names, &buf[..len], LONGEST) {
                    let _ = udp.send_to(&answer, from);
                }
            }
        });
        let asked = counts.clone();
        thread::spawn(move || {
            while let Ok((stream, _)) = tcp.accept() {
                asked[1].fetch_add(1, Relaxed);
                let _ = by_tcp(&zone, stream);
            }
        });
        Dns(counts)
    }

    /// How often it was asked by UDP, and by TCP.
    pub fn asked(&self) -> (usize, usize) {
        (self.0[0].load(Relaxed), self.0[1].load(Relaxed))
    }
}

fn by_tcp(zone: &Zone, mut stream: TcpStream) -> std::io::Result<()> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut question)?;
    let answer = answer(zone, &question, 65535).unwrap_or_default();
    stream.write_all(&(answer.len() as u16).to_be_bytes())?;
    stream.write_all(&answer)
}

/// The answer to a message with one question.
fn answer(zone: &Zone, message: &[u8], longest: usize) -> Option<Vec<u8>> {
    let (name, end) = read_name(message, 12)?;
    let wanted = u16::from_be_bytes(*message.get(end..)?.first_chunk()?);
    let mut answers = Vec::new();
    collect(zone, &name, wanted, &mut answers);
    let known = zone.iter().any(|(n, _)| *n == name);
    let mut out = message.get(..end + 4)?.to_vec();
    // An answer, with authority, recursion as asked for and had; no such name.
    out[2] = 0x84 | message[2] & 1;
    out[3] = 0x80 | if known { 0 } else { 3 };
    out[6..8].copy_from_slice(&(answers.len() as u16).to_be_bytes());
    out[8..12].fill(0);
    for (name, kind, data) in answers {
        write_name(&mut out, name);
        out.extend(kind.to_be_bytes());
        out.extend([0, 1, 0, 0, 0, 60]);
        out.extend((data.len() as u16).to_be_bytes());
        out.extend(data);
    }
    if out.len() > longest {
        out.truncate(end + 4);
        out[2] |= 2;
        out[6..8].fill(0);
    }
    Some(out)
}

fn collect(zone: &Zone, name: &str, wanted: u16, answers: &mut Vec<(&'static str, u16, Vec<u8>)>) {
    for (owner, record) in zone.iter().filter(|(n, _)| *n == name) {
        let (kind, data) = packed(record);
        if kind == wanted || wanted == 255 {
            answers.push((owner, kind, data));
        } else if let Record::Cname(other) = record {
            answers.push((owner, kind, data));
            collect(zone, other, wanted, answers);
        }
    }
}

fn packed(record: &Record) -> (u16, Vec<u8>) {
    let mut data = Vec::new();
    let kind = match record {
        Record::A(address) => {
            data.extend(address.octets());
            1
        }
        Record::Aaaa(address) => {
            data.extend(address.octets());
            28
        }
        Record::Cname(name) => {
            write_name(&mut data, name);
            5
        }
        Record::Ptr(name) => {
            write_name(&mut data, name);
            12
        }
        Record::Mx(preference, name) => {
            data.extend(preference.to_be_bytes());
            write_name(&mut data, name);
            15
        }
        Record::Txt(text) => {
            for piece in text.as_bytes().chunks(255) {
                data.push(piece.len() as u8);
                data.extend(piece);
            }
            16
        }
        Record::Srv(priority, weight, port, name) => {
            [priority, weight, port].into_iter().for_each(|n| data.extend(n.to_be_bytes()));
            write_name(&mut data, name);
            33
        }
    };
    (kind, data)
}

fn write_name(out: &mut Vec<u8>, name: &str) {
    for label in name.split('.').filter(|l| !l.is_empty()) {
        out.push(label.len() as u8);
        out.extend(label.as_bytes());
    }
    out.push(0);
}

/// A name in small letters, and where it ends; questions have no pointers.
fn read_name(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    loop {
        let len = usize::from(*message.get(at)?);
        at += 1;
        if len == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + len)?).to_lowercase());
        at += len;
    }
}
