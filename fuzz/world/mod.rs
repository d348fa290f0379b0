//! A platform whose sockets answer what the input says: anything, at any time. When the input is used up, everything fails.

use joist_vm::platform::{
    Address, Channels, ConsoleRead, Control, Errno, Event, Family, FileInfo, FileKind, Files, Halt, Handle, Interface,
    OpenFlags, Platform, Received, SeekFrom, Shutdown, Socket, Sockets, Style,
};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Mutex, Once};

pub struct World(Mutex<State>);

struct State {
    script: Vec<u8>,
    at: usize,
    next_socket: u64,
    open: BTreeSet<Socket>,
    /// What was sent last, which answers begin with.
    sent: Vec<u8>,
}

static WORLD: World =
    World(Mutex::new(State { script: Vec::new(), at: 0, next_socket: 0, open: BTreeSet::new(), sent: Vec::new() }));

/// The world, with this for its answers.
pub fn enter(script: &[u8]) -> &'static World {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        joist_vm::platform::install(&WORLD);
        joist_vm::atom::init();
        // Timers need a scheduler. It never comes to run anything.
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            joist_vm::sched::start(1, || {
                ready.send(()).expect("somebody waits");
                loop {
                    std::thread::park();
                }
            })
        });
        is_ready.recv().expect("there is a scheduler");
    });
    let mut state = WORLD.0.lock().unwrap();
    state.script = script.to_vec();
    state.at = 0;
    state.sent.clear();
    &WORLD
}

impl State {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.script.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        let rest = self.script.get(self.at..).unwrap_or_default();
        let bytes = rest[..n.min(rest.len())].to_vec();
        self.at += bytes.len();
        bytes
    }

    /// Does the next call of this kind succeed?
    fn fails(&mut self, socket: Socket) -> Result<u8, Errno> {
        if !self.open.contains(&socket) {
            return Err(Errno::Ebadf);
        }
        match self.byte() {
            None => Err(Errno::Econnrefused),
            Some(0xf0) => Err(Errno::Eintr),
            Some(0xf1) => Err(Errno::Econnreset),
            Some(0xf2) => Err(Errno::Enobufs),
            Some(0xf3..=0xf7) => Err(Errno::Eagain),
            Some(0xf8) => Err(Errno::Einprogress),
            Some(byte) => Ok(byte),
        }
    }

    fn open(&mut self) -> Socket {
        self.next_socket += 1;
        let socket = Socket(self.next_socket);
        self.open.insert(socket);
        socket
    }

    fn address(&mut self) -> Address {
        match self.byte() {
            Some(n) if n & 1 == 0 => Address::Ip(SocketAddr::new([127, 0, 0, n].into(), 4)),
            Some(n) if n & 2 == 0 => {
                let ip: [u8; 16] = std::array::from_fn(|_| self.byte().unwrap_or(0));
                Address::Ip(SocketAddr::new(ip.into(), n.into()))
            }
            n => Address::Local(self.bytes(n.unwrap_or(0).into())),
        }
    }
}

impl World {
    fn call<T>(&self, socket: Socket, f: impl FnOnce(&mut State, u8) -> T) -> Result<T, Errno> {
        let mut state = self.0.lock().unwrap();
        let byte = state.fails(socket)?;
        Ok(f(&mut state, byte))
    }

    /// The sockets that are open.
    pub fn open(&self) -> Vec<Socket> {
        self.0.lock().unwrap().open.iter().copied().collect()
    }
}

