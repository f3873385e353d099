//! The shipped packages, and packages broken on purpose.

use super::desk::{AUXILIARY, CATALOGUE, Desk, blob, reading};
use domain::carry;
use domain::command::Command;
use domain::condition::Situation;
use domain::event::{CaseLink, Relation, ValueSource};
use domain::ids::{CaseId, FieldPath, MaterialId, MatterId, PageId};
use domain::matter::{MaterialRule, MatterDefinition};
use domain::package::{AskedBefore, Package, PackageFault};
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

fn definitions() -> BTreeMap<MatterId, &'static MatterDefinition> {
    CATALOGUE.matters.iter().map(|(id, one)| (id.clone(), &one.definition)).collect()
}

fn definition(matter: &str) -> &'static MatterDefinition {
    CATALOGUE.definition(matter).unwrap()
}

fn shipped() -> Vec<Package> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/packages");
    let mut packages: Vec<Package> = std::fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap().path())
        .filter(|one| one.extension().is_some_and(|end| end == "toml"))
        .map(|one| Package::from_toml(&std::fs::read_to_string(one).unwrap()).unwrap())
        .collect();
    packages.sort_by(|one, other| one.id.cmp(&other.id));
    packages
}

fn typed(changes: &[(&str, &str)]) -> Command {
    Command::ChangeFields {
        changes: changes.iter().map(|(path, value)| (FieldPath::from(*path), (*value).to_owned())).collect(),
        source: ValueSource::Typed,
        reason: String::new(),
    }
}

#[test]
fn every_shipped_package_is_sound_and_shares_something() {
    let definitions = definitions();
    let packages = shipped();
    assert!(packages.len() >= 5, "{}", packages.len());
    for package in packages {
        let faults = package.faults(&definitions);
        assert!(faults.is_empty(), "{}: {}", package.id, faults[0]);
        let leader = definitions[&package.members[0].matter];
        for member in &package.members[1..] {
            let other = definitions[&member.matter];
            let paths = leader.sections.iter().filter(|one| !one.table).flat_map(|section| {
                section.fields.iter().map(move |field| FieldPath(format!("{}.{}", section.id, field.id)))
            });
            let fields: Vec<FieldPath> =
                paths.filter(|path| package.field(path, leader, other).is_some()).collect();
            let materials = package.shared_materials(leader, other);
            println!(
                "{} {} → {}: {} fields {:?}, materials {:?}",
                package.id,
                leader.id,
                other.id,
                fields.len(),
                fields.iter().map(FieldPath::as_str).collect::<Vec<_>>(),
                materials
            );
            assert!(!fields.is_empty() || !materials.is_empty(), "{} → {}", leader.id, other.id);
        }
    }
}

#[test]
fn a_broken_package_is_refused_with_its_place() {
    let definitions = definitions();
    let good = shipped().into_iter().find(|one| one.id == "marriage").unwrap();
    let faults = |change: &dyn Fn(&mut Package)| {
        let mut broken = good.clone();
        change(&mut broken);
        broken.faults(&definitions)
    };
    let same_field = |pairs: &[(&str, &str)]| domain::package::SameField {
        paths: pairs.iter().map(|(matter, path)| (MatterId::from(*matter), FieldPath::from(*path))).collect(),
    };
    assert!(matches!(faults(&|one| one.members.truncate(1))[0], PackageFault::TooFew));
    assert!(matches!(faults(&|one| one.members[1].matter = "T046".into())[..], [PackageFault::Twice(_), ..]));
    assert!(matches!(
        faults(&|one| one.members[1].matter = "T999".into())[..],
        [PackageFault::UnknownMatter(_), ..]
    ));
    let wrong = faults(&|one| {
        one.fields.push(same_field(&[("T046", "applicant.nothing"), ("T043", "applicant.name")]));
    });
    assert!(matches!(wrong[..], [PackageFault::UnknownField(..)]), "{wrong:?}");
    let wrong = faults(&|one| {
        one.fields.push(same_field(&[("T046", "applicant.name"), ("T043", "applicant.phone")]));
    });
    assert!(matches!(wrong[..], [PackageFault::FieldsDiffer(..)]), "{wrong:?}");
    let wrong = faults(&|one| {
        one.materials[0].names.insert("T043".into(), "nothing".into());
    });
    assert!(matches!(wrong[..], [PackageFault::UnknownMaterial(..)]), "{wrong:?}");
    let wrong = faults(&|one| {
        one.materials[0].names.insert("T046".into(), "entry_permit".into());
    });
    assert!(wrong.iter().any(|one| matches!(one, PackageFault::MaterialsDiffer(..))), "{wrong:?}");
    let wrong = faults(&|one| one.apart.push("nobody.nothing".into()));
    assert!(matches!(wrong[..], [PackageFault::NothingApart(_)]), "{wrong:?}");
    for fault in wrong {
        assert!(fault.to_string().ends_with('。'));
    }
    assert!(Package::from_toml("id = 3").is_err());
}

