//! Frames that get past the first looks: addresses, ports and sequence numbers that fit, checksums that agree; what is
//! inside is the input's.

/// What a peer on the cable knows of a machine: its address, and what it last said.
pub struct Template {
    hardware: [u8; 6],
    /// Its TCP segment's ports, number and acknowledgement, as they stand in it.
    tcp: Option<[u8; 12]>,
    xid: [u8; 4],
}

impl Template {
    pub fn new(hardware: [u8; 6]) -> Template {
        Template { hardware, tcp: None, xid: [0; 4] }
    }

    /// Looks at a frame that the machine sent.
    pub fn saw(&mut self, frame: &[u8]) {
        let Some(packet) = frame.get(14..).filter(|p| p.len() >= 40 && p[0] == 0x45) else { return };
        match packet[9] {
            6 => {
                if let Some(first) = packet[20..].first_chunk::<12>() {
                    self.tcp = Some(*first);
                }
            }
            17 if packet[20..22] == [0, 68] => {
                if let Some(xid) = packet.get(32..36) {
                    self.xid.copy_from_slice(xid);
                }
            }
            _ => {}
        }
    }
}

fn ethernet(template: &Template, kind: u16, broadcast: bool) -> Vec<u8> {
    let to = if broadcast { [255; 6] } else { template.hardware };
    [&to[..], &[2, 0, 0, 0, 0, 2], &kind.to_be_bytes()].concat()
}

/// A frame from bytes of the input.
pub fn build(kind: u8, variant: u8, template: &Template, bytes: &[u8]) -> Vec<u8> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let rest = |from: usize| bytes.get(from..).unwrap_or_default();
    let mut frame = match kind {
        0 => bytes.to_vec(),
        1 => [ethernet(template, 0x806, variant & 4 != 0), arp(template, bytes)].concat(),
        2 => [ethernet(template, 0x800, false), bytes.to_vec()].concat(),
        3 => [ethernet(template, 0x86dd, false), bytes.to_vec()].concat(),
        4 => ip4(template, 17, &udp(byte(0), byte(1), rest(2)), variant),
        5 => ip4(template, 1, bytes, variant),
        6 => ip6(template, bytes, variant),
        7 => ip4(template, 6, &syn(bytes), variant),
        9 => {
            let mut frame = ip4(template, 17, &dhcp(template, bytes), variant);
            frame[..6].copy_from_slice(&[255; 6]);
            frame[30..34].copy_from_slice(&[255; 4]);
            frame
        }
        _ => ip4(template, 6, &segment(template, bytes), variant),
    };
    if variant != 15 {
        agree(&mut frame);
    }
    frame
}

fn arp(template: &Template, bytes: &[u8]) -> Vec<u8> {
    let mut packet = vec![0, 1, 8, 0, 6, 4, 0, 1 + bytes.first().unwrap_or(&0) % 2];
    packet.extend([2, 0, 0, 0, 0, 2, 10, 0, 0, 2]);
    packet.extend(template.hardware);
    packet.extend([10, 0, 0, 1]);
    for (place, value) in bytes.iter().skip(1).enumerate().take(28) {
        packet[place] ^= value;
    }
    packet
}

fn ip4(template: &Template, protocol: u8, payload: &[u8], variant: u8) -> Vec<u8> {
    let mut frame = ethernet(template, 0x800, false);
    let length = (20 + payload.len()) as u16;
    // Now and then a part of a packet: often one that fits to another one of the same length.
    let [ident, a, b] = if variant & 12 == 12 { part(variant, payload) } else { [1, 0, 0] };
    frame.extend([0x45, 0, (length >> 8) as u8, length as u8, 0, ident, a, b, 64, protocol, 0, 0]);
    frame.extend([10, 0, 0, 2, 10, 0, 0, 1]);
    frame.extend(payload);
    frame
}

/// The number of a part's packet, and its place there.
fn part(variant: u8, payload: &[u8]) -> [u8; 3] {
    let last = payload.last().copied().unwrap_or(0);
    let units = (payload.len() / 8 * usize::from(variant >> 1 & 1) + usize::from(last >> 6 & 1)) as u16;
    // Far away, sometimes.
    let units = if last & 0x3f == 0x3f { units + 0x1f00 } else { units };
    [last & 1, (units >> 8) as u8 & 0x1f | (variant & 1) << 5, units as u8]
}

