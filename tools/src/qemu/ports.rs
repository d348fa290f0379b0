//! Says when a forwarded port is open: the guest's kernel writes to an isa-debugcon what the node listens on, so that
//! nothing has to knock at the node's door.

use super::Forward;
use std::fmt::Write;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

/// How often the file is looked at.
const PACE: Duration = Duration::from_millis(50);

/// Watches what the guest writes to `file`, as long as this program runs; lines end with `end`.
pub fn watch(file: PathBuf, forwards: &[Forward], end: &'static str) {
    let mut closed = forwards.to_vec();
    thread::spawn(move || {
        while !closed.is_empty() {
            thread::sleep(PACE);
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            eprint!("{}", opened(&text, &mut closed, end));
        }
    });
}

/// What there is to say of a guest that has said all that; the ports are taken out of those that are closed.
fn opened(text: &str, closed: &mut Vec<Forward>, end: &str) -> String {
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let mut said = String::new();
    closed.retain(|forward| {
        let protocol = if forward.udp { "udp" } else { "tcp" };
        let open = whole.lines().any(|line| line.split_once(' ') == Some((protocol, &*forward.guest.to_string())));
        if open {
            let address = forward.address.map_or_else(|| "*".to_owned(), |a| a.to_string());
            let kind = if forward.udp { "/udp" } else { "" };
            let (host, guest) = (forward.host, forward.guest);
            let _ = write!(said, "joist: {address}:{host}{kind} -> guest port {guest} is open{end}");
        }
        !open
    });
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_and_only_when_the_line_is_whole() {
        let parse = |text: &str| text.parse::<Forward>().expect(text);
        let mut closed = vec![parse("127.0.0.1:8080:80"), parse("5353:53/udp"), parse("8081:8")];
        assert_eq!(opened("", &mut closed, "\n"), "");
        assert_eq!(opened("udp 80\ntcp 53\ntcp 8", &mut closed, "\n"), "");
        let said = opened("udp 80\ntcp 53\ntcp 80\nudp 53\n", &mut closed, "\n");
        assert_eq!(
            said,
            "joist: 127.0.0.1:8080 -> guest port 80 is open\njoist: *:5353/udp -> guest port 53 is open\n"
        );
        assert_eq!(closed, [parse("8081:8")]);
    }
}
