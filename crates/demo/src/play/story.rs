//! The story, step by step.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::counter::list;
use super::intake::{BIRTH, DEATH, HEAD_CHANGE_OFFLINE, ID_CARD, Intake, NAME_CHANGE, PROOF, take_in};
use super::{Play, papers};
use crate::say;

/// Most keys that the officer may press from the card to the receipt of an identity card.
const MOST_ACTS: u32 = 35;

type People = BTreeMap<String, String>;

pub(crate) fn tell(play: &mut Play, folder: &Path) -> anyhow::Result<()> {
    let people: People = play.counter.numbers();
    play.counter.login("F0001")?;
    play.step("辅警 F0001 在柜台一登录")?;
    identity_card(play, folder, &people)?;
    birth(play, folder, &people)?;
    name_change(play, folder, &people)?;
    without_network(play, folder, &people)?;
    death(play, folder, &people)?;
    proof(play, folder, &people)?;
    play.counter.drained()?;
    play.office.drained()?;
    play.step("两个窗口的全部动作都已在服务端")
}

fn submit(play: &mut Play, case: &str, state: &str) -> anyhow::Result<Value> {
    play.counter.keys += 1;
    let missing = play.counter.case(case)?["missing"].clone();
    ensure!(list(&missing).is_empty(), "not complete: {missing}");
    let view = play.counter.act("submit_case", json!({ "case": case }))?;
    ensure!(view["line"]["state"] == state, "submitted, but {}", view["line"]["state"]);
    Ok(view)
}

fn number_of(view: &Value) -> anyhow::Result<String> {
    let number = view["submission"]["number"].as_str().filter(|number| !number.is_empty());
    Ok(number.context("no acceptance number")?.to_owned())
}

fn identity_card(play: &mut Play, folder: &Path, people: &People) -> anyhow::Result<()> {
    play.counter.keys = 0;
    let case = take_in(play, &ID_CARD, people)?;
    play.step("身份证期满换领：放卡、来意页、读卡带入、常口核对、客屏签名")?;
    let view = submit(play, &case, "待审签")?;
    let number = number_of(&view)?;
    play.step(&format!("提交，受理号 {number}"))?;
    let receipt = play.counter.print(&case, "receipt")?;
    let acts = play.counter.keys;
    play.step("打印受理回执，打印机报告完成")?;
    same_number_everywhere(play, folder, &number, &receipt)?;
    for document in ["application", "collection-slip"] {
        let pdf = play.counter.print(&case, document)?;
        papers::keep(folder, &format!("身份证换领-{document}"), &pdf)?;
    }
    play.step("打印申领登记表和领证回执，办件停在待审签")?;
    say(&format!("acts: {acts}"))?;
    ensure!(acts <= MOST_ACTS, "{acts} keys from the card to the receipt, more than {MOST_ACTS}");
    Ok(())
}

/// The receipt's number in the stored PDF, in what the printer got, and at the server as another window sees it.
fn same_number_everywhere(
    play: &mut Play,
    folder: &Path,
    number: &str,
    receipt: &[u8],
) -> anyhow::Result<()> {
    let kept = papers::keep(folder, "身份证换领-受理回执", receipt)?;
    let compact = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    let wanted = compact(number);
    ensure!(compact(&papers::text(&kept)?).contains(&wanted), "the stored receipt does not say {number}");
    let spooled = papers::printed(&play.station.place.spool())?;
    let last = spooled.last().context("nothing came out of the printer")?;
    ensure!(compact(&papers::text(last)?).contains(&wanted), "the printed receipt does not say {number}");
    play.counter.drained()?;
    play.office.login("X0001")?;
    play.office.wait("the case at the other window", || {
        let found =
            play.office.ask("find_cases", json!({ "text": number, "to_review": false, "ended": false }))?;
        Ok(list(&found).iter().any(|line| line["number"] == number).then_some(()))
    })?;
    play.step("受理号三处一致：存档 PDF、打印机收到的文件、服务端（由所长室窗口查到）")
}

