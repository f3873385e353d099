use std::fs;

use super::*;

/// Few, for speed; the count is a parameter of the slot.
const FEW: u32 = 3;

struct Desk {
    key: DatabaseKey,
    server: SigningKey,
    machine: MachineSecret,
    slots: KeySlots,
}

fn desk() -> Desk {
    let key = DatabaseKey::generate().unwrap();
    let server = SigningKey::generate().unwrap();
    let machine = MachineSecret::generate().unwrap();
    let mut slots = KeySlots::create(&key, &server.verifying_key()).unwrap();
    slots.add_user(&key, "user-one", "口令 one", &machine, FEW).unwrap();
    slots.add_user(&key, "user-two", "two", &machine, FEW + 1).unwrap();
    Desk { key, server, machine, slots }
}

fn code<T>(result: Result<T>) -> &'static str {
    result.err().map_or("no error", |error| error.code())
}

#[test]
fn every_holder_gets_the_same_key_after_a_reload() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    desk.slots.save(&path).unwrap();
    let slots = KeySlots::load(&path).unwrap();
    assert_eq!(slots, desk.slots);
    assert_eq!(slots.unlock_user("user-one", "口令 one", &desk.machine).unwrap(), desk.key);
    assert_eq!(slots.unlock_user("user-two", "two", &desk.machine).unwrap(), desk.key);
    assert_eq!(slots.unlock_escrow(&desk.server).unwrap(), desk.key);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn each_refusal_has_its_own_error() {
    let desk = desk();
    let slots = &desk.slots;
    assert_eq!(code(slots.unlock_user("user-one", "two", &desk.machine)), "GM_WRONG_PASSWORD");
    assert_eq!(code(slots.unlock_user("user-one", "", &desk.machine)), "GM_WRONG_PASSWORD");
    assert_eq!(code(slots.unlock_user("nobody", "two", &desk.machine)), "GM_UNKNOWN_USER");
    // A file carried to another machine knows nobody there, whatever the password.
    let elsewhere = MachineSecret::generate().unwrap();
    assert_eq!(code(slots.unlock_user("user-one", "口令 one", &elsewhere)), "GM_UNKNOWN_USER");
    assert_eq!(code(slots.unlock_escrow(&SigningKey::generate().unwrap())), "GM_NO_ESCROW");
}

#[test]
fn the_machine_secret_is_part_of_the_wrapping_not_only_of_the_name() {
    let desk = desk();
    let elsewhere = MachineSecret::generate().unwrap();
    let mut slots = desk.slots.clone();
    // The thief knows the token, for example from this machine's memory, and moves it.
    slots.content.users[0].token = user_token("user-one", &elsewhere);
    assert_eq!(code(slots.unlock_user("user-one", "口令 one", &elsewhere)), "GM_WRONG_PASSWORD");
}

#[test]
fn weakened_parameters_do_not_open() {
    let desk = desk();
    let mut slots = desk.slots.clone();
    slots.content.users[1].iterations = 1;
    assert_eq!(code(slots.unlock_user("user-two", "two", &desk.machine)), "GM_WRONG_PASSWORD");
    let mut swapped = desk.slots.clone();
    let other = swapped.content.users[0].wrapped.clone();
    swapped.content.users[1].wrapped = other;
    assert_eq!(code(swapped.unlock_user("user-two", "two", &desk.machine)), "GM_WRONG_PASSWORD");
}

#[test]
fn users_come_change_and_go() {
    let Desk { key, server, machine, mut slots } = desk();
    assert_eq!(code(slots.add_user(&key, "user-one", "x", &machine, FEW)), "GM_USER_EXISTS");
    slots.replace_user(&key, "user-one", "new", &machine, FEW).unwrap();
    assert_eq!(code(slots.unlock_user("user-one", "口令 one", &machine)), "GM_WRONG_PASSWORD");
    assert_eq!(slots.unlock_user("user-one", "new", &machine).unwrap(), key);
    assert_eq!(code(slots.replace_user(&key, "nobody", "x", &machine, FEW)), "GM_UNKNOWN_USER");
    assert_eq!(code(slots.replace_user(&key, "user-one", "x", &machine, 0)), "GM_ITERATIONS");
    assert_eq!(
        slots.unlock_user("user-one", "new", &machine).unwrap(),
        key,
        "a failed change keeps the slot"
    );

    slots.remove_user("user-one", &machine).unwrap();
    assert!(!slots.has_user("user-one", &machine) && slots.has_user("user-two", &machine));
    assert_eq!(code(slots.unlock_user("user-one", "new", &machine)), "GM_UNKNOWN_USER");
    assert_eq!(code(slots.remove_user("user-one", &machine)), "GM_UNKNOWN_USER");

    slots.remove_escrow(&server.verifying_key()).unwrap();
    assert_eq!(code(slots.unlock_escrow(&server)), "GM_NO_ESCROW");
    assert_eq!(code(slots.remove_user("user-two", &machine)), "GM_LAST_SLOT");
    assert_eq!(slots.user_count(), 1);
}

