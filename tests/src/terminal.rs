//! A program at a terminal of its own: keys go in, what it draws comes out, and its mode can be looked at.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The program and the controlling side of its terminal.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    drawn: Vec<u8>,
    /// Up to here it has been waited for.
    seen: usize,
    /// Nobody reads what is drawn.
    held: Arc<AtomicBool>,
}

impl Terminal {
    /// Starts the program with this terminal as its controlling one, an environment that names an ANSI terminal and
    /// UTF-8, and `home` as home and working directory.
    pub fn start(program: &[&OsStr], home: &Path) -> Terminal {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a terminal");
        grantpt(&controller).expect("granted");
        unlockpt(&controller).expect("unlocked");
        let name = ptsname(&controller, Vec::new()).expect("its name");
        let tty = OpenOptions::new().read(true).write(true).open(OsStr::from_bytes(name.as_bytes())).expect("its end");
        set_size(&controller, 80, 24);
        let end = || tty.try_clone().expect("duplicated");
        // setsid makes it the controlling terminal: a child of this process can't without unsafe code.
        let child = Command::new("setsid")
            .args(["--ctty", "--wait"])
            .args(program)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").expect("a path"))
            .envs([("TERM", "xterm"), ("LANG", "C.UTF-8")])
            .env("HOME", home)
            .current_dir(home)
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("it starts");
        let keyboard = File::from(controller);
        let mut output = keyboard.try_clone().expect("duplicated");
        let (send, screen) = mpsc::channel();
        let held = Arc::new(AtomicBool::new(false));
        let holds = held.clone();
        thread::spawn(move || {
            let mut buf = [0; 4096];
            // A terminal without a program at its other end can't be read.
            while let Ok(n @ 1..) = output.read(&mut buf) {
                while holds.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(5));
                }
                if send.send(buf[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        drop(tty);
        Terminal { child, keyboard, screen, drawn: Vec::new(), seen: 0, held }
    }

    /// Stops to read what is drawn, or reads it again.
    pub fn hold(&self, hold: bool) {
        self.held.store(hold, Ordering::SeqCst);
    }

    /// Types, in one go.
    pub fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("typed");
    }

    /// Waits until this has been drawn, behind what was waited for before.
    pub fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + LIMIT;
        loop {
            let rest = &self.drawn[self.seen..];
            if let Some(at) = (0..=rest.len()).find(|i| rest[*i..].starts_with(text.as_bytes())) {
                self.seen += at + text.len();
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(more) => self.drawn.extend(more),
                Err(e) => {
                    let _ = self.child.kill();
                    panic!("no {text:?}: {e}\n{}", String::from_utf8_lossy(&self.drawn));
                }
            }
        }
    }

    /// Gives the window another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        set_size(&self.keyboard, columns, rows);
    }

    /// Has the terminal its usual mode, with lines and echo?
    pub fn is_cooked(&self) -> bool {
        let modes = tcgetattr(&self.keyboard).expect("a terminal").local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Waits until the program reads keys again, not lines.
    pub fn wait_until_raw(&self) {
        let end = Instant::now() + LIMIT;
        while self.is_cooked() {
            assert!(Instant::now() < end, "the terminal stays as it is");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The program's number, for signals: `setsid` waits for it only if it had to start it anew.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the program's end; its exit status, whether it left the terminal as it was, and all it has drawn.
    pub fn end(mut self) -> (Option<i32>, bool, String) {
        let end = Instant::now() + LIMIT;
        let status = loop {
            match self.child.try_wait().expect("a child") {
                Some(status) => break status.code(),
                None if Instant::now() > end => {
                    let _ = self.child.kill();
                    break None;
                }
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        let cooked = self.is_cooked();
        while let Ok(more) = self.screen.recv_timeout(Duration::from_millis(200)) {
            self.drawn.extend(more);
        }
        (status, cooked, String::from_utf8_lossy(&self.drawn).into_owned())
    }
}

fn set_size(terminal: &impl AsFd, columns: u16, rows: u16) {
    let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).expect("a terminal");
}
