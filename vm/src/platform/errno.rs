//! POSIX error numbers, with the names that Erlang gives them as atoms (`file:posix()`).
//! Numbers are Linux's (`asm-generic/errno.h`), since `os:type/0` says so.

macro_rules! errnos {
    ($($variant:ident $name:literal $number:literal,)*) => {
        /// A POSIX error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Errno { $($variant,)* }

        impl Errno {
            /// The name as Erlang's atom spells it: `enoent`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Errno::$variant => $name,)* }
            }

            /// Linux's number.
            #[must_use]
            pub const fn number(self) -> i32 {
                match self { $(Errno::$variant => $number,)* }
            }

            /// The error of Linux's number; [`Errno::Eio`] for one that Erlang has no name for.
            #[must_use]
            pub const fn from_number(number: i32) -> Errno {
                match number { $($number => Errno::$variant,)* _ => Errno::Eio }
            }
        }
    };
}

errnos! {
    Eperm "eperm" 1,
    Enoent "enoent" 2,
    Esrch "esrch" 3,
    Eintr "eintr" 4,
    Eio "eio" 5,
    Enxio "enxio" 6,
    E2big "e2big" 7,
    Enoexec "enoexec" 8,
    Ebadf "ebadf" 9,
    Echild "echild" 10,
    Eagain "eagain" 11,
    Enomem "enomem" 12,
    Eacces "eacces" 13,
    Efault "efault" 14,
    Enotblk "enotblk" 15,
    Ebusy "ebusy" 16,
    Eexist "eexist" 17,
    Exdev "exdev" 18,
    Enodev "enodev" 19,
    Enotdir "enotdir" 20,
    Eisdir "eisdir" 21,
    Einval "einval" 22,
    Enfile "enfile" 23,
    Emfile "emfile" 24,
    Enotty "enotty" 25,
    Etxtbsy "etxtbsy" 26,
    Efbig "efbig" 27,
    Enospc "enospc" 28,
    Espipe "espipe" 29,
    Erofs "erofs" 30,
    Emlink "emlink" 31,
    Epipe "epipe" 32,
    Edom "edom" 33,
    Erange "erange" 34,
    Edeadlk "edeadlk" 35,
    Enametoolong "enametoolong" 36,
    Enolck "enolck" 37,
    Enosys "enosys" 38,
    Enotempty "enotempty" 39,
    Eloop "eloop" 40,
    Eoverflow "eoverflow" 75,
    Enotsock "enotsock" 88,
    Edestaddrreq "edestaddrreq" 89,
    Emsgsize "emsgsize" 90,
    Eprototype "eprototype" 91,
    Enoprotoopt "enoprotoopt" 92,
    Eprotonosupport "eprotonosupport" 93,
    Esocktnosupport "esocktnosupport" 94,
    Enotsup "enotsup" 95,
    Epfnosupport "epfnosupport" 96,
    Eafnosupport "eafnosupport" 97,
    Eaddrinuse "eaddrinuse" 98,
    Eaddrnotavail "eaddrnotavail" 99,
    Enetdown "enetdown" 100,
    Enetunreach "enetunreach" 101,
    Enetreset "enetreset" 102,
    Econnaborted "econnaborted" 103,
    Econnreset "econnreset" 104,
    Enobufs "enobufs" 105,
    Eisconn "eisconn" 106,
    Enotconn "enotconn" 107,
    Eshutdown "eshutdown" 108,
    Etimedout "etimedout" 110,
    Econnrefused "econnrefused" 111,
    Ehostdown "ehostdown" 112,
    Ehostunreach "ehostunreach" 113,
    Ealready "ealready" 114,
    Einprogress "einprogress" 115,
    Estale "estale" 116,
    Edquot "edquot" 122,
}
