//! Command lines and arguments files of any bytes.
#![no_main]

use joist_image::cmdline::CommandLine;
use joist_image::erlexec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let line = CommandLine::decode(bytes);
    assert_eq!(CommandLine::decode(line.encode().as_bytes()), line);
    for otp in [25, 27, 29] {
        let args = erlexec::split_line(bytes, true, otp);
        let sources = erlexec::Sources { command: args, ..erlexec::Sources::default() };
        let read = |_: &[u8]| Ok::<_, erlexec::Error>(bytes.to_vec());
        if let Ok(args) = erlexec::expand(otp, &sources, read)
            && let Ok(sorted) = erlexec::sort(otp, &args)
        {
            let whole = erlexec::assemble(&erlexec::Place::default(), &sorted);
            let _ = erlexec::extend(otp, whole, &line.args);
        }
    }
});
