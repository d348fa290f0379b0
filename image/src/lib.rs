//! What the packer puts behind the kernel and the kernel reads at boot: the archive of the release's files, the
//! start-up arguments, and the slot in the kernel's own data that says where the archive lies.
#![no_std]
#![forbid(unsafe_code)]
