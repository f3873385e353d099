//! Definitions broken on purpose: each is refused with the file, the place and a sentence that says what to do.

use super::desk::files;
use domain::catalogue::{Catalogue, NamedText};

/// The shipped files with one text of one file replaced.
fn with(file: &str, from: &str, to: &str) -> Vec<NamedText> {
    let mut files = files();
    let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    *text = text.replacen(from, to, 1);
    files
}

fn refused(files: &[NamedText]) -> String {
    Catalogue::from_files(files).expect_err("should be refused").to_string()
}

/// What is wrong is told with these words, in this order, in one line.
pub fn told(file: &str, from: &str, to: &str, words: &[&str]) {
    let said = refused(&with(file, from, to));
    let found = said.lines().any(|line| {
        let mut rest = line;
        words.iter().all(|word| match rest.find(word) {
            Some(at) => {
                rest = &rest[at + word.len()..];
                true
            }
            None => false,
        })
    });
    assert!(found, "{words:?} is not told:\n{said}");
}

const T001: &str = "matters/T001.toml";
const T026: &str = "matters/T026.toml";
const MATERIAL: &str = "id = \"birth_certificate\"\n";

#[test]
fn names_that_lead_nowhere() {
    told(
        T001,
        "form = \"birth-mother\"",
        "form = \"birth-mothr\"",
        &[T001, "form", "没有叫“birth-mothr”的表单", "现有"],
    );
    told(T001, "flow = \"b\"", "flow = \"zz\"", &[T001, "flow", "没有叫“zz”的流程"]);
    told(
        T001,
        "papers = \"household\"",
        "papers = \"nothing\"",
        &[T001, "papers", "没有叫“nothing”的文书组"],
    );
    let when = "id = \"birth_certificate\"\nwhen = { question = \"wedding\", is = \"yes\" }\n";
    told(
        T001,
        MATERIAL,
        when,
        &[T001, "material.birth_certificate.when", "没有叫“wedding”的情形问题", "in_wedlock"],
    );
    let when = "id = \"birth_certificate\"\nwhen = { question = \"in_wedlock\", is = \"perhaps\" }\n";
    told(T001, MATERIAL, when, &[T001, "material.birth_certificate.when", "没有叫“perhaps”的答案", "yes"]);
    let when = "id = \"birth_certificate\"\nwhen = { filled = \"newborn.nickname\" }\n";
    told(
        T001,
        MATERIAL,
        when,
        &[T001, "material.birth_certificate.when", "没有叫“newborn.nickname”的栏目", "newborn.name"],
    );
    told(
        T001,
        "check = \"birth_certificate\"",
        "check = \"stars\"",
        &[T001, "material.birth_certificate.check", "没有叫“stars”的核查"],
    );
}

#[test]
fn what_only_some_fields_have() {
    const FORM: &str = "forms/household-creation.toml";
    let from = "address_code = \"new_household.address@code\"";
    let of = |field: &str| format!("address_code = \"{field}@code\"");
    let place = "effect.household_creation.body";
    told(FORM, from, &of("new_household.ground"), &["matters/N09.toml", place, "不是地址栏"]);
    told(
        FORM,
        from,
        &of("new_household.place"),
        &["matters/N09.toml", place, "没有叫“new_household.place”的栏目"],
    );
    let from = "label = \"地址\", kind = \"address\",";
    let to = "label = \"地址\", kind = \"address\", historic = true,";
    told(
        FORM,
        from,
        to,
        &["matters/N09.toml", "section.new_household.field.address.historic", "只用于代码栏"],
    );
}

#[test]
fn keys_that_nobody_knows() {
    told(T001, "accept_offline = false", "accept_ofline = false", &[T001, "读不出来"]);
    told("flows/b.toml", "kind = \"collect\"", "kind = \"hand_out\"", &["flows/b.toml", "读不出来"]);
}

#[test]
fn what_waits_for_itself() {
    let from = "id = \"applicant\"\ntitle = \"申请人\"\n\n";
    let to = "id = \"applicant\"\ntitle = \"申请人\"\nfrom = [\"entry\"]\n\n";
    told("forms/applicant.toml", from, to, &["forms/", "from", "互相等待", "applicant", "→"]);
    let from = "[[material]]\nid = \"mother_booklet\"";
    let fields = "[[fields]]\nsection = \"applicant\"\nfield = [\n    { id = \"a\", label = \"甲\", kind = \"text\", when = { filled = \"applicant.b\" } },\n    { id = \"b\", label = \"乙\", kind = \"text\", when = { filled = \"applicant.a\" } },\n]\n\n";
    told(
        T001,
        from,
        &format!("{fields}{from}"),
        &[T001, "section.applicant.field.a", "互相等待", "applicant.a → applicant.b → applicant.a"],
    );
    let questions = "[[question]]\nid = \"first\"\ntext = \"先问？\"\nwhen = { question = \"second\", is = \"yes\" }\nanswer = [{ id = \"yes\", text = \"是\" }, { id = \"no\", text = \"否\" }]\n\n[[question]]\nid = \"second\"\ntext = \"后问？\"\nanswer = [{ id = \"yes\", text = \"是\" }, { id = \"no\", text = \"否\" }]\n\n";
    told(
        T001,
        from,
        &format!("{questions}{from}"),
        &[T001, "question.first.when", "互相等待", "first → second"],
    );
}

