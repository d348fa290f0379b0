//! `/etc/resolv.conf` (resolv.conf(5)): who is asked, for which names, and how patiently.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use joist_vm::platform::platform;

#[derive(Debug)]
pub(super) struct Config {
    pub servers: Vec<IpAddr>,
    search: Vec<String>,
    ndots: usize,
    pub timeout_s: u64,
    pub attempts: usize,
}

/// No more servers than these are asked.
const SERVERS: usize = 3;

impl Config {
    pub fn read() -> Config {
        let text = platform().read_file(b"/etc/resolv.conf").unwrap_or_default();
        Config::parse(&String::from_utf8_lossy(&text))
    }

    fn parse(text: &str) -> Config {
        let mut config = Config { servers: Vec::new(), search: Vec::new(), ndots: 1, timeout_s: 5, attempts: 2 };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") if config.servers.len() < SERVERS => {
                    config.servers.extend(words.next().and_then(|word| word.parse::<IpAddr>().ok()));
                }
                Some("domain") => config.search = words.take(1).map(ToString::to_string).collect(),
                Some("search") => config.search = words.map(ToString::to_string).collect(),
                Some("options") => words.for_each(|option| config.option(option)),
                _ => {}
            }
        }
        if config.servers.is_empty() {
            config.servers.push(Ipv4Addr::LOCALHOST.into());
        }
        config
    }

    fn option(&mut self, option: &str) {
        let Some((key, Ok(value))) = option.split_once(':').map(|(k, v)| (k, v.parse::<usize>())) else { return };
        match key {
            "ndots" => self.ndots = value.min(15),
            "timeout" => self.timeout_s = value.clamp(1, 30) as u64,
            "attempts" => self.attempts = value.clamp(1, 5),
            _ => {}
        }
    }

    /// The names that a name may stand for, in the order in which they are asked for.
    pub fn candidates(&self, name: &str) -> Vec<String> {
        if name.ends_with('.') {
            return alloc::vec![name.to_string()];
        }
        let mut all: Vec<String> = self.search.iter().map(|domain| alloc::format!("{name}.{domain}")).collect();
        let dots = name.bytes().filter(|b| *b == b'.').count();
        let place = if dots >= self.ndots { 0 } else { all.len() };
        all.insert(place, name.to_string());
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files() {
        let none = Config::parse("# nothing\n");
        assert_eq!((none.servers[0].to_string(), none.candidates("a")), ("127.0.0.1".into(), alloc::vec!["a".into()]));
        let config = Config::parse(
            "nameserver 10.0.0.1\nnameserver fe80::1\nnameserver x\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n\
             domain d.test\nsearch a.test b.test\noptions ndots:2 timeout:9 rotate attempts:99\n",
        );
        assert_eq!(config.servers.len(), 3);
        assert_eq!((config.timeout_s, config.attempts), (9, 5));
        assert_eq!(config.candidates("x.y"), ["x.y.a.test", "x.y.b.test", "x.y"]);
        assert_eq!(config.candidates("x.y.z"), ["x.y.z", "x.y.z.a.test", "x.y.z.b.test"]);
        assert_eq!(config.candidates("x."), ["x."]);
    }
}
