//! Literal areas that nobody can reach anew (of purged modules, of erased persistent terms), until every process has
//! left them: `erts_literal_area_collector` sees to that, by `release_area_switch` (`beam_bif_load.c`).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;

use super::Literals;
use crate::heap::Areas;
use crate::sync::Mutex;
use crate::term::{Pid, Term};

/// What holds an area's memory.
type Owner = Box<dyn Any + Send>;

struct Retired {
    /// To be handled next.
    waiting: Vec<(Vec<(usize, usize)>, Owner)>,
    /// Being left by all processes.
    current: Vec<Owner>,
    areas: Areas,
    collector: Option<Pid>,
}

static RETIRED: Mutex<Retired> =
    Mutex::new(Retired { waiting: Vec::new(), current: Vec::new(), areas: Areas::EMPTY, collector: None });

/// Names the process that is told of new areas.
pub fn set_collector(pid: Pid) {
    RETIRED.lock().collector = Some(pid);
}

/// Keeps `owner`, which holds these literals, until no process refers to them.
pub fn retire(literals: &Literals, owner: Owner) {
    if literals.words() == 0 {
        return;
    }
    let collector = {
        let mut retired = RETIRED.lock();
        retired.waiting.push((literals.ranges().to_vec(), owner));
        retired.collector
    };
    if let Some(pid) = collector {
        crate::process::send(pid, Term::atom(crate::atom::COPY_LITERALS));
    }
}

/// All processes have left the current areas: they are freed, and what has come since is next. False: nothing has.
pub fn switch() -> bool {
    let mut retired = RETIRED.lock();
    let done = core::mem::take(&mut retired.current);
    let waiting = core::mem::take(&mut retired.waiting);
    let mut ranges = Vec::new();
    for (areas, owner) in waiting {
        ranges.extend(areas);
        retired.current.push(owner);
    }
    let any = !ranges.is_empty();
    retired.areas = Areas::new(ranges);
    drop(retired);
    drop(done);
    any
}

/// The areas that processes have to leave now.
pub fn areas() -> Areas {
    RETIRED.lock().areas.clone()
}
