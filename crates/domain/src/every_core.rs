//! Work on many things that do not depend on one another.

use std::thread;

/// Does the same with each thing, every core of the PC with its share of them. The results stand in the order of the
/// things.
///
/// # Panics
/// When the work does.
pub fn each<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = things.len().div_ceil(cores).max(1);
    let work = &work;
    thread::scope(|scope| {
        let shares: Vec<_> = things
            .chunks(share)
            .map(|some| scope.spawn(move || some.iter().map(work).collect::<Vec<_>>()))
            .collect();
        let done = shares.into_iter().map(thread::ScopedJoinHandle::join);
        done.flat_map(|one| one.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_is_done_once_and_stands_in_its_place() {
        for many in [0_usize, 1, 2, 3, 100] {
            let things: Vec<usize> = (0..many).collect();
            assert_eq!(
                super::each(&things, |one| one * 2),
                things.iter().map(|one| one * 2).collect::<Vec<_>>()
            );
        }
    }
}
