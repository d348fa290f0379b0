//! Who hears of the events of the platform's sockets: of each somebody, or several who share it, as an adopted descriptor may be
//! another one's socket. All of them try again then.

use alloc::vec::Vec;

use hashbrown::HashMap;
use joist_vm::platform::Socket;
use joist_vm::sync::Mutex;

/// One, and what others there are.
type Sharers<T> = (T, Vec<T>);

pub(crate) struct Hearers<T>(Mutex<Option<HashMap<Socket, Sharers<T>, ahash::RandomState>>>);

impl<T: Clone> Hearers<T> {
    pub const fn new() -> Self {
        Hearers(Mutex::new(None))
    }

    pub fn add(&self, socket: Socket, who: T) {
        let hasher = || ahash::RandomState::with_seeds(2, 3, 5, 7);
        let mut all = self.0.lock();
        let all = all.get_or_insert_with(|| HashMap::with_hasher(hasher()));
        match all.get_mut(&socket) {
            Some((_, others)) => others.push(who),
            None => drop(all.insert(socket, (who, Vec::new()))),
        }
    }

    /// Somebody gives it back.
    pub fn remove(&self, socket: Socket, is_it: impl Fn(&T) -> bool) {
        let mut table = self.0.lock();
        let Some(all) = table.as_mut() else { return };
        let Some((first, others)) = all.get_mut(&socket) else { return };
        let gone = match (is_it(first), others.iter().position(&is_it)) {
            (true, _) if others.is_empty() => all.remove(&socket).map(|(first, _)| first),
            (true, _) => Some(core::mem::replace(first, others.swap_remove(0))),
            (false, Some(place)) => Some(others.swap_remove(place)),
            (false, None) => None,
        };
        // It may be the last that is left of it, and must not go while the table is locked.
        drop(table);
        drop(gone);
    }

    pub fn tell(&self, socket: Socket, mut event: impl FnMut(T)) {
        let sharers = self.0.lock().as_ref().and_then(|all| all.get(&socket).cloned());
        if let Some((first, others)) = sharers {
            event(first);
            others.into_iter().for_each(event);
        }
    }

    pub fn all(&self) -> Vec<T> {
        let table = self.0.lock();
        let all = table.iter().flat_map(HashMap::values);
        all.flat_map(|(first, others)| core::iter::once(first).chain(others)).cloned().collect()
    }
}
