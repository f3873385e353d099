//! What a host may take of the PC and where it may not go.

use std::collections::BTreeMap;

use anyhow::Context;
use driver_contract::DeviceClass;
use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

/// Address space: what the terminal's supervisor allows in memory (1 GiB), and what libraries reserve without using it
/// (64 MiB a thread by the C library's allocator, windows of drivers).
const ADDRESS_SPACE: u64 = 4 << 30;
/// Open files: a host needs some thirty.
const FILES: u64 = 512;
/// Longest file: the shared memory counts as one (320 MiB).
const FILE_LENGTH: u64 = 512 << 20;

/// Limits this process for good. To be called before any thread is made.
///
/// # Errors
/// The system call's, if the kernel refuses.
pub fn confine(class: DeviceClass) -> anyhow::Result<()> {
    for (resource, limit) in
        [(Resource::As, ADDRESS_SPACE), (Resource::Nofile, FILES), (Resource::Fsize, FILE_LENGTH)]
    {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
            .with_context(|| format!("limit of {resource:?}"))?;
    }
    if !class.needs_network() {
        apply_filter(&no_network()?).context("closing the network")?;
    }
    Ok(())
}

/// Sockets of the Internet's families cannot be made; those of this PC (Unix, netlink for plugging) can.
fn no_network() -> anyhow::Result<BpfProgram> {
    let family = |family: i32| {
        let value = u64::try_from(family)?;
        let condition = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?;
        anyhow::Ok(SeccompRule::new(vec![condition])?)
    };
    let rules: BTreeMap<i64, Vec<SeccompRule>> =
        BTreeMap::from([(libc::SYS_socket, vec![family(libc::AF_INET)?, family(libc::AF_INET6)?])]);
    let denied = SeccompAction::Errno(u32::try_from(libc::EACCES)?);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, std::env::consts::ARCH.try_into()?)?;
    Ok(filter.try_into()?)
}