#[test]
fn a_foreign_database_key_is_not_wrapped() {
    let mut desk = desk();
    let foreign = DatabaseKey::generate().unwrap();
    assert_eq!(
        code(desk.slots.add_user(&foreign, "user-three", "x", &desk.machine, FEW)),
        "GM_FOREIGN_DATABASE_KEY"
    );
    let server = desk.server.verifying_key();
    assert_eq!(code(desk.slots.set_escrow(&foreign, &server)), "GM_FOREIGN_DATABASE_KEY");
    desk.slots.set_escrow(&desk.key, &server).unwrap();
    assert_eq!(desk.slots.content.escrow.len(), 1, "renewing does not pile up");
}

#[test]
fn neither_key_nor_user_id_nor_password_stands_in_the_file() {
    let desk = desk();
    let bytes = format::encode(&desk.slots.content).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for secret in ["user-one", "user-two", "口令", &hex::encode(desk.key.expose()), &hex::encode("user-one")]
    {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn any_flipped_bit_and_any_cut_is_damage_or_another_version() {
    let desk = desk();
    let bytes = format::encode(&desk.slots.content).unwrap();
    for position in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[position] ^= 1;
        // A space turned into another JSON space is the same file; everything else must be noticed.
        match format::decode(&altered) {
            Ok(content) => assert_eq!(content, desk.slots.content, "byte {position}"),
            Err(error) => assert!(
                matches!(error.code(), "GM_KEYSLOTS_DAMAGED" | "GM_KEYSLOTS_VERSION"),
                "byte {position}: {error}"
            ),
        }
        let whole = position >= bytes.len() - 1;
        assert!(format::decode(&bytes[..position]).is_err() || whole, "cut at {position}");
    }
}

#[test]
fn a_newer_version_and_senseless_slots_are_refused() {
    let desk = desk();
    let text = String::from_utf8(format::encode(&desk.slots.content).unwrap()).unwrap();
    let newer = text.replace("\"version\": 1", "\"version\": 2, \"more\": true");
    assert!(matches!(format::decode(newer.as_bytes()), Err(GmError::KeySlotsVersion(2))));
    let mut content = desk.slots.content.clone();
    content.users[0].iterations = u32::MAX;
    assert_eq!(code(format::decode(&format::encode(&content).unwrap())), "GM_KEYSLOTS_DAMAGED");
    content = desk.slots.content.clone();
    content.escrow[0].envelope.pop();
    assert_eq!(code(format::decode(&format::encode(&content).unwrap())), "GM_KEYSLOTS_DAMAGED");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    assert_eq!(code(KeySlots::load(&path)), "GM_FILE");
    fs::write(&path, vec![b' '; 3 << 20]).unwrap();
    assert_eq!(code(KeySlots::load(&path)), "GM_KEYSLOTS_DAMAGED");
}

#[test]
fn ukey_slots_survive_a_round_trip() {
    let desk = desk();
    let mut content = desk.slots.content.clone();
    let device = SigningKey::generate().unwrap();
    let slot = UKeySlot {
        recipient: device.verifying_key().fingerprint(),
        container: "container".to_owned(),
        envelope: seal_to(&device.verifying_key(), desk.key.expose()).unwrap(),
    };
    content.ukeys.push(slot.clone());
    let slots = KeySlots { content: format::decode(&format::encode(&content).unwrap()).unwrap() };
    assert_eq!(slots.ukey_slots(), [slot]);
    assert_eq!(*device.open_sealed(&slots.ukey_slots()[0].envelope).unwrap(), desk.key.expose());
}

#[test]
fn a_failed_save_keeps_the_old_file() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    desk.slots.save(&path).unwrap();
    let before = fs::read(&path).unwrap();
    // The name beside is taken by a folder, so the new file cannot be written.
    fs::create_dir(folder.path().join(format!(".{FILE_NAME}.new"))).unwrap();
    assert_eq!(
        code(KeySlots::create(&desk.key, &desk.server.verifying_key()).unwrap().save(&path)),
        "GM_FILE"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}
