//! The difference list, and the move of an open case to another definition of its matter.

use super::desk::{AUXILIARY, CATALOGUE, Desk, FAR_OFFICER, HEAD};
use domain::command::Command;
use domain::difference::{between, left_behind};
use domain::ids::ContentHash;
use domain::matter::{MaterialRule, MatterDefinition};

/// Every shipped definition against itself, and one with each kind of change against itself as it was.
#[test]
fn what_differs_is_told_and_nothing_else() {
    for matter in CATALOGUE.matters.values() {
        assert!(between(&matter.definition, &matter.definition).is_empty(), "{}", matter.file);
    }
    let before = CATALOGUE.definition("T042").unwrap();
    let said = |change: &dyn Fn(&mut MatterDefinition)| {
        let mut after = before.clone();
        change(&mut after);
        between(before, &after).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let material = &before.materials[0].name;
    let other = if before.materials[0].rule == MaterialRule::Optional {
        MaterialRule::Required
    } else {
        MaterialRule::Optional
    };
    let told = said(&|after| after.materials[0].rule = other);
    assert!(told.starts_with(&format!("修改材料“{material}”：要求：")), "{told}");
    let told = said(&|after| {
        after.materials.remove(0);
    });
    assert!(told.contains(&format!("取消材料“{material}”")), "{told}");
    let told = said(&|after| after.sections[0].fields[0].label = "别的叫法".to_owned());
    assert!(told.contains("修改表单项") && told.contains("改为") && told.contains("别的叫法"), "{told}");
    let told = said(&|after| after.flow.steps[0].state = "等着".to_owned());
    assert!(told.contains("修改流程环节") && told.contains("改为“等着”"), "{told}");
    let told = said(&|after| after.guide.fee = "10 元".to_owned());
    assert!(told.contains("修改事项：收费") && told.contains("10 元"), "{told}");
    let told = said(&|after| after.materials.reverse());
    assert!(before.materials.len() < 2 || told.contains("顺序有改动"), "{told}");
    // A change that no side of a line tells is told all the same.
    let told = said(&|after| after.sections[0].fields[0].width = 11);
    assert!(told.contains("其他设置有改动"), "{told}");
}

#[test]
fn a_case_is_moved_at_its_own_counter_only() {
    let mut desk = Desk::new("T042");
    desk.act(AUXILIARY, Command::Open);
    desk.set(AUXILIARY, &[("applicant.phone", "19900000001")]);
    let kept = desk.case.opening.as_ref().unwrap().definition;
    let wish = |definition| Command::MoveToDefinition { definition };
    assert_eq!(desk.refused(AUXILIARY, &wish(kept)), "SAME_DEFINITION");
    assert_eq!(desk.refused(AUXILIARY, &wish(ContentHash([7; 32]))), "UNKNOWN_NAME");
    assert_eq!(desk.refused(FAR_OFFICER, &wish(kept)), "UNIT_NOT_ALLOWED");
    assert_eq!(desk.refused(HEAD, &wish(kept)), "ROLE_NOT_ALLOWED");

    let before = CATALOGUE.definition("T042").unwrap();
    let mut after = before.clone();
    for section in &mut after.sections {
        section.fields.retain(|field| field.id != "phone");
    }
    let left = left_behind(&desk.case, before, &after);
    assert!(left.iter().any(|one| one.value == "19900000001" && one.name.contains('·')), "{left:?}");
    assert!(left_behind(&desk.case, before, before).is_empty());
}
