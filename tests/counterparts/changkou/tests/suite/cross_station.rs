//! Acts taken in for another station of the city.

use serde_json::json;

use crate::running::Running;

#[tokio::test]
async fn another_stations_household_is_reached_only_with_the_mark() {
    let r = Running::start().await;
    let mut birth = r.birth();
    birth["handled_by"]["unit"] = json!("999901520000");
    let refused = r.effect("unmarked", &birth).await;
    assert_eq!(refused.body["refusal"]["code"], "UNIT_NOT_RESPONSIBLE");
    assert_eq!(refused.body["refusal"]["details"]["owner_unit"], "999901510000");
    birth["cross_station"] = json!(true);
    let done = r.effect("marked", &birth).await;
    assert_eq!(done.body["state"], "done");
    let child = done.body["assigned"]["citizen_number"].as_str().unwrap().to_owned();
    let history = r.get(&format!("/v1/persons/{child}/history")).await.body;
    assert_eq!(history["history"][0]["details"]["handled_by"], "999901520000");
    // The mark does not reach beyond what the client keeps.
    let mut far = r.death();
    far["cross_station"] = json!(true);
    assert_eq!(r.effect_of_other_unit("far", &far).await.body["refusal"]["code"], "UNIT_NOT_RESPONSIBLE");
    // A county handles what its stations keep without any mark.
    let mut county = r.head_change();
    county["handled_by"]["unit"] = json!("999901000000");
    assert_eq!(r.effect("county", &county).await.body["state"], "done");
}

#[tokio::test]
async fn a_person_is_told_with_the_unit_that_keeps_the_household() {
    let r = Running::start().await;
    let person = r.get(&format!("/v1/persons/{}", r.number("han_proof"))).await.body;
    assert_eq!(person["owner_unit"], "999901510000");
    let dead = r.sample("person_dead").await;
    assert!(r.get(&format!("/v1/persons/{dead}")).await.body["owner_unit"].is_null());
}
