//! What a host takes of the PC: memory at any time, processor time while nothing is asked of it.

use std::time::{Duration, Instant};

use super::options::HostOptions;
use crate::FaultCode;

/// The consumption of one process, looked at again and again.
#[derive(Debug)]
pub(super) struct Consumption {
    pid: u32,
    /// When the host was last idle by right or at rest, and what it had used by then.
    since: (Instant, Duration),
}

impl Consumption {
    pub(super) fn of(pid: u32) -> Self {
        Self { pid, since: (Instant::now(), Duration::ZERO) }
    }

    /// Why the host must be ended, if it must.
    pub(super) fn look(&mut self, options: &HostOptions, idle: bool) -> Option<(FaultCode, String)> {
        if let Some(memory) = self.memory()
            && memory > options.memory_limit
        {
            return Some((FaultCode::HostOvergrown, format!("{} MiB", memory >> 20)));
        }
        let (now, used) = (Instant::now(), self.processor()?);
        let (since, used_then) = self.since;
        let span = now - since;
        if !idle || span.is_zero() {
            self.since = (now, used);
            return None;
        }
        let share = used.saturating_sub(used_then).as_secs_f64() / span.as_secs_f64();
        if span >= options.busy_limit {
            self.since = (now, used);
            if share * 100.0 >= f64::from(options.busy_percent) {
                return Some((FaultCode::HostRunaway, format!("{:.0} % of a core", share * 100.0)));
            }
        }
        None
    }

    /// Memory that the process holds, in bytes. What it shares with the terminal does not count: it is not mapped.
    fn memory(&self) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/statm", self.pid)).ok()?;
        let pages: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
        Some(pages * rustix::param::page_size() as u64)
    }

    /// Processor time of the process, all threads (proc(5): fields 14 and 15 of stat, in clock ticks).
    fn processor(&self) -> Option<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        // The name stands in brackets and may hold anything.
        let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
        let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DeviceClass;

    #[test]
    fn memory_counts_at_once_and_processor_time_only_while_nothing_is_asked() {
        let mut options =
            HostOptions::new("x".into(), DeviceClass::Scanner, "柜台一", "c".into(), "l".into());
        let mut own = Consumption::of(std::process::id());
        assert_eq!(own.look(&options, true), None);
        options.memory_limit = 1;
        assert_eq!(own.look(&options, true).map(|(code, _)| code), Some(FaultCode::HostOvergrown));
        options.memory_limit = u64::MAX;
        options.busy_limit = Duration::from_millis(300);
        // What is left of a core where everything else is tested at the same time.
        options.busy_percent = 10;
        let until_told = |idle: bool, own: &mut Consumption| {
            let end = Instant::now() + Duration::from_secs(20);
            let mut spun = 0_u64;
            while Instant::now() < end {
                spun = spun.wrapping_mul(31).wrapping_add(1);
                if spun.is_multiple_of(1 << 16)
                    && let Some((code, _)) = own.look(&options, idle)
                {
                    return Some(code);
                }
                if !idle && end - Instant::now() < Duration::from_secs(19) {
                    break;
                }
            }
            None
        };
        assert_eq!(until_told(false, &mut own), None, "work that was asked for");
        assert_eq!(until_told(true, &mut own), Some(FaultCode::HostRunaway));
    }
}
