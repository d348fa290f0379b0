//! The flags one by one: how many arguments each takes and what `erlexec` makes of it. Read beside it: the `switch`es
//! in `main` of OTP's `erts/etc/common/erlexec.c`. The tables are those of OTP 29, which hold those of 25 and 27.

use super::{Error, Sorted};
use alloc::vec::Vec;

/// `+M`: the letters of the allocators, then what may follow a letter, then the switches without a letter.
const ALLOCATORS: &[u8] = b"uBIDEFHLRSTZ";
const ALLOCATOR_SWITCHES: &[&str] = &[
    "as", "asbcst", "atags", "acul", "acnl", "acfml", "acful", "cp", "e", "t", "lmbcs", "mbcgs", "mbsd", "mmbcs",
    "mmmbc", "mmsbc", "msbclt", "ramv", "rmbcmt", "rsbcmt", "rsbcst", "sbct", "smbcs", "umadtn",
];
const MEMORY_SWITCHES: &[&str] = &[
    "ea", "ummc", "uycs", "usac", "im", "is", "lpm", "Mamcbf", "Mrmcbf", "Mmcs", "Mscs", "Mscrfsd", "Msco", "Mscrpm",
    "Mlp", "Ye", "Ym", "Ytp", "Ytt", "Iscs", "Xscs", "dai",
];
const SCHEDULER_SWITCHES: &[&str] = &[
    "bt", "bwtdcpu", "bwtdio", "bwt", "cl", "ct", "ecio", "fwi", "tbt", "wct", "wtdcpu", "wtdio", "wt", "ws", "ss",
    "ssdcpu", "ssdio", "pp", "ub",
];
const HEAP_SWITCHES: &[&str] = &["ms", "mbs", "pds", "max", "maxk", "maxel", "maxib", "mqd", ""];
const READER_SWITCHES: &[&str] = &["g"];
const MISC_SWITCHES: &[&str] = &["dbbl", "dntgc", "ebwt", "osrl", "hft"];

/// The argument after the flag, which must be there and must not be `--`.
fn next(args: &[Vec<u8>]) -> Result<&Vec<u8>, Error> {
    args.get(1).filter(|a| a.as_slice() != b"--").ok_or_else(|| Error::Missing(args[0].clone()))
}

/// Does a `+` flag take an argument? `None`: one or none, or a flag that erl refuses.
fn takes_argument(otp: u32, flag: &[u8]) -> Option<bool> {
    let rest = flag.get(2..).unwrap_or_default();
    let among = |table: &[&str]| table.iter().any(|s| s.as_bytes() == rest);
    Some(match flag.get(1)? {
        b'a' | b'A' | b'C' | b'e' | b'i' | b'n' | b'P' | b'Q' | b't' | b'T' | b'R' | b'W' | b'K' => rest.is_empty(),
        b'J' => true,
        b'D' => otp >= 28 && rest.starts_with(b"i"),
        b'I' => match rest {
            b"Ot" | b"Op" | b"OPt" | b"OPp" | b"Os" => true,
            [b'O', b't' | b'p' | b's', ..] | [b'O', b'P', b't' | b'p', ..] => false,
            _ => return None,
        },
        b'S' => match rest {
            b"" | b"P" | b"Dcpu" | b"DPcpu" | b"Dio" => true,
            [b'D', kind @ ..] => {
                let known = [&b"cpu"[..], b"Pcpu", b"io"].iter().any(|k| kind.starts_with(k));
                return known.then_some(false);
            }
            _ => false,
        },
        b'M' => {
            let allocator = rest.first().is_some_and(|a| ALLOCATORS.contains(a));
            let switch = rest.get(1..).unwrap_or_default();
            (allocator && ALLOCATOR_SWITCHES.iter().any(|s| s.as_bytes() == switch)) || among(MEMORY_SWITCHES)
        }
        b'h' => among(HEAP_SWITCHES),
        b'r' => among(READER_SWITCHES),
        b's' => among(SCHEDULER_SWITCHES),
        b'z' => among(MISC_SWITCHES),
        b'p' => rest == b"c" || (otp >= 29 && rest == b"ad"),
        b'B' | b'c' => return None,
        _ => false,
    })
}

