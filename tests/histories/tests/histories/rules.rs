//! Cases by the rules alone.

use crate::desk::{DAY, Desk, Tally, intents, roster};
use crate::dice::Dice;
use crate::{number, world};
use domain::catalogue::{Catalogue, FOLDERS, NamedText};
use domain::matter::MatterDefinition;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Events beside the flow that random commands must bring about. Termination is not among them: it wants a day to
/// be over, and a sequence is played within one day.
const BESIDE_THE_FLOW: [&str; 10] = [
    "RowIdentityRead",
    "MaterialsPromised",
    "ToleranceCancelled",
    "SupplementRequested",
    "Suspended",
    "Resumed",
    "Abandoned",
    "RectificationOpened",
    "HandedOver",
    "ReviewDelegated",
];

/// The shipped files that make the catalogue.
pub fn shipped_files() -> Vec<NamedText> {
    let assets: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
    let mut files: Vec<NamedText> = FOLDERS
        .iter()
        .flat_map(|folder| std::fs::read_dir(assets.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .map(|path| {
            let name = path.strip_prefix(&assets).unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Random sequences on one definition; what failed, with what gives it again.
fn sequences(
    definition: &MatterDefinition,
    catalogue: &Catalogue,
    seed: u64,
    count: usize,
    tally: &mut Tally,
) -> Vec<String> {
    let roster = roster();
    let mut faults = Vec::new();
    let intents = intents(definition, catalogue, count.min(6), &mut Dice::of(seed, 0));
    for sequence in 0..count {
        let mut dice = Dice::of(seed, sequence as u64 + 1);
        let intent = dice.one(&(0..intents.len()).collect::<Vec<_>>());
        let played = catch_unwind(AssertUnwindSafe(|| {
            Desk::new(definition, catalogue, &roster, &intents[intent]).play(&mut dice, tally)
        }));
        let fault = match played {
            Ok(Ok(())) => continue,
            Ok(Err(fault)) => fault,
            Err(panic) => {
                let said = panic.downcast_ref::<String>().cloned();
                format!("panicked: {}", said.unwrap_or_default())
            }
        };
        faults.push(format!("{} sequence {sequence} of {count}: {fault}", definition.id));
    }
    faults
}

fn told(tally: &Tally) {
    println!(
        "{} commands, {} accepted, ended: {} done, {} refused, {} withdrawn; {} open",
        tally.commands, tally.accepted, tally.done, tally.refused, tally.withdrawn, tally.open
    );
    println!("stages {:?}\nevents {:?}\nrefusals {:?}", tally.kinds, tally.events, tally.refusals);
}

#[test]
fn random_commands_on_random_definitions_leave_every_case_where_its_flow_names() {
    let seed = number("SEED", 20_261_123);
    let worlds = number("WORLDS", 60) as usize;
    let count = number("SEQUENCES", 8) as usize;
    let first = number("WORLD", 0) as usize;
    println!("SEED={seed} WORLD={first} WORLDS={worlds} SEQUENCES={count}");
    let (mut faults, mut tally, mut matters) = (Vec::new(), Tally::default(), 0);
    for number in first..first + worlds {
        let mut files = world::files(seed, number);
        files.push(world::calendar());
        let catalogue = match Catalogue::from_files(&files) {
            Ok(catalogue) => catalogue,
            Err(refused) => {
                faults.push(format!("WORLD={number} is valid and was refused:\n{refused}"));
                continue;
            }
        };
        for matter in catalogue.matters.values() {
            matters += 1;
            // A definition is kept by its bytes.
            assert_eq!(MatterDefinition::from_bytes(&matter.bytes).unwrap(), matter.definition);
            let own = Dice::of(seed, number as u64).next();
            let found = sequences(&matter.definition, &catalogue, own, count, &mut tally);
            faults.extend(found.into_iter().map(|fault| format!("WORLD={number} {fault}")));
        }
    }
    told(&tally);
    let shown: Vec<&String> = faults.iter().take(6).collect();
    assert!(faults.is_empty(), "{} faults with SEED={seed}:\n{shown:#?}", faults.len());
    // Cases get far: every kind of step is met, and every end.
    if worlds >= 60 {
        assert!(matters >= worlds, "{matters} matters");
        assert_eq!(tally.kinds.len(), 6, "{:?}", tally.kinds);
        let never: Vec<&&str> =
            BESIDE_THE_FLOW.iter().filter(|one| !tally.events.contains_key(**one)).collect();
        assert!(never.is_empty(), "{never:?} never came about");
        assert!(tally.done > 20 && tally.refused > 5 && tally.withdrawn > 5, "{tally:?}");
    }
}

#[test]
fn random_commands_on_the_shipped_definitions_leave_every_case_where_its_flow_names() {
    let seed = number("SEED", 20_261_123);
    let count = number("SEQUENCES", 3) as usize;
    println!("SEED={seed} SEQUENCES={count}");
    let catalogue = Catalogue::from_files(&shipped_files()).unwrap_or_else(|faults| panic!("{faults}"));
    let (mut faults, mut tally) = (Vec::new(), Tally::default());
    for (at, matter) in catalogue.matters.values().enumerate() {
        let own = Dice::of(seed, at as u64).next();
        faults.extend(sequences(&matter.definition, &catalogue, own, count, &mut tally));
    }
    told(&tally);
    let shown: Vec<&String> = faults.iter().take(6).collect();
    assert!(faults.is_empty(), "{} faults with SEED={seed}:\n{shown:#?}", faults.len());
    assert!(catalogue.matters.len() >= 131, "{} matters on {DAY}", catalogue.matters.len());
    assert!(tally.done > 10, "{tally:?}");
}
