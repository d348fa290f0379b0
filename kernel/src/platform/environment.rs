//! The environment variables of the only process.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use joist_vm::platform::Errno;
use spin::Mutex;

pub struct Environment(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Environment {
    pub fn new(variables: Vec<(Vec<u8>, Vec<u8>)>) -> Self {
        Environment(Mutex::new(variables.into_iter().collect()))
    }

    pub fn get(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.0.lock().get(name).cloned()
    }

    pub fn set(&self, name: &[u8], value: Option<&[u8]>) -> Result<(), Errno> {
        if name.is_empty() || name.iter().any(|b| matches!(b, b'=' | 0)) || value.is_some_and(|v| v.contains(&0)) {
            return Err(Errno::Einval);
        }
        let mut variables = self.0.lock();
        match value {
            Some(value) => variables.insert(name.to_vec(), value.to_vec()),
            None => variables.remove(name),
        };
        Ok(())
    }

    /// All as `NAME=value`.
    pub fn all(&self) -> Vec<Vec<u8>> {
        self.0.lock().iter().map(|(name, value)| [name, &b"="[..], value].concat()).collect()
    }
}