fn ip6(template: &Template, payload: &[u8], variant: u8) -> Vec<u8> {
    let mut frame = ethernet(template, 0x86dd, false);
    let length = payload.len() as u16;
    let next = [58, 58, 58, 6, 17, 0, 44, 60][usize::from(variant & 7)];
    frame.extend([0x60, 0, 0, 0, (length >> 8) as u8, length as u8, next, 255]);
    frame.extend([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 2]);
    let group = variant & 8 != 0;
    let to: [u8; 16] = if group {
        [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    } else {
        [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, template.hardware[5]]
    };
    frame.extend(to);
    if next == 44 {
        let [kind, rest @ ..] = payload else { return frame };
        let rest = &rest[..if kind & 4 == 0 { rest.len() & !7 } else { rest.len() }];
        let [ident, a, b] = part(kind & 3, rest);
        let place = (u16::from(a & 0x1f) << 8 | u16::from(b)) << 3 | u16::from(a >> 5);
        let length = (8 + rest.len()) as u16;
        frame[18..20].copy_from_slice(&length.to_be_bytes());
        frame.extend([[17, 58, 6, 44][usize::from(kind >> 3 & 3)], 0, (place >> 8) as u8, place as u8, 0, 0, 0, ident]);
        frame.extend(rest);
        return frame;
    }
    frame.extend(payload);
    frame
}

fn udp(to: u8, length: u8, data: &[u8]) -> Vec<u8> {
    let port = [53u16, 68, 53, 9][usize::from(to & 3)];
    // A length that lies, sometimes.
    let length = (8 + data.len() as u16).wrapping_add(if length & 0xf0 == 0xf0 { u16::from(length & 15) } else { 0 });
    [&[3, 232][..], &port.to_be_bytes(), &length.to_be_bytes(), &[0, 0], data].concat()
}

fn syn(bytes: &[u8]) -> Vec<u8> {
    let port = bytes.first().copied().unwrap_or(0);
    let flags = 2 | bytes.get(1).copied().unwrap_or(0) & 0x90;
    tcp([8, port, 0, 80], [0, 0, 1, port], [0; 4], flags, bytes.get(2..).unwrap_or_default())
}

/// Of the connection on which the machine spoke last: numbers near those that fit.
fn segment(template: &Template, bytes: &[u8]) -> Vec<u8> {
    let Some(said) = template.tcp else { return syn(bytes) };
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let number = |at: usize| u32::from_be_bytes([said[at], said[at + 1], said[at + 2], said[at + 3]]);
    let near = |value: u32, by: u8| value.wrapping_add((i32::from(by as i8) << (by & 15)) as u32);
    let sequence = if byte(0) & 1 == 0 { number(8) } else { near(number(8), byte(1)) };
    let acknowledged =
        if byte(0) & 2 == 0 { number(4).wrapping_add(u32::from(byte(0) >> 7)) } else { near(number(4), byte(2)) };
    let ports = [said[2], said[3], said[0], said[1]];
    tcp(ports, sequence.to_be_bytes(), acknowledged.to_be_bytes(), byte(3), bytes.get(4..).unwrap_or_default())
}

fn tcp(ports: [u8; 4], sequence: [u8; 4], acknowledged: [u8; 4], flags: u8, bytes: &[u8]) -> Vec<u8> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    // Options are as many words of what follows as the first byte says.
    let words = usize::from(byte(0) & 15).min(10).min(bytes.len().saturating_sub(3) / 4);
    let header = [((5 + words) << 4) as u8, flags, byte(1), byte(2), 0, 0, 0, 0];
    [&ports[..], &sequence, &acknowledged, &header, bytes.get(3..).unwrap_or_default()].concat()
}

fn dhcp(template: &Template, bytes: &[u8]) -> Vec<u8> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut message = vec![2, 1, 6, 0];
    message.extend(if byte(0) & 1 == 0 { template.xid } else { [1, 2, 3, 4] });
    message.extend([0, 0, 0, 0, 0, 0, 0, 0, 10, 0, byte(1), byte(2), 10, 0, 0, 2, 0, 0, 0, 0]);
    message.extend(template.hardware);
    message.extend([0; 202]);
    message.extend([0x63, 0x82, 0x53, 0x63, 53, 1, [2, 5, 6, byte(3)][usize::from(byte(0) >> 1 & 3)]]);
    if byte(0) & 8 == 0 {
        message.extend([54, 4, 10, 0, 0, 2, 51, 4, 0, byte(4), byte(5), 10, 1, 4, 255, 255, 255, 0]);
    }
    message.extend(bytes.get(6..).unwrap_or_default());
    message.push(255);
    [&[0, 67, 0, 68][..], &(8 + message.len() as u16).to_be_bytes(), &[0, 0], &message].concat()
}

fn sum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0u32;
    for pair in parts.iter().flat_map(|part| part.chunks(2)) {
        sum += u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// Makes the checksums right, where there is enough of the packet.
fn agree(frame: &mut [u8]) {
    let Some(packet) = frame.get_mut(14..) else { return };
    let (header, protocol, addresses) = match packet.first().map(|b| b >> 4) {
        Some(4) if packet.len() >= 20 => {
            let header = usize::from(packet[0] & 15) * 4;
            if header < 20 || packet.len() < header {
                return;
            }
            packet[10..12].fill(0);
            let check = sum(&[&packet[..header]]);
            packet[10..12].copy_from_slice(&check.to_be_bytes());
            if packet[6] & 0x3f != 0 || packet[7] != 0 {
                return; // the payload's is of the whole; one of UDP that is 0 is none
            }
            (header, packet[9], 12..20)
        }
        Some(6) if packet.len() >= 40 => (40, packet[6], 8..40),
        _ => return,
    };
    let addresses = packet[addresses].to_vec();
    let payload = &mut packet[header..];
    let place = match protocol {
        6 => 16,
        17 => 6,
        1 | 58 => 2,
        _ => return,
    };
    if payload.len() < place + 2 {
        return;
    }
    payload[place..place + 2].fill(0);
    let length = (payload.len() as u32).to_be_bytes();
    let check = match protocol {
        1 => sum(&[payload]),
        _ => sum(&[&addresses, &length, &[0, protocol], payload]),
    };
    payload[place..place + 2].copy_from_slice(&check.to_be_bytes());
}