/// The look at the flags that choose an emulator, which comes before all others and takes what follows them as their
/// argument whatever it is. There is one emulator here; what is left of it are the refusals.
pub(super) fn choose_emulator(otp: u32, args: &[Vec<u8>]) -> Result<(), Error> {
    let mut i = 0;
    while let Some(arg) = args.get(i) {
        let value = args.get(i + 1).map(Vec::as_slice);
        match (arg.as_slice(), value) {
            (b"-extra", _) => break,
            (b"++S", _) if otp >= 26 => break,
            (b"-smpdisable", _) | (b"-smp", Some(b"disable")) => return Err(Error::Unsupported("-smp disable")),
            (b"-smp", Some(b"auto" | b"enable")) => i += 1,
            (b"-emu_type" | b"-emu_flavor", _) => {
                next(&args[i..])?;
                i += 1;
            }
            _ => {}
        }
        i += 1;
    }
    Ok(())
}

/// A flag of the emulator, at the head of `args`; answers how many arguments it took.
pub(super) fn emulator(otp: u32, args: &[Vec<u8>], out: &mut Vec<Vec<u8>>) -> Result<usize, Error> {
    let flag = &args[0];
    let argument = match (takes_argument(otp, flag), flag.as_slice()) {
        (Some(false), _) | (None, b"+") => false,
        (Some(true), _) => next(args).map(|_| true)?,
        // The two whose argument is optional.
        (None, b"+B") => args.get(1).is_some_and(|a| matches!(a.as_slice(), b"i" | b"c" | b"d")),
        (None, b"+c") => args.get(1).is_some_and(|a| matches!(a.as_slice(), b"true" | b"false")),
        (None, [b'+', b'B', b'i' | b'c' | b'd', ..] | [b'+', b'c', ..]) => false,
        // erlexec has turned the sign by then.
        (None, [_, b'B', ..]) => return Err(Error::Missing([b"-", &flag[1..]].concat())),
        (None, _) => return Err(Error::Missing(flag.clone())),
    };
    let mut handed = flag.clone();
    handed[0] = b'-';
    out.push(handed);
    if argument {
        out.push(args[1].clone());
    }
    Ok(1 + usize::from(argument))
}

/// A flag for `init`, at the head of `args`; answers how many arguments it took.
pub(super) fn plain(otp: u32, args: &[Vec<u8>], out: &mut Sorted) -> Result<usize, Error> {
    let push = |out: &mut Sorted, words: &[&[u8]]| out.init.extend(words.iter().map(|w| w.to_vec()));
    match args[0].as_slice() {
        b"-compile" => {
            push(out, &[b"-noshell", b"-noinput", b"-s", b"c", b"lc_batch"]);
            out.emulator.push(b"-B".to_vec());
            Ok(1)
        }
        b"-make" => {
            push(out, &[b"-noshell", b"-noinput", b"-s", b"make", b"all_or_nothing", b"-s", b"erlang", b"halt"]);
            out.emulator.push(b"-B".to_vec());
            Ok(args.len()) // the rest is not looked at
        }
        flag @ b"-configfd" => {
            if next(args)? == b"0" {
                push(out, &[b"-noshell", b"-noinput"]);
            }
            push(out, &[flag]);
            Ok(1)
        }
        flag @ b"-detached" => {
            if otp >= 26 {
                push(out, &[flag]);
            }
            out.detached = true;
            push(out, &[b"-noshell", b"-noinput"]);
            Ok(1)
        }
        b"-noinput" => {
            push(out, &[b"-noshell", b"-noinput"]);
            Ok(1)
        }
        flag @ (b"-name" | b"-sname") => {
            let name = next(args)?;
            push(out, &[flag, name]);
            out.distributed = true;
            Ok(2)
        }
        flag @ (b"-proto_dist" | b"-start_epmd") => {
            let value = next(args)?;
            if flag == b"-start_epmd" && value != b"true" && value != b"false" {
                return Err(Error::Boolean("-start_epmd"));
            }
            push(out, &[flag, value]);
            Ok(2)
        }
        b"-env" => {
            let name = next(args)?;
            let value = next(&args[1..]).map_err(|_| Error::Missing(args[0].clone()))?;
            out.env.push((name.clone(), value.clone()));
            Ok(3)
        }
        // The program that would be run for epmd, and the flavour of emulator: nothing of either here.
        b"-epmd" => next(args).map(|_| 2),
        b"-keep_window" => Ok(1),
        b"-emu_args" => {
            out.show_args = true;
            Ok(1)
        }
        b"-emu_args_exit" => {
            out.print_args = true;
            Ok(1)
        }
        b"-version" => {
            out.emulator.push(b"-V".to_vec());
            Ok(1)
        }
        flag => {
            push(out, &[flag]);
            Ok(1)
        }
    }
}