#[test]
fn what_is_done_in_one_member_is_done_in_the_others() {
    let package = shipped().into_iter().find(|one| one.id == "veteran").unwrap();
    let (from, to) = (definition("T070"), definition("T043"));
    let mut one = Desk::new("T070");
    let mut other = Desk::new("T043");
    other.case.id = CaseId(Uuid::from_u128(2));
    one.act(AUXILIARY, Command::Open);
    other.act(AUXILIARY, Command::Open);
    let page = PageId(Uuid::from_u128(77));
    let acts = [
        typed(&[("applicant.name", "江小满"), ("applicant.phone", "19900000001")]),
        Command::AddPage { material: "booklet".into(), page, picture: blob(9), reading: Some(reading()) },
    ];
    for act in acts {
        let there = package.mirrored(&act, from, to).unwrap();
        one.act(AUXILIARY, act);
        other.act(AUXILIARY, there);
    }
    assert_eq!(other.case.value(&"applicant.name".into()), Some("江小满"));
    assert_eq!(other.case.materials[&"booklet".into()][0].id, page);
    assert!(package.out_of_step((&one.case, from), (&other.case, to)).is_empty());
    other.act(AUXILIARY, typed(&[("applicant.phone", "19900000002")]));
    assert_eq!(
        package.out_of_step((&one.case, from), (&other.case, to)),
        [FieldPath::from("applicant.phone")]
    );
    // Signing and submitting are each member's own.
    assert!(package.mirrored(&Command::Submit, from, to).is_none());
    let letter = Command::RemovePage { material: "settlement_letter".into(), page };
    assert!(package.mirrored(&letter, from, to).is_none());
}

#[test]
fn ties_are_kept_once_and_name_another_case() {
    let mut desk = Desk::new("T070");
    desk.act(AUXILIARY, Command::Open);
    let link = |other: u128, relation, package: &str| {
        Command::LinkCase(CaseLink {
            other: CaseId(Uuid::from_u128(other)),
            relation,
            package: package.into(),
        })
    };
    assert_eq!(desk.refused(AUXILIARY, &link(1, Relation::Redo, "")), "UNKNOWN_NAME");
    assert_eq!(desk.refused(AUXILIARY, &link(2, Relation::Package, "")), "UNKNOWN_NAME");
    assert_eq!(desk.refused(AUXILIARY, &link(2, Relation::Redo, "veteran")), "UNKNOWN_NAME");
    desk.act(AUXILIARY, link(2, Relation::Redo, ""));
    desk.act(AUXILIARY, link(2, Relation::Redo, ""));
    assert_eq!(desk.case.links.len(), 1);
}

