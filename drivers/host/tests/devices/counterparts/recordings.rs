//! Where recordings of real devices lie.

use std::path::{Path, PathBuf};

/// The folder of recordings: what `RECORDINGS` names, else `shared/recordings` beside the checkout. `None`, and said
/// so, where there is none: recordings are other people's work and no part of the tree.
pub(crate) fn folder(of: &str) -> Option<PathBuf> {
    let named = std::env::var_os("RECORDINGS").map(PathBuf::from);
    let beside = || {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.ancestors().map(|above| above.join("shared/recordings")).find(|place| place.is_dir())
    };
    let found = named.or_else(beside).map(|all| all.join(of)).filter(|place| place.is_dir());
    if found.is_none() {
        eprintln!("passed over: no recordings of {of} here (RECORDINGS names the folder that has them)");
    }
    found
}
