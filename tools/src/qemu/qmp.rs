//! QEMU's monitor protocol: how the guest is asked to stop, and how one learns why it did.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A connection to a running QEMU; a thread of its own reads what comes.
pub struct Qmp {
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    stream: Mutex<Option<UnixStream>>,
    /// The reason in the SHUTDOWN event, as `guest-shutdown` or `guest-reset`.
    reason: Mutex<Option<String>>,
}

/// Asks the guest to stop, as its power button would.
#[derive(Clone)]
pub struct PowerButton(Arc<Shared>);

impl Qmp {
    /// Connects as soon as QEMU listens.
    pub fn connect(socket: PathBuf) -> Qmp {
        let shared = Arc::new(Shared::default());
        let for_reader = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            // QEMU listens before the guest starts; a guest that is over by then needs no monitor.
            for _ in 0..200 {
                if let Ok(stream) = UnixStream::connect(&socket) {
                    read(&for_reader, stream);
                    return;
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        Qmp { shared, reader }
    }

    pub fn button(&self) -> PowerButton {
        PowerButton(Arc::clone(&self.shared))
    }

    /// Once QEMU has ended: why, if it said so.
    pub fn reason(self) -> Option<String> {
        let connected = self.shared.stream.lock().is_ok_and(|s| s.is_some());
        if connected {
            let _ = self.reader.join();
        }
        self.shared.reason.lock().ok()?.clone()
    }
}

impl PowerButton {
    /// False if QEMU can't be reached.
    pub fn press(&self) -> bool {
        let Ok(stream) = self.0.stream.lock() else { return false };
        stream.as_ref().is_some_and(|stream| send(stream, "system_powerdown"))
    }
}

fn send(mut stream: &UnixStream, command: &str) -> bool {
    stream.write_all(format!("{}\n", json!({"execute": command})).as_bytes()).is_ok()
}

fn read(shared: &Shared, stream: UnixStream) {
    let Ok(input) = stream.try_clone() else { return };
    if !send(&stream, "qmp_capabilities") {
        return;
    }
    if let Ok(mut place) = shared.stream.lock() {
        *place = Some(stream);
    }
    for line in BufReader::new(input).lines() {
        let Ok(line) = line else { return };
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if message["event"] == "SHUTDOWN"
            && let Ok(mut reason) = shared.reason.lock()
        {
            *reason = message["data"]["reason"].as_str().map(str::to_owned);
        }
    }
}
