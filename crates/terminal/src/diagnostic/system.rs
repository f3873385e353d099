//! What machine this is, as far as a fault may come from it.

use serde_json::{Value, json};
use std::path::Path;

/// Kernel, distribution, memory, disk.
pub(super) fn facts(data: &Path) -> Value {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let distribution = read("/etc/os-release");
    let memory = read("/proc/meminfo");
    let disk = rustix::fs::statvfs(data).ok().map(|disk| {
        json!({
            "total": disk.f_blocks.saturating_mul(disk.f_frsize),
            "free": disk.f_bavail.saturating_mul(disk.f_frsize),
        })
    });
    json!({
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "distribution": value_of(&distribution, "PRETTY_NAME=").map(|name| name.trim_matches('"').to_owned()),
        "machine": std::env::consts::ARCH,
        "processors": std::thread::available_parallelism().map_or(0, usize::from),
        "memory": { "total": value_of(&memory, "MemTotal:"), "available": value_of(&memory, "MemAvailable:") },
        // Bytes, of the file system that holds the store.
        "disk": disk,
        "up_seconds": read("/proc/uptime").split('.').next(),
    })
}

fn value_of(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
}
