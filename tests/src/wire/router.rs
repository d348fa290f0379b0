//! A machine behind a router: the namespace at the cable's end forwards to another one, by a link that carries less.

use super::{HOST, HOST6, Wire, inside, ip, namespace};
use std::fs::File;
use std::os::fd::AsRawFd;

/// The far machine's addresses; the router's on that link end in 1.
const NETWORK: &str = "10.78.0";
const NETWORK6: &str = "fd78:";

pub struct Far {
    namespace: File,
}

impl Far {
    pub const ADDRESS: &str = "10.78.0.2";
    pub const ADDRESS6: &str = "fd78::2";

    /// Behind a link that carries packets of so many bytes.
    /// # Panics
    /// When the network can't be set up.
    pub fn behind(wire: &Wire, carries: usize) -> Far {
        let namespace = namespace();
        let mtu = carries.to_string();
        wire.inside(|| {
            let far = format!("/proc/{}/fd/{}", std::process::id(), namespace.as_raw_fd());
            ip(&[
                "link", "add", "near", "mtu", &mtu, "type", "veth", "peer", "name", "far", "mtu", &mtu, "netns", &far,
            ]);
            ip(&["address", "add", &format!("{NETWORK}.1/24"), "dev", "near"]);
            ip(&["address", "add", &format!("{NETWORK6}:1/64"), "dev", "near", "nodad"]);
            ip(&["link", "set", "near", "up"]);
            for (version, setting) in [("ipv4", "ip_forward"), ("ipv6", "conf/all/forwarding")] {
                std::fs::write(format!("/proc/sys/net/{version}/{setting}"), "1").expect("it forwards");
            }
        });
        inside(&namespace, || {
            ip(&["address", "add", &format!("{}/24", Far::ADDRESS), "dev", "far"]);
            ip(&["address", "add", &format!("{}/64", Far::ADDRESS6), "dev", "far", "nodad"]);
            ip(&["link", "set", "far", "up"]);
            // It asks for longer segments than its link carries, as if that were another one in between.
            ip(&["route", "add", "default", "via", &format!("{NETWORK}.1"), "advmss", "1460"]);
            ip(&["-6", "route", "add", "default", "via", &format!("{NETWORK6}:1"), "advmss", "1440"]);
        });
        Far { namespace }
    }

    /// Does something on the far machine.
    pub fn inside<T: Send>(&self, f: impl FnOnce() -> T + Send) -> T {
        inside(&self.namespace, f)
    }

    /// What a guest's options are that has the router for its gateway.
    pub fn options() -> [(&'static str, &'static str); 4] {
        [("ip", "10.77.0.2/24"), ("gw", HOST), ("ip", "fd77::2/64"), ("gw", HOST6)]
    }
}