fn birth(play: &mut Play, folder: &Path, people: &People) -> anyhow::Result<()> {
    let case = take_in(play, &BIRTH, people)?;
    play.step("出生登记：情形、表单、五项核对、扫描两件材料、签名")?;
    submit(play, &case, "待民警审核")?;
    let receipt = play.counter.print(&case, "receipt")?;
    papers::keep(folder, "出生登记-受理回执", &receipt)?;
    play.step("提交并打印受理回执")?;
    let review = json!({ "case": case, "decision": "pass", "reason": null, "opinion": "" });
    let code = play.counter.refused("decide_review", review.clone())?;
    ensure!(code == "ROLE_NOT_ALLOWED", "the maker's own review was refused with {code}");
    let code = play.counter.applicant.refused("decide_review", review)?;
    ensure!(code == "AGENT_COMMAND", "the applicant screen's review was refused with {code}");
    play.step("受理人审核自己的办件被拒绝，客屏调用审核命令被拒绝")?;
    play.counter.drained()?;
    play.office.login("J0001")?;
    play.office.decide(&case, "pass", &Value::Null)?;
    play.office.drained()?;
    let begun = Instant::now();
    play.counter.wait_for_state(&case, "待业务落实")?;
    play.step(&format!("民警在所长室审核通过，柜台一 {:.1} 秒后看到结果", begun.elapsed().as_secs_f64()))?;
    effect_and_collect(play, folder, &case, "出生登记", "shen_mother", "J0003")
}

/// An officer hands the case to the register; the result is printed, given out and signed for.
fn effect_and_collect(
    play: &mut Play,
    folder: &Path,
    case: &str,
    title: &str,
    collector: &str,
    officer: &str,
) -> anyhow::Result<()> {
    play.counter.login(officer)?;
    let view = play.counter.act("effect_case", json!({ "case": case }))?;
    ensure!(view["step"] == "collect", "the register did not take it: {}", view["register_refused"]);
    play.step(&format!("{title}：{officer} 业务落实，常口已登记"))?;
    collect(play, folder, case, title, collector)
}

fn collect(play: &mut Play, folder: &Path, case: &str, title: &str, collector: &str) -> anyhow::Result<()> {
    let view = play.counter.case(case)?;
    let print = list(&view["prints"])
        .iter()
        .find(|one| (one["at"] == "effected" || one["at"] == "refused") && one["printable"] == true)
        .and_then(|one| one["document"].as_str())
        .context("no paper about the result")?
        .to_owned();
    let pdf = play.counter.print(case, &print)?;
    papers::keep(folder, &format!("{title}-{print}"), &pdf)?;
    play.counter.sign(case, "collector")?;
    let card = play.counter.card(collector)?.card.clone();
    let request =
        json!({ "case": case, "name": card.name, "document": "resident_card", "number": card.number });
    let view = play.counter.act("collect_result", request)?;
    ensure!(view["line"]["ended"] == true, "collected, but {}", view["line"]["state"]);
    play.counter.drained()?;
    play.step(&format!("{title}：打印结果、领取签名、办结"))
}

fn reason(words: &str) -> Value {
    json!({ "code": "", "text": words, "basis": "户口登记规定" })
}

