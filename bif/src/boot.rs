//! Brings up a node, as `erts/emulator/beam/erl_init.c` does: load the preloaded modules, start the schedulers,
//! spawn `erl_init:start/2` with the arguments.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// What a node is started with.
#[derive(Debug, Clone, Default)]
pub struct Boot {
    /// erl's arguments, program name first, as `erlexec` would hand them to the emulator
    /// (`-root DIR`, `-bindir`, `-boot`, `-config`, `-args_file` already expanded, `--`, …; `+` flags included).
    pub args: Vec<Vec<u8>>,
    /// The preloaded modules: name and contents of the `.beam`, in any order.
    pub preloaded: Vec<(String, Cow<'static, [u8]>)>,
    /// Schedulers to start when no `+S` among the arguments says otherwise.
    pub schedulers: usize,
}
