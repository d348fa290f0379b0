//! Any bytes as a `.beam` file, or (so that more of them get past the container) as a chunk of one that is otherwise in
//! order: preparing it answers a module or an error.
#![no_main]

use joist_vm::load::prepare;
use libfuzzer_sys::fuzz_target;

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(4), 0);
}

fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"BEAM".to_vec();
    for (name, data) in chunks {
        chunk(&mut body, name, data);
    }
    let mut out = b"FOR1".to_vec();
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    out.extend(body);
    out
}

/// Module `m` with atoms `m`, `f` and `g`, an import and an export; one chunk is the input.
fn with(which: u8, bytes: &[u8]) -> Vec<u8> {
    let word = |n: &[u32]| n.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
    let atoms = [&word(&[3])[..], b"\x01m\x01f\x01g"].concat();
    let imports = word(&[1, 1, 3, 1]);
    let (exports, empty) = (word(&[0]), word(&[0]));
    let code = [&word(&[16, 0, 180, 8, 2])[..], bytes].concat();
    let mut chunks: Vec<(&[u8; 4], &[u8])> = vec![
        (b"AtU8", &atoms),
        (b"Code", &code),
        (b"StrT", b"abc"),
        (b"ImpT", &imports),
        (b"ExpT", &exports),
        (b"FunT", &empty),
        (b"Line", &empty),
    ];
    let names: [&[u8; 4]; 7] = [b"StrT", b"ImpT", b"ExpT", b"FunT", b"Line", b"LitT", b"Type"];
    if which > 0 {
        let name = names[usize::from(which - 1) % names.len()];
        chunks.retain(|c| c.0 != name);
        chunks.push((name, bytes));
    }
    file(&chunks)
}

fuzz_target!(|bytes: &[u8]| {
    static NATIVES: std::sync::Once = std::sync::Once::new();
    NATIVES.call_once(|| {
        joist_vm::atom::init();
        joist_bif::table::init();
    });
    // Atoms are never freed: new ones must not fill the memory.
    joist_vm::atom::set_limit(200_000);
    let Some((which, bytes)) = bytes.split_first() else { return };
    let _ = if *which < 64 { prepare(bytes) } else { prepare(&with(*which - 64, bytes)) };
});
