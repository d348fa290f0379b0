//! What `erlexec` of OTP 25 made of the same arguments (`erl … -emu_args_exit`).

use super::*;

fn words(line: &str) -> Vec<Vec<u8>> {
    line.split(' ').filter(|w| !w.is_empty()).map(|w| w.as_bytes().to_vec()).collect()
}

fn sorted(line: &str) -> (String, String) {
    let out = sort(25, &words(line)).expect("erlexec takes it");
    (join(&out.emulator), join(&out.init))
}

fn join(args: &[Vec<u8>]) -> String {
    args.iter().map(|a| String::from_utf8_lossy(a).into_owned()).collect::<Vec<_>>().join(" ")
}

use alloc::string::String;
use alloc::vec;

#[test]
fn flags_and_arguments() {
    for (line, emulator, init) in [
        ("+S 2 -noshell -s a b +P 5000", "-S 2 -P 5000", "-noshell -s a b"),
        ("-noinput -eval halt(). -- x +A 4 y", "-A 4", "-noshell -noinput -eval halt(). -- x y"),
        ("+B -boot x +Bi +B i +Bc", "-B -Bi -B i -Bc", "-boot x"),
        ("+c true +c x", "-c true -c", "x"),
        ("+MBas aobf +MMmcs 5 +Mea min +MX y", "-MBas aobf -MMmcs 5 -Mea min -MX", "y"),
        ("+sbt db +sfwi 5 +stbt db +sub true +scl x", "-sbt db -sfwi 5 -stbt db -sub true -scl x", ""),
        ("+SDcpu 1:1 +SP 50 +SDio 4 +Sx y", "-SDcpu 1:1 -SP 50 -SDio 4 -Sx", "y"),
        (
            "+IOt 2 +IOPp 50 +hms 300 +h 233 +zdbbl 5 +rg 2 +pc unicode",
            "-IOt 2 -IOPp 50 -hms 300 -h 233 -zdbbl 5 -rg 2 -pc unicode",
            "",
        ),
        ("+K true +W w +v +V +l +Rx y", "-K true -W w -v -V -l -Rx", "y"),
        ("-extra +S 2 -noinput", "", "-extra +S 2 -noinput"),
        ("-env A b -epmd /x -detached -smp auto", "", "-noshell -noinput -smp auto"),
    ] {
        assert_eq!(sorted(line), (emulator.into(), init.into()), "{line}");
    }
    assert_eq!(sort(25, &words("+S")), Err(Error::Missing(b"+S".to_vec())));
    assert_eq!(sort(25, &words("+S --")), Err(Error::Missing(b"+S".to_vec())));
    assert_eq!(sort(25, &words("-smp disable")), Err(Error::Unsupported("-smp disable")));
}

#[test]
fn splitting() {
    let text = b" -a 'b c' \"d \\\" e\\ f # comment -x\n-g '' h#i\n\n#z";
    let args: Vec<_> = split_line(text, true, 25);
    assert_eq!(join(&args), "-a b c d \\ e f -g  h --");
    assert_eq!(args[5], b"");
    assert_eq!(join(&split_line(b"a#b # c", false, 25)), "a#b # c --");
    assert!(split_line(b" \n# x\n", true, 25).is_empty());
    assert_eq!(join(&split_line(b"a -extra b", true, 27)), "a -extra b");
}

#[test]
fn files_and_extras() {
    let read = |name: &[u8]| -> Result<Vec<u8>, Error> {
        match name {
            b"1" => Ok(b"-x -args_file 2 -y -extra e1".to_vec()),
            b"2" => Ok(b"+A 3".to_vec()),
            _ => Ok(b"-args_file 3".to_vec()),
        }
    };
    let of = |otp, command: &str| {
        let sources = Sources { command: words(command), ..Sources::default() };
        expand(otp, &sources, read).map(|a| join(&a))
    };
    assert_eq!(of(25, "-a -args_file 1 -b -extra e2").as_deref(), Ok("-a -x +A 3 -- -y -b -- -extra e1 -- e2"));
    assert_eq!(of(27, "-a -args_file 1 -b -extra e2").as_deref(), Ok("-a -x +A 3 -- -y -b -- -- -extra e1 e2"));
    assert_eq!(of(25, "-a b -extra -args_file 1").as_deref(), Ok("-a b -extra -args_file 1"));
    assert_eq!(of(25, "-args_file 3"), Err(Error::Nested(b"3".to_vec())));
    assert_eq!(of(27, "-a -S m -- x").as_deref(), Ok("-a -- -- ++S m \\-- x"));
    let sources = Sources { before: words("-b"), command: words("-c"), after: [words("-f"), words("-z")] };
    assert_eq!(expand(25, &sources, read).map(|a| join(&a)).as_deref(), Ok("-b -c -- -f -z"));
}

#[test]
fn adding_at_boot() {
    let place = Place {
        rootdir: b"/r".to_vec(),
        bindir: b"/r/b".to_vec(),
        progname: b"erl".to_vec(),
        home: Some(b"/".to_vec()),
        ..Place::default()
    };
    let args = assemble(&place, &sort(25, &words("+S 1 -noshell -extra a")).expect("fine"));
    assert_eq!(
        join(&args),
        "/r/b/beam.smp -S 1 -- -root /r -bindir /r/b -progname erl -- -home / -- -noshell -extra a"
    );
    let more = extend(25, args.clone(), &words("+P 9 -s m -extra b"));
    assert_eq!(
        join(&more),
        "/r/b/beam.smp -S 1 -P 9 -- -root /r -bindir /r/b -progname erl -- -home / -- -noshell -s m -extra a b"
    );
    assert_eq!(extend(25, args.clone(), &[]), args);
    assert_eq!(extend(25, vec![], &words("-a +S")), words("-a +S"));
}
