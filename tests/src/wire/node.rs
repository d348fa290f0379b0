//! An Erlang node that is asked over its console: an expression goes in, what it gave comes out
//! (`tests/erlang/wire/wire.erl`). That works whatever the network does.

use super::guest::ebin;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that a test has no other limit for.
const LIMIT: Duration = Duration::from_secs(60);

pub struct Node {
    child: Child,
    keyboard: Mutex<ChildStdin>,
    console: Arc<Console>,
    asked: AtomicU64,
}

#[derive(Default)]
struct Console {
    lines: Mutex<Lines>,
    more: Condvar,
}

#[derive(Default)]
struct Lines {
    all: Vec<String>,
    over: bool,
}

/// An answer that is yet to come.
pub struct Pending(u64);

impl Node {
    /// Starts what runs `wire` on its standard input and output, and waits until it does.
    pub(super) fn start(command: &mut Command) -> Node {
        let node = Node::spawn(command);
        node.is_ready();
        node
    }

    /// Waits until it runs `wire`.
    pub(super) fn is_ready(&self) {
        self.says("@@ ready", LIMIT);
    }

    /// The same, without waiting.
    pub(super) fn spawn(command: &mut Command) -> Node {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let console = Arc::new(Console::default());
        let (output, heard) = (child.stdout.take().expect("piped"), console.clone());
        thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n') {
                let Ok(line) = line else { break };
                heard.lines.lock().expect("no panic").all.push(String::from_utf8_lossy(&line).trim_end().to_owned());
                heard.more.notify_all();
            }
            heard.lines.lock().expect("no panic").over = true;
            heard.more.notify_all();
        });
        let keyboard = Mutex::new(child.stdin.take().expect("piped"));
        Node { child, keyboard, console, asked: AtomicU64::new(0) }
    }

    /// Stock Erlang of this machine, where the caller is: in a [`Wire`](super::Wire)'s namespace or not.
    pub fn stock() -> Node {
        Node::start(Command::new("erl").args(["-noshell", "-pa"]).arg(ebin()).args(["-run", "wire"]))
    }

    /// Waits for a line that has this in it.
    pub fn says(&self, text: &str, limit: Duration) -> String {
        let end = Instant::now() + limit;
        let mut lines = self.console.lines.lock().expect("no panic");
        loop {
            if let Some(line) = lines.all.iter().find(|l| l.contains(text)) {
                return line.clone();
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || lines.over {
                let all = lines.all.join("\n");
                drop(lines);
                panic!("no {text:?} in:\n{all}");
            }
            lines = self.console.more.wait_timeout(lines, left).expect("no panic").0;
        }
    }

    /// Processor time that it has used.
    pub fn processor_time(&self) -> Duration {
        crate::processor::time_of(self.child.id())
    }

    /// Has it said this?
    pub fn said(&self, text: &str) -> bool {
        self.console.lines.lock().expect("no panic").all.iter().any(|l| l.contains(text))
    }

    /// Has an expression evaluated, in a process of its own.
    pub fn begin(&self, expression: &str) -> Pending {
        let number = self.asked.fetch_add(1, Relaxed);
        let words: Vec<&str> = expression.split_whitespace().collect();
        let line = format!("{number} {}.\n", words.join(" "));
        self.keyboard.lock().expect("no panic").write_all(line.as_bytes()).expect("it listens");
        Pending(number)
    }

    /// What an expression gave, as `~0p` prints it.
    pub fn end_within(&self, pending: Pending, limit: Duration) -> String {
        let mark = format!("@@{} ", pending.0);
        let line = self.says(&mark, limit);
        line.split_once(&mark).map(|(_, answer)| answer.to_owned()).expect("it is in there")
    }

    pub fn end(&self, pending: Pending) -> String {
        self.end_within(pending, LIMIT)
    }

    pub fn ask(&self, expression: &str) -> String {
        self.end(self.begin(expression))
    }

    /// Asks until that is the answer.
    pub fn comes_to(&self, expression: &str, wanted: &str, limit: Duration) {
        let end = Instant::now() + limit;
        loop {
            let answer = self.ask(expression);
            if answer == wanted {
                return;
            }
            assert!(Instant::now() < end, "{expression} is {answer}, not {wanted}");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if thread::panicking() {
            let lines = self.console.lines.lock().map(|l| l.all.join("\n")).unwrap_or_default();
            eprintln!("its console:\n{lines}");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
