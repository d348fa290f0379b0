//! Images in QEMU. A case is a release, what `joist run` is told, what the console must say and the exit status.

use joist_tests::{Example, boot, made_by, other_otps};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// The kernel starts, finds the archive, and ends the machine with a status of its own.
#[test]
fn the_kernel_starts() {
    for machine in ["microvm", "q35"] {
        let out = boot(&Example::Hello.dir(), &["--machine", machine], LIMIT);
        assert!(out.status.is_some(), "{}", out.console);
        assert!(out.console.contains("joist"), "{}", out.console);
    }
}

/// What `joist run` is told for a node that is to end otherwise than by the release's own stop: the release gets more to
/// count, so that it isn't done first.
fn counting<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&["--", "-hello", "limit", "300000"][..], flags].concat()
}

/// `case!(name, Example, [arguments], status, [lines])`.
macro_rules! case {
    ($(#[$attribute:meta])* $name:ident, $example:ident, $args:expr, $status:expr, $lines:expr) => {
        #[test]
        $(#[$attribute])*
        fn $name() {
            boot(&Example::$example.dir(), &$args, LIMIT).says($status, &$lines);
        }
    };
}

case!(
    rebar3,
    Hello,
    [],
    0,
    ["Hello from OTP 25", "counting primes below 20000", "there are 2262 primes", "stopped in order"]
);
case!(rebar3_on_two_cpus, Hello, ["--smp", "2"], 0, ["Hello from OTP 25", "there are 2262 primes"]);
case!(rebar3_on_q35, Hello, ["--machine", "q35"], 0, ["Hello from OTP 25", "there are 2262 primes"]);
case!(rebar3_with_a_variable, Hello, ["-e", "GREETING=Servus"], 0, ["Servus from OTP 25"]);
case!(rebar3_in_little_memory, Hello, ["-m", "64M"], 0, ["there are 2262 primes"]);
case!(
    no_programs,
    Hello,
    counting(&[
        "-eval",
        "[io:format(\"~w~n\", [try F() catch error:E -> E end]) || F <- [fun() -> open_port({spawn, ls}, []) end, \
         fun() -> open_port({spawn_executable, no}, []) end, fun() -> os:cmd(ls) end]], halt(5)."
    ]),
    5,
    ["enotsup", "enoent", "badarg"]
);
case!(status_of_the_node, Hello, counting(&["-eval", "halt(7)."]), 7, []);
case!(high_status_of_the_node, Hello, counting(&["-eval", "halt(200)."]), 200, []);
case!(
    crash_at_boot,
    Hello,
    counting(&["-s", "nosuchmodule"]),
    1,
    [
        "{\"init terminating in do_boot\",{undef,[{nosuchmodule,start",
        "=erl_crash_dump:0.5",
        "Slogan: init terminating in do_boot",
        "=proc:<0.0.0>",
        "=proc_stack:<0.0.0>",
        "=end"
    ]
);
case!(
    a_panic_names_the_process,
    Hello,
    counting(&[
        "-eval",
        "D = erts_debug, D:set_internal_state(available_internal_state, true), D:set_internal_state(abort, on_purpose)."
    ]),
    134,
    ["on_purpose", "backtrace of CPU", "internal_state::set", "running: process <0.", "spawned as ", ", in erl_eval:"]
);
case!(
    elixir,
    ElixirHello,
    [],
    0,
    ["Hello from Elixir", "counting the letters of 9 words", "most frequent: o, 4 times of 35"]
);
case!(elixir_with_a_variable, ElixirHello, ["-e", "WORDS=aa bb b"], 0, ["most frequent: b, 3 times of 5"]);
case!(elixir_on_two_cpus, ElixirHello, ["--smp", "2"], 0, ["most frequent: o, 4 times of 35"]);
case!(systools, SystoolsHello, [], 0, ["hello from systools_hello-1.0.0", "read from priv/motd.txt"]);
case!(systools_on_two_cpus, SystoolsHello, ["--smp", "2"], 0, ["read from priv/motd.txt"]);

/// Releases made by the further OTPs of `$JOIST_TEST_OTPS`: 27 and 29 where they are there.
#[test]
fn releases_of_other_otps() {
    for otp in other_otps() {
        let temp = tempfile::tempdir().expect("a directory");
        let release = made_by(&otp, temp.path());
        for cpus in ["1", "2"] {
            let out = boot(&release, &["--smp", cpus], LIMIT);
            out.says(0, &["hello from systools_hello-1.0.0", "read from priv/motd.txt"]);
        }
    }
}
