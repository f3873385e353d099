//! Shipped proofs of people of the register, with the sentences the register gives.

use serde_json::json;

use crate::handing::Filled;
use crate::running::Running;

#[tokio::test]
async fn proofs_of_what_is_registered_and_of_what_is_not() {
    let r = Running::start().await;
    let (father, mother) = (r.number("zhou_father"), r.number("shen_mother"));
    let proof =
        Filled::new(&r, "K07", &[]).set(&[("applicant.number", &father)]).look_up().await.proof().await;
    assert_eq!(
        proof["content"],
        format!(
            "周𬭚，男，汉族，1993年4月12日出生，公民身份号码{father}，户口登记在江城市城关区槐荫路18号2幢301室，\
         户号900000001，家庭户，户主周𬭚，与户主关系为户主，于2019年10月18日因“分户登记”登记在该户。"
        )
    );
    for matter in ["K01", "T107"] {
        let kin = Filled::new(&r, matter, &[("whose", "own")])
            .set(&[("applicant.number", &father), ("other.number", &mother)])
            .look_up()
            .await
            .proof()
            .await;
        let content = kin["content"].as_str().unwrap();
        assert!(content.contains("自2020年6月2日至今，周𬭚与沈㛃，女"), "{content}");
        assert!(content.ends_with("沈㛃与户主关系为妻，沈㛃登记为周𬭚的配偶。"), "{content}");
    }
    let lawyer = Filled::new(&r, "K04", &[]).set(&[("about.number", &father)]).look_up().await.proof().await;
    let content = lawyer["content"].as_str().unwrap();
    assert!(
        content.starts_with("户号900000001，家庭户，户主周𬭚，住址为") && content.contains("在册人员2人：")
    );

    let nobody =
        || Filled::new(&r, "K09", &[]).set(&[("about.sex", "2"), ("about.birth_date", "1995-09-03")]);
    let shown = nobody().set(&[("about.name", "沈无名")]).look_up().await.proof().await;
    assert_eq!(
        shown["content"],
        "截至2026年11月22日，本市常住人口登记中没有查到姓名为沈无名、性别女、1995年9月3日出生的人的户口登记。"
    );
    let somebody =
        "/v1/proofs/not-registered?purpose=a&receiving_unit=b&name=沈㛃&sex=2&birth_date=1995-09-03";
    assert_eq!(r.get(somebody).await.status, 404);
    let unsaid = "/v1/proofs/not-registered?name=沈㛃&sex=2&birth_date=1995-09-03";
    assert_eq!(r.get(unsaid).await.body["error"]["code"], "PURPOSE_MISSING");
}

#[tokio::test]
async fn a_double_that_was_taken_out_is_proved_by_its_own_number() {
    let r = Running::start().await;
    let (kept, taken) = (r.number("feng_expired"), r.number("han_proof"));
    let mut out = Filled::new(&r, "T084", &[("remaining", "none")])
        .set(&[
            ("leaving.number", &taken),
            ("cancellation.on", "2026-11-20"),
            ("cancellation.reason", "duplicate"),
        ])
        .look_up()
        .await;
    out.done("cancellation").await;
    let proof = Filled::new(&r, "K06", &[("whose", "ward")])
        .set(&[("about.number", &kept), ("about.other_number", &taken)])
        .look_up()
        .await
        .proof()
        .await;
    assert_eq!((&proof["citizen_number"], &proof["reason"]), (&json!(taken), &json!("duplicate")));
    assert!(proof["content"].as_str().unwrap().contains("注销原因为“重复户口”"), "{proof}");
    let moved = format!("/v1/proofs/cancellation/{taken}?purpose=a&receiving_unit=b&reason=moved_out");
    assert_eq!(r.get(&moved).await.status, 404);
}