impl Sockets for World {
    fn socket_open(&self, _: Family, _: Style, _: i32) -> Result<Socket, Errno> {
        Ok(self.0.lock().unwrap().open())
    }
    fn socket_open_in(&self, _: &[u8], _: Family, _: Style, _: i32) -> Result<Socket, Errno> {
        Ok(self.0.lock().unwrap().open())
    }
    fn socket_adopt(&self, descriptor: u32) -> Result<Socket, Errno> {
        if descriptor.is_multiple_of(2) { Err(Errno::Ebadf) } else { Ok(self.0.lock().unwrap().open()) }
    }
    fn socket_bind(&self, socket: Socket, _: &Address) -> Result<(), Errno> {
        self.call(socket, |_, _| ())
    }
    fn socket_listen(&self, socket: Socket, _: u32) -> Result<(), Errno> {
        self.call(socket, |_, _| ())
    }
    fn socket_accept(&self, socket: Socket) -> Result<(Socket, Address), Errno> {
        self.call(socket, |state, _| (state.open(), state.address()))
    }
    fn socket_connect(&self, socket: Socket, _: Option<&Address>) -> Result<(), Errno> {
        self.call(socket, |_, _| ())
    }
    fn socket_error(&self, socket: Socket) -> Option<Errno> {
        self.call(socket, |_, _| ()).err()
    }
    fn socket_send(
        &self,
        socket: Socket,
        data: &[&[u8]],
        _: Option<&Address>,
        _: &[Control],
        _: i32,
    ) -> Result<usize, Errno> {
        self.call(socket, |state, byte| {
            state.sent = data.concat();
            // Most take all of it.
            if byte < 0x80 { state.sent.len() } else { state.sent.len().min(usize::from(byte & 0x1f)) }
        })
    }
    fn socket_receive(&self, socket: Socket, buf: &mut [u8], _: i32) -> Result<Received, Errno> {
        self.call(socket, |state, byte| {
            let mut bytes = Vec::new();
            if byte & 0x40 != 0 {
                // It answers what was sent; with other flags and numbers of records, as in a message of DNS.
                bytes.clone_from(&state.sent);
                let start = if byte & 0x20 != 0 { 4 } else { 2 };
                let changed = state.bytes(if byte & 0x10 != 0 { 10 } else { 6 });
                if let Some(place) = bytes.get_mut(start..start + changed.len()) {
                    place.copy_from_slice(&changed);
                }
            }
            let more = state.byte().unwrap_or(0);
            bytes.extend(state.bytes(more.into()));
            if byte & 0x60 == 0x60 && bytes.len() >= 2 {
                // By TCP a length stands in front.
                let len = (bytes.len() - 2) as u16;
                bytes[..2].copy_from_slice(&len.to_be_bytes());
            }
            let from = (byte & 1 != 0).then(|| state.address());
            let control = if byte & 2 != 0 {
                let (level, kind) = (state.byte().unwrap_or(0).into(), state.byte().unwrap_or(0).into());
                vec![Control { level, kind, data: state.bytes(4) }]
            } else {
                Vec::new()
            };
            let n = bytes.len().min(buf.len());
            buf[..n].copy_from_slice(&bytes[..n]);
            // What does not fit is cut off.
            Received { len: n, from, control, flags: 0 }
        })
    }
    fn socket_shutdown(&self, socket: Socket, _: Shutdown) -> Result<(), Errno> {
        self.call(socket, |_, _| ())
    }
    fn socket_name(&self, socket: Socket) -> Result<Address, Errno> {
        self.call(socket, |state, _| state.address())
    }
    fn socket_peer(&self, socket: Socket) -> Result<Address, Errno> {
        self.call(socket, |state, _| state.address())
    }
    fn socket_set_option(&self, socket: Socket, _: i32, _: i32, _: &[u8]) -> Result<(), Errno> {
        self.call(socket, |_, _| ())
    }
    fn socket_option(&self, socket: Socket, _: i32, _: i32, size: usize) -> Result<Vec<u8>, Errno> {
        self.call(socket, |state, byte| state.bytes(usize::from(byte).min(size)))
    }
    fn socket_available(&self, socket: Socket) -> Result<usize, Errno> {
        self.call(socket, |_, byte| byte.into())
    }
    fn socket_close(&self, socket: Socket) {
        assert!(self.0.lock().unwrap().open.remove(&socket), "closed twice");
    }
    fn interfaces(&self) -> Result<Vec<Interface>, Errno> {
        let (ip, hardware) = ("192.0.2.1".parse().ok(), Some([2, 0, 0, 0, 0, 1]));
        let name = "eth0".to_string();
        let (address, netmask, other) = (ip, "255.255.255.0".parse().ok(), ip);
        Ok(vec![Interface {
            name,
            flags: 0x1043,
            index: 1,
            mtu: 1500,
            address,
            netmask,
            other,
            destination: None,
            hardware,
        }])
    }
}