#[test]
fn steps_that_nobody_reaches() {
    let after = "[[step]]\nid = \"collect\"";
    let extra = "[[step]]\nid = \"early\"\nkind = \"collect\"\ntitle = \"领取\"\nstate = \"待领取\"\nlevel = \"station\"\nroles = [\"officer\"]\n\n[[step]]\nid = \"collect\"";
    told("flows/b.toml", after, extra, &["flow.b.collect", "走不到", "已经办结"]);
    told(
        "flows/h.toml",
        "level = \"county\"",
        "level = \"station\"",
        &["flow.h.county-approval", "走不到", "没有这些岗位"],
    );
}

#[test]
fn what_can_never_be() {
    let insert = |text: &str, words: &[&str]| {
        let from = "[[material]]\nid = \"mother_booklet\"";
        told(T001, from, &format!("{text}\n\n{from}"), words);
    };
    insert(
        "[[rule]]\nid = \"impossible\"\ntext = \"两者都要。\"\nseverity = \"block\"\nmust = { kind = \"holds\", condition = { all = [{ question = \"in_wedlock\", is = \"yes\" }, { question = \"in_wedlock\", is = \"no\" }] } }",
        &[T001, "rule.impossible.must", "任何情形下都不成立"],
    );
    insert(
        "[[rule]]\nid = \"grown_up\"\ntext = \"须成年。\"\nseverity = \"block\"\nmust = { kind = \"age_at_least\", field = \"newborn.birth_date\", years = 18 }",
        &[T001, "rule.", "互相矛盾", "不可能同时满足"],
    );
    insert(
        "[[material]]\nid = \"ghost\"\nname = \"没有人要的材料\"\nrule = \"required\"\nplain = \"没有\"\nwhen = { all = [{ question = \"in_wedlock\", is = \"yes\" }, { question = \"father_known\", is = \"yes\" }] }",
        &[T001, "material.ghost.when", "任何情形下都不成立"],
    );
    insert(
        "[[material]]\nid = \"later\"\nname = \"以后补的材料\"\nrule = \"late\"\nplain = \"以后补\"",
        &[T001, "material.later", "缺少流程里补扫这份材料的一步"],
    );
}

#[test]
fn what_would_move_a_case_into_another_flow() {
    // The number of the certificate comes with the late scan: the case would leave the flow in which it waits for it.
    const H49: &str = "matters/JS-H49.toml";
    let late = "when = { not = { filled = \"papers.certificate_number\" } }\nflow = \"d\"";
    told(
        H49,
        "when = { question = \"from\", is = \"other_province\" }\nflow = \"d\"",
        late,
        &[H49, "flow_for.2.when", "互相等待", "papers.certificate_number"],
    );
    // And what only the register gives is not typed at a step.
    told(
        "flows/c.toml",
        "\"papers.certificate_number\"",
        "\"papers.permit_number\"",
        &["flow.c.scan-certificate", "由人补填"],
    );
}

#[test]
fn one_name_for_two_things() {
    let again = "[[material]]\nid = \"mother_booklet\"\nname = \"又一份\"\nrule = \"optional\"\nplain = \"又一份\"\n\n[[material]]\nid = \"mother_booklet\"";
    told(
        T001,
        "[[material]]\nid = \"mother_booklet\"",
        again,
        &[T001, "material.mother_booklet", "有两个材料都叫“mother_booklet”"],
    );
    told(T026, "id = \"T026\"", "id = \"T001\"", &["事项都叫“T001”"]);
    told(
        T001,
        "rule = \"required\"",
        "rule = \"one_of\"",
        &[T001, "material.mother_booklet", "缺少多选一的组名"],
    );
}

#[test]
fn every_fault_is_told_with_a_cure() {
    let said = refused(&with(T001, "form = \"birth-mother\"", "form = \"birth-mothr\""));
    for line in said.lines() {
        assert!(line.contains('：') && line.contains('请'), "{line}");
    }
}
