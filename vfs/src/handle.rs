//! Open files and directories.

use crate::inode::Id;
use alloc::vec::Vec;
use joist_vm::platform::{Errno, Handle};

#[derive(Debug)]
pub struct Open {
    pub id: Id,
    pub position: u64,
    pub read: bool,
    pub write: bool,
    pub append: bool,
    /// A generated file's contents as of when it was opened.
    pub snapshot: Option<Vec<u8>>,
}

#[derive(Debug, Default)]
struct Place {
    open: Option<Open>,
    /// Counts the place's users, so that a handle closed and reopened is told from the old one.
    turn: u32,
}

/// The table that handles lead into.
#[derive(Debug, Default)]
pub struct Handles {
    places: Vec<Place>,
    free: Vec<u32>,
}

impl Handles {
    pub fn add(&mut self, open: Open) -> Handle {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place::default());
            self.places.len() as u32 - 1
        });
        let place = &mut self.places[index as usize];
        place.turn += 1;
        place.open = Some(open);
        Handle(u64::from(place.turn) << 32 | u64::from(index))
    }

    pub fn get(&mut self, handle: Handle) -> Result<&mut Open, Errno> {
        let place = self.places.get_mut(handle.0 as u32 as usize).ok_or(Errno::Ebadf)?;
        if place.turn != (handle.0 >> 32) as u32 {
            return Err(Errno::Ebadf);
        }
        place.open.as_mut().ok_or(Errno::Ebadf)
    }

    pub fn remove(&mut self, handle: Handle) -> Result<Open, Errno> {
        self.get(handle)?;
        let index = handle.0 as u32;
        self.free.push(index);
        self.places[index as usize].open.take().ok_or(Errno::Ebadf)
    }
}
