//! Idempotency, lost answers and faults on demand.

use serde_json::json;

use crate::running::Running;

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer_and_another_body_is_refused() {
    let r = Running::start().await;
    let first = r.effect("key", &r.birth()).await;
    assert!(!first.repeated);
    let second = r.effect("key", &r.birth()).await;
    assert!(second.repeated);
    assert_eq!((first.status, &first.text), (second.status, &second.text));
    let other = r.effect("key", &r.death()).await;
    assert_eq!((other.status, &other.body["error"]["code"]), (409, &json!("KEY_REUSED")));
    assert_eq!(r.household("900000001").await["members"].as_array().unwrap().len(), 3);
    assert_eq!(r.household("900000005").await["version"], 1);
    // Keys belong to a client: another unit knows nothing under this one.
    let foreign = r.effect_of_other_unit("key", &r.birth()).await;
    assert_eq!(foreign.body["refusal"]["code"], "UNIT_NOT_RESPONSIBLE");
    let keyless = r.post("/v1/effects", &r.birth()).await;
    assert_eq!((keyless.status, &keyless.body["error"]["code"]), (400, &json!("KEY_MISSING")));
    let malformed = r.effect("other", &json!({ "kind": "birth_registration" })).await;
    assert_eq!((malformed.status, &malformed.body["error"]["code"]), (400, &json!("BODY_MALFORMED")));
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_given_again() {
    let r = Running::start().await;
    r.fault(&json!({ "fault": "drop_after_commit", "requests": 1, "path_prefix": "/v1/effects" })).await;
    assert!(r.try_effect("lost", &r.birth()).await.is_err());
    let state = r.get("/v1/effects/lost").await;
    assert_eq!((state.status, &state.body["state"]), (200, &json!("done")));
    let retried = r.effect("lost", &r.birth()).await;
    assert!(retried.repeated);
    assert_eq!(retried.body, state.body["effect"]);
    assert_eq!(r.household("900000001").await["members"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_connection_dropped_before_the_act_leaves_nothing() {
    let r = Running::start().await;
    r.fault(&json!({ "fault": "drop_before", "requests": 1, "path_prefix": "/v1/effects" })).await;
    assert!(r.try_effect("lost", &r.birth()).await.is_err());
    let state = r.get("/v1/effects/lost").await;
    assert_eq!((state.status, &state.body["state"]), (404, &json!("not_found")));
    assert_eq!(r.effect("lost", &r.birth()).await.status, 200);
}

#[tokio::test]
async fn the_register_can_be_unavailable_garbled_slow_or_down() {
    let r = Running::start().await;
    let path = format!("/v1/persons/{}", r.number("han_proof"));
    r.fault(&json!({ "fault": "unavailable", "requests": 2 })).await;
    for _ in 0..2 {
        let reply = r.get(&path).await;
        assert_eq!((reply.status, &reply.body["error"]["code"]), (503, &json!("REGISTER_UNAVAILABLE")));
    }
    assert_eq!(r.get(&path).await.status, 200);
    r.fault(&json!({ "fault": "garbage", "requests": 1, "path_prefix": "/v1/effects" })).await;
    let garbled = r.effect("garbled", &r.birth()).await;
    assert_eq!((garbled.status, garbled.body.is_null()), (200, true));
    assert_eq!(r.get("/v1/effects/garbled").await.body["state"], "done");
    r.fault(&json!({ "fault": "delay", "milliseconds": 5, "requests": 1 })).await;
    r.fault(&json!({ "fault": "unavailable", "requests": 1 })).await;
    assert_eq!(r.get(&path).await.status, 503);
    r.fault(&json!({ "fault": "down" })).await;
    for _ in 0..3 {
        assert!(r.client.get(format!("{}/healthz", r.base)).send().await.is_err());
    }
    r.clear_faults().await;
    assert_eq!(r.get(&path).await.status, 200);
    let unknown =
        r.client.post(format!("{}/faults", r.admin)).bearer_auth("admin").json(&json!({ "fault": "x" }));
    assert_eq!(unknown.send().await.unwrap().status(), 400);
    let stranger = r.client.get(format!("{}/faults", r.admin)).bearer_auth("other");
    assert_eq!(stranger.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn parallel_sends_of_one_key_take_effect_once() {
    let r = Running::start().await;
    let body = r.birth();
    let sends = (0..8).map(|_| r.effect("parallel", &body));
    let replies = futures_join(sends).await;
    assert_eq!(replies.iter().filter(|reply| !reply.repeated).count(), 1);
    assert!(replies.iter().all(|reply| reply.text == replies[0].text));
    assert_eq!(r.household("900000001").await["members"].as_array().unwrap().len(), 3);
}

async fn futures_join<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.map(|f| Some(Box::pin(f))).collect();
    let mut done: Vec<Option<F::Output>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (slot, output) in pending.iter_mut().zip(&mut done) {
            if let Some(future) = slot
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
                *slot = None;
            }
        }
        if pending.iter().all(Option::is_none) {
            std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}