/// The file 1 can be read; `/etc/resolv.conf` and `/etc/services` are there.
impl Files for World {
    fn handle_info(&self, file: Handle) -> Result<FileInfo, Errno> {
        let none = Err(Errno::Ebadf);
        if file.0 == 1 { self.info(b"/etc/services", true) } else { none }
    }
    fn pread(&self, _: Handle, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        let left = usize::try_from(100_000_u64.saturating_sub(offset)).unwrap_or(0);
        Ok(left.min(buf.len()))
    }
    fn read_file(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        match path {
            b"/etc/resolv.conf" => Ok(b"nameserver 192.0.2.2\nnameserver fe80::1\nsearch a.test b.test\n".to_vec()),
            b"/etc/services" => Ok(b"http 80/tcp www\ndomain 53/udp\n".to_vec()),
            _ => Err(Errno::Enoent),
        }
    }
    fn info(&self, _: &[u8], _: bool) -> Result<FileInfo, Errno> {
        let (kind, access) = (FileKind::Regular, joist_vm::platform::Access::Read);
        let (size, mode, links, inode) = (100_000, 0o644, 1, 1);
        let (atime, mtime, ctime, major_device, minor_device, uid, gid) = (0, 0, 0, 0, 0, 0, 0);
        #[rustfmt::skip]
        let info = FileInfo { size, kind, access, atime, mtime, ctime, mode, links, major_device, minor_device, inode, uid, gid };
        Ok(info)
    }
    fn read_static(&self, _: &[u8]) -> Option<&'static [u8]> {
        None
    }
    fn open(&self, _: &[u8], _: OpenFlags, _: u32) -> Result<Handle, Errno> {
        Err(Errno::Enotsup)
    }
    fn close(&self, _: Handle) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn read(&self, _: Handle, _: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::Enotsup)
    }
    fn write(&self, _: Handle, _: &[u8]) -> Result<usize, Errno> {
        Err(Errno::Enotsup)
    }
    fn pwrite(&self, _: Handle, _: u64, _: &[u8]) -> Result<usize, Errno> {
        Err(Errno::Enotsup)
    }
    fn seek(&self, _: Handle, _: SeekFrom) -> Result<u64, Errno> {
        Err(Errno::Enotsup)
    }
    fn sync(&self, _: Handle, _: bool) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn truncate(&self, _: Handle) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn allocate(&self, _: Handle, _: u64, _: u64) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn list_dir(&self, _: &[u8]) -> Result<Vec<Vec<u8>>, Errno> {
        Err(Errno::Enotsup)
    }
    fn make_dir(&self, _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn del_file(&self, _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn del_dir(&self, _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn rename(&self, _: &[u8], _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn read_link(&self, _: &[u8]) -> Result<Vec<u8>, Errno> {
        Err(Errno::Enotsup)
    }
    fn make_hard_link(&self, _: &[u8], _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn make_soft_link(&self, _: &[u8], _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn set_permissions(&self, _: &[u8], _: u32) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn set_owner(&self, _: &[u8], _: i32, _: i32) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn set_times(&self, _: &[u8], _: i64, _: i64) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn get_cwd(&self) -> Result<Vec<u8>, Errno> {
        Ok(b"/".to_vec())
    }
    fn set_cwd(&self, _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
}

impl Channels for World {}

/// Time stands still.
impl Platform for World {
    fn monotonic_ns(&self) -> u64 {
        1
    }
    fn system_time_ns(&self) -> i64 {
        1
    }
    fn local_offset(&self, _: i64) -> (i32, bool) {
        (0, false)
    }
    fn cpu_time_ns(&self) -> u64 {
        1
    }
    fn entropy(&self, buf: &mut [u8]) {
        buf.fill(7);
    }
    fn console_write(&self, _: u32, _: &[u8]) -> Result<(), Errno> {
        Ok(())
    }
    fn console_read(&self, _: &mut [u8]) -> ConsoleRead {
        ConsoleRead::Eof
    }
    fn console_size(&self) -> Option<(u16, u16)> {
        None
    }
    fn is_terminal(&self, _: u32) -> bool {
        false
    }
    fn console_raw(&self, _: bool) -> Result<(), Errno> {
        Err(Errno::Enotsup)
    }
    fn processors(&self) -> usize {
        1
    }
    fn start_scheduler(&self, _: usize, _: fn(usize) -> !) {}
    fn current_scheduler(&self) -> Option<usize> {
        Some(0)
    }
    fn park(&self, _: usize, _: Option<u64>) {}
    fn wake(&self, _: usize) {}
    fn has_events(&self) -> bool {
        false
    }
    fn poll(&self) -> Option<Event> {
        None
    }
    fn relax(&self, _: u32) {
        std::thread::yield_now();
    }
    fn getenv(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn setenv(&self, _: &[u8], _: Option<&[u8]>) -> Result<(), Errno> {
        Ok(())
    }
    fn env(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }
    fn hostname(&self) -> String {
        "joist".into()
    }
    fn pid(&self) -> u32 {
        1
    }
    fn os_version(&self) -> (u32, u32, u32) {
        (6, 1, 0)
    }
    fn memory(&self) -> (usize, usize) {
        (1 << 20, 1 << 30)
    }
    fn halt(&self, _: Halt) -> ! {
        panic!("the node is not to end")
    }
}