fn name_change(play: &mut Play, folder: &Path, people: &People) -> anyhow::Result<()> {
    for (title, ends) in [("姓名变更（不予办理）", "refuse"), ("姓名变更", "pass")] {
        play.counter.login("F0001")?;
        let case = take_in(play, &NAME_CHANGE, people)?;
        submit(play, &case, "待民警审核")?;
        play.counter.drained()?;
        play.step(&format!("{title}：父母两张卡、三件材料、两人签名，提交"))?;
        for officer in ["J0001", "J0002", "S0001"] {
            play.office.login(officer)?;
            play.office.decide(&case, "pass", &Value::Null)?;
            play.office.drained()?;
        }
        play.step(&format!("{title}：民警审核、社区民警调查、所领导审核"))?;
        play.office.login("X0001")?;
        if ends == "pass" {
            play.office.decide(&case, "pass", &Value::Null)?;
            play.office.drained()?;
            play.counter.wait_for_state(&case, "待业务落实")?;
            play.step(&format!("{title}：分局审批通过"))?;
            effect_and_collect(play, folder, &case, title, "sun_father", "J0003")?;
        } else {
            play.office.wait_for_state(&case, "待分局审批")?;
            let bare = json!({ "case": case, "decision": "refuse", "reason": null, "opinion": "" });
            let code = play.office.refused("decide_review", bare)?;
            ensure!(code == "REASON_MISSING", "a refusal without a reason was refused with {code}");
            play.office.decide(&case, "refuse", &reason("新姓名与申请书不一致"))?;
            play.office.drained()?;
            play.counter.wait_for_state(&case, "不予办理，待告知")?;
            play.step(&format!("{title}：没有理由不能退，分局写明理由后不予办理"))?;
            collect(play, folder, &case, title, "sun_father")?;
        }
    }
    Ok(())
}

fn without_network(play: &mut Play, folder: &Path, people: &People) -> anyhow::Result<()> {
    play.counter.login("F0001")?;
    play.counter.wait("leased numbers", || {
        let sync = play.counter.ask("sync_state", json!({}))?;
        let numbers = list(&sync["numbers"]);
        Ok((!numbers.is_empty() && numbers.iter().all(|one| one["count"].as_u64() > Some(0))).then_some(()))
    })?;
    play.station.pull_network();
    play.counter.wait_for_line(false)?;
    play.step("拔掉网络，柜台一显示断开")?;
    let case = take_in(play, &HEAD_CHANGE_OFFLINE, people)?;
    let view = submit(play, &case, "已收件，待确认受理")?;
    ensure!(view["submission"]["mode"] == "taken_in", "without the network it is only taken in");
    let slip = play.counter.print(&case, "intake-slip")?;
    papers::keep(folder, "户主变更-收件凭证", &slip)?;
    let sync = play.counter.ask("sync_state", json!({}))?;
    let waiting = list(&sync["waiting"]);
    let told = waiting.iter().all(|one| one["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    ensure!(!waiting.is_empty() && told, "what waits does not say why");
    play.step(&format!("户主变更：离线收件，打印收件凭证，{} 个动作待传并写明原因", waiting.len()))?;
    play.station.plug_network()?;
    play.counter.wait_for_line(true)?;
    play.counter.drained()?;
    play.step("插回网络，待传的动作全部到达服务端")
}

fn take_in_and_review(
    play: &mut Play,
    intake: &Intake,
    people: &People,
    title: &str,
) -> anyhow::Result<String> {
    play.counter.login("F0001")?;
    let case = take_in(play, intake, people)?;
    submit(play, &case, "待民警审核")?;
    play.counter.drained()?;
    play.step(&format!("{title}：受理并提交"))?;
    play.office.login("J0001")?;
    play.office.decide(&case, "pass", &Value::Null)?;
    play.office.drained()?;
    play.counter.wait_for_state(&case, "待业务落实")?;
    play.step(&format!("{title}：民警审核通过"))?;
    Ok(case)
}

fn death(play: &mut Play, folder: &Path, people: &People) -> anyhow::Result<()> {
    let case = take_in_and_review(play, &DEATH, people, "死亡登记")?;
    effect_and_collect(play, folder, &case, "死亡登记", "wu_son", "J0003")
}

fn proof(play: &mut Play, folder: &Path, people: &People) -> anyhow::Result<()> {
    play.counter.login("F0001")?;
    let case = take_in(play, &PROOF, people)?;
    play.counter.keys += 1;
    play.counter.act("submit_case", json!({ "case": case }))?;
    play.step("户籍证明：受理并提交")?;
    effect_and_collect(play, folder, &case, "户籍证明", "han_proof", "F0001")
}
