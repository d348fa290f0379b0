//! Errors for people: one line that names the cause and, where there is one, the cure.

use std::fmt;
use std::path::Path;

/// A failure of the whole command.
#[derive(Debug, Clone)]
pub struct Error {
    cause: String,
    cure: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A cause and a cure (which may be empty when the cause says it all).
    pub fn new(cause: impl Into<String>, cure: impl Into<String>) -> Error {
        Error { cause: cause.into(), cure: cure.into() }
    }

    /// An operation on a file that failed.
    pub fn file(doing: &str, path: &Path, error: &std::io::Error) -> Error {
        let cure = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path",
            std::io::ErrorKind::PermissionDenied => "check its permissions",
            std::io::ErrorKind::StorageFull => "make room on the disk",
            _ => "",
        };
        Error::new(format!("can't {doing} {}: {}", path.display(), plain(error)), cure)
    }
}

/// An I/O error without the number behind it.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever a file's name or another program's message may hold.
        let line = |s: &str| s.replace(['\n', '\r'], " ");
        write!(f, "{}", line(&self.cause))?;
        if self.cure.is_empty() { Ok(()) } else { write!(f, ": {}", line(&self.cure)) }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line() {
        assert_eq!(Error::new("a\nb", "do c").to_string(), "a b: do c");
        assert_eq!(Error::new("a", "").to_string(), "a");
        let missing = std::io::Error::from_raw_os_error(2);
        let text = Error::file("read", Path::new("/x"), &missing).to_string();
        assert_eq!(text, "can't read /x: no such file or directory: check the path");
    }
}