#[test]
fn one_more_takes_the_person_and_offers_the_papers_and_redo_takes_the_form() {
    let (from, to) = (definition("T070"), definition("T043"));
    let mut earlier = Desk::new("T070");
    earlier.act(AUXILIARY, Command::Open);
    let sample = super::samples::commands();
    let identity = sample.iter().find_map(|one| match one {
        Command::ReadIdentity { identity, .. } => Some(identity.clone()),
        _ => None,
    });
    earlier.act(
        AUXILIARY,
        Command::ReadIdentity {
            person: domain::person::PersonRole::Applicant,
            identity: identity.unwrap(),
            reading: None,
        },
    );
    earlier.act(AUXILIARY, typed(&[("applicant.phone", "19900000001")]));
    let page = PageId(Uuid::from_u128(5));
    earlier.act(
        AUXILIARY,
        Command::AddPage { material: "booklet".into(), page, picture: blob(9), reading: None },
    );
    let mut new = Desk::new("T043");
    new.act(AUXILIARY, Command::Open);
    let day = earlier.case.changed.unwrap().day();
    assert_eq!(carry::identities(&earlier.case, to, day).len(), 1);
    assert!(carry::identities(&earlier.case, to, day.tomorrow().unwrap()).is_empty());
    let values = |relation| carry::values(relation, (&earlier.case, from), (&new.case, to));
    assert!(values(Relation::OneMore).contains(&("applicant.phone".into(), "19900000001".into())));
    let offered = carry::materials((&earlier.case, from), (&new.case, to));
    assert_eq!(offered.len(), 1);
    assert_eq!(
        (offered[0].from.as_str(), offered[0].to.as_str(), offered[0].pages),
        ("booklet", "booklet", 1)
    );
    // What the new case has already is not offered again.
    new.act(
        AUXILIARY,
        Command::AddPage { material: "booklet".into(), page, picture: blob(9), reading: None },
    );
    assert!(carry::materials((&earlier.case, from), (&new.case, to)).is_empty());
    let again = Desk::new("T070");
    let all = carry::values(Relation::Redo, (&earlier.case, from), (&again.case, from));
    let own = carry::values(Relation::OneMore, (&earlier.case, from), (&again.case, from));
    assert!(all.len() >= own.len());
}

#[test]
fn a_duplicate_stops_the_submission_until_a_reason_is_given() {
    let mut desk = Desk::new("T070");
    desk.act(AUXILIARY, Command::Open);
    desk.duplicates = vec![CaseId(Uuid::from_u128(8))];
    let told = |desk: &Desk| format!("{:?}", desk.ask(AUXILIARY, &Command::Submit).unwrap_err());
    assert!(told(&desk).contains("duplicate_case"));
    let rule = domain::duplicate::RULE.to_owned();
    let silent = Command::Override { rule: rule.clone(), reason: " ".into() };
    assert_eq!(desk.refused(AUXILIARY, &silent), "REASON_MISSING");
    desk.act(AUXILIARY, Command::Override { rule, reason: "上一件材料不齐，已当面核对".into() });
    assert!(!told(&desk).contains("duplicate_case"));
}

#[test]
fn what_the_server_told_of_other_units_is_a_warning_with_its_day_and_no_more() {
    let mut desk = Desk::new("T070");
    desk.act(AUXILIARY, Command::Open);
    let told = |desk: &Desk| format!("{:?}", desk.ask(AUXILIARY, &Command::Submit).unwrap_err());
    desk.elsewhere = Some(domain::duplicate::Elsewhere::default());
    assert!(!told(&desk).contains("duplicate_case"), "asked, and nothing found");
    desk.elsewhere =
        Some(domain::duplicate::Elsewhere { cases: Vec::new(), since: vec![jiff::civil::date(2026, 11, 1)] });
    assert!(told(&desk).contains("另有单位自 2026-11-01 起在办"), "{}", told(&desk));
    let rule = domain::duplicate::RULE.to_owned();
    desk.act(AUXILIARY, Command::Override { rule, reason: "已当面核对".into() });
    assert!(!told(&desk).contains("duplicate_case"));
}

#[test]
fn the_one_form_of_a_package_has_each_shared_field_once() {
    let package = shipped().into_iter().find(|one| one.id == "veteran").unwrap();
    let (mut lead, mut other) = (Desk::new("T070"), Desk::new("T043"));
    lead.act(AUXILIARY, Command::Open);
    other.act(AUXILIARY, Command::Open);
    let first = (&lead.case, &lead.definition);
    let second = (&other.case, &other.definition);
    assert_eq!(package.asked_before(&[], first), AskedBefore::default(), "the first member shows everything");
    let shared = package.asked_before(&[first], second).fields;
    for path in ["applicant.name", "applicant.phone"] {
        assert!(shared.contains(&path.into()), "{shared:?}");
    }
    // What only the second asks for stays its own.
    let own = |path: &FieldPath| !shared.contains(path);
    let asks = other.definition.sections.iter().filter(|one| !one.table).flat_map(|section| {
        section.fields.iter().map(|field| FieldPath(format!("{}.{}", section.id, field.id)))
    });
    assert!(asks.filter(own).any(|path| lead.definition.field(&path).is_none()));
    // Kept apart, it is filled in for each.
    let apart = Package { apart: vec!["applicant.phone".into()], ..package };
    assert!(!apart.asked_before(&[first], second).fields.contains(&"applicant.phone".into()));
}

