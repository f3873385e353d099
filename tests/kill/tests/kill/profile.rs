//! Folders of terminals: keys, copies.

use crate::child::OFFICER;
use gm::{DatabaseKey, KeySlots, MachineSecret};
use std::path::Path;

/// The demo officer's password.
pub fn password() -> String {
    format!("jiangcheng-{OFFICER}")
}

/// Gives the officer's key slot few iterations, so that log-ins do not dominate; the product's own number stays as it
/// is. Gives the key of the database.
pub fn quicken(profile: &Path) -> DatabaseKey {
    let slots_file = profile.join("store").join(gm::keyslots::FILE_NAME);
    let secret = MachineSecret::from_slice(&std::fs::read(profile.join("machine.secret")).unwrap()).unwrap();
    let mut slots = KeySlots::load(&slots_file).unwrap();
    let password = password();
    let key = slots.unlock_user(OFFICER, &password, &secret).unwrap();
    slots.replace_user(&key, OFFICER, &password, &secret, 1_000).unwrap();
    slots.save(&slots_file).unwrap();
    key
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy_folder(&entry.path(), &target);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
