//! What the command line says of the network: `ip=ADDRESS/PREFIX`, `gw=ADDRESS` and `dns=ADDRESS`, each several times or
//! with commas; `ip=dhcp` is the default. They are of the first card, those of others have its name before them: `eth1.ip=`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};
use core::str::FromStr;
use joist_image::cmdline::CommandLine;
use joist_net::{MOST_CARDS, Settings};

/// Of each card, by its number, as far as something is said.
/// # Errors
/// In words: what can't be read.
pub fn settings(line: &CommandLine) -> Result<Vec<Settings>, String> {
    let mut cards = Vec::new();
    for (key, value) in &line.options {
        let Some((number, key)) = card(key) else { continue };
        if !matches!(key, b"ip" | b"gw" | b"dns") {
            continue;
        }
        if number >= MOST_CARDS {
            return Err(format!("eth{number}: there are no more than {MOST_CARDS} network cards"));
        }
        cards.resize_with(cards.len().max(number + 1), Settings::default);
        let Some(settings) = cards.get_mut(number) else { continue };
        let values = value.as_deref().unwrap_or_default().split(|&b| b == b',');
        for value in values {
            let text = String::from_utf8_lossy(value);
            match key {
                b"ip" if value == b"dhcp" => {}
                b"ip" => settings.addresses.push(network(&text)?),
                b"gw" => settings.gateways.push(address("gw", &text)?),
                b"dns" => settings.nameservers.push(address("dns", &text)?),
                _ => {}
            }
        }
    }
    Ok(cards)
}

/// The card that an option is of, and the option.
fn card(key: &[u8]) -> Option<(usize, &[u8])> {
    let Some(rest) = key.strip_prefix(b"eth") else { return Some((0, key)) };
    let dot = rest.iter().position(|byte| *byte == b'.')?;
    let number = str::from_utf8(rest.get(..dot)?).ok()?.parse().ok()?;
    Some((number, rest.get(dot + 1..)?))
}

fn address(option: &str, text: &str) -> Result<IpAddr, String> {
    IpAddr::from_str(text).map_err(|_| format!("{option}={text}: not an address like 10.0.0.1"))
}

/// `10.0.0.2/24`
fn network(text: &str) -> Result<(IpAddr, u8), String> {
    let wrong = || format!("ip={text}: neither an address with its prefix like 10.0.0.2/24 nor \"dhcp\"");
    let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
    let address = IpAddr::from_str(address).map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.parse().ok().filter(|p| *p <= most).ok_or_else(wrong)?;
    let broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    if address.is_multicast() || address.is_unspecified() || broadcast {
        return Err(wrong());
    }
    Ok((address, prefix))
}