#[test]
fn a_paper_and_a_question_stand_once_where_they_are_asked_as_strictly() {
    let package = shipped().into_iter().find(|one| one.id == "veteran").unwrap();
    let (mut lead, mut other) = (Desk::new("T070"), Desk::new("T043"));
    lead.act(AUXILIARY, Command::Open);
    other.act(AUXILIARY, Command::Open);
    let asked = |first: &MatterDefinition, second: &MatterDefinition| {
        package.asked_before(&[(&lead.case, first)], (&other.case, second))
    };
    let booklet = MaterialId::from("booklet");
    assert!(asked(&lead.definition, &other.definition).materials.contains(&booklet));
    // Where it may be left out at the first member, but not here, it is seen here.
    let with_rule = |definition: &MatterDefinition, rule: MaterialRule| {
        let mut changed = definition.clone();
        changed.materials.iter_mut().find(|one| one.id == booklet).unwrap().rule = rule;
        changed
    };
    let optional = with_rule(&lead.definition, MaterialRule::Optional);
    assert!(!asked(&optional, &other.definition).materials.contains(&booklet));
    assert!(
        asked(&optional, &with_rule(&other.definition, MaterialRule::Optional)).materials.contains(&booklet)
    );
    // One of several stays with the others.
    assert!(
        !asked(&lead.definition, &with_rule(&other.definition, MaterialRule::OneOf))
            .materials
            .contains(&booklet)
    );

    // Scanned there before it was asked for here, it is wanted here still.
    let mut before = lead.case.clone();
    let page = domain::case::Page {
        id: PageId(Uuid::from_u128(3)),
        picture: blob(9),
        attestation: None,
        kept: String::new(),
    };
    before.materials.insert(booklet.clone(), vec![page]);
    let later = package.asked_before(&[(&before, &lead.definition)], (&other.case, &other.definition));
    assert!(!later.materials.contains(&booklet));

    let question = lead.definition.questions.first().unwrap().clone();
    let mut same = other.definition.clone();
    same.questions = vec![question.clone()];
    assert_eq!(asked(&lead.definition, &same).questions, std::slice::from_ref(&question.id));
    // Answered there before it came up here, it is asked here.
    let mut before = lead.case.clone();
    before.answers.insert(question.id.clone(), question.answers[0].id.clone());
    let later = package.asked_before(&[(&before, &lead.definition)], (&other.case, &same));
    assert!(later.questions.is_empty());
    // Another wording, or an answer that only this one knows, is another question.
    same.questions[0].answers[0].text.push('？');
    assert!(asked(&lead.definition, &same).questions.is_empty());
}

#[test]
fn a_package_that_names_nothing_is_refused_with_the_others_of_its_release() {
    let mut files = super::desk::files();
    let text = "id = \"x\"\ntitle = \"x\"\ninitials = \"X\"\nguide = \"x\"\nsource = \"x\"\n\
                [[member]]\nmatter = \"T070\"\n[[member]]\nmatter = \"T999\"\n";
    files.push(("packages/x.toml".to_owned(), text.to_owned()));
    let faults = domain::catalogue::Catalogue::from_files(&files).unwrap_err().to_string();
    assert!(faults.starts_with("packages/x.toml") && faults.contains("T999"), "{faults}");
    files.last_mut().unwrap().1 = "id = 3".to_owned();
    let faults = domain::catalogue::Catalogue::from_files(&files).unwrap_err().to_string();
    assert!(faults.starts_with("packages/x.toml"), "{faults}");
    files.pop();
    assert_eq!(domain::catalogue::Catalogue::from_files(&files).unwrap().packages, shipped());
}
