//! Handing acts over in a test: done once, or refused for one reason.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::running::{Reply, Running, act};

static KEYS: AtomicU32 = AtomicU32::new(0);

/// Sends an act under a fresh key and case.
pub async fn send(r: &Running, kind: &str, body: &Value) -> (String, Value, Reply) {
    let key = format!("act-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    let mut request = act(kind, body);
    request["case_id"] = json!(key);
    // The invented households belong to many stations.
    request["cross_station"] = json!(true);
    let reply = r.effect(&key, &request).await;
    (key, request, reply)
}

/// The act comes into effect; sent again under its key it gives the same bytes and changes nothing.
pub async fn done(r: &Running, kind: &str, body: &Value) -> Value {
    let (key, request, reply) = send(r, kind, body).await;
    assert_eq!(reply.status, 200, "{kind}: {}", reply.text);
    assert_eq!(reply.body["state"], "done");
    let again = r.effect(&key, &request).await;
    assert!(again.repeated);
    assert_eq!(again.text, reply.text);
    for (place, path) in [("person", "persons"), ("household", "households")] {
        let shown = &reply.body[place];
        if !shown.is_null() {
            let number = shown["citizen_number"].as_str().or(shown["household_number"].as_str()).unwrap();
            assert_eq!(&r.get(&format!("/v1/{path}/{number}")).await.body[place], shown, "{kind} {place}");
        }
    }
    let other = r.effect(&format!("{key}-again"), &request).await;
    assert_eq!(other.body["refusal"]["code"], "CASE_ALREADY_IN_EFFECT", "{}", other.text);
    reply.body
}

/// The act, with one thing changed, is refused with this code; the details come back.
pub async fn refused(
    r: &Running,
    kind: &str,
    body: &Value,
    change: impl FnOnce(&mut Value),
    code: &str,
) -> Value {
    let mut body = body.clone();
    change(&mut body);
    let (_, _, reply) = send(r, kind, &body).await;
    assert_eq!(reply.status, 422, "{kind} {code}: {}", reply.text);
    assert_eq!(reply.body["refusal"]["code"], code, "{kind}: {}", reply.text);
    let message = reply.body["refusal"]["message"].as_str().unwrap();
    assert!(!message.is_empty() && !message.contains("9999"), "{message}");
    reply.body["refusal"]["details"].clone()
}

/// A body the interface does not know is malformed, not refused.
pub async fn malformed(r: &Running, kind: &str, body: &Value, change: impl FnOnce(&mut Value)) {
    let mut body = body.clone();
    change(&mut body);
    let (_, _, reply) = send(r, kind, &body).await;
    assert_eq!((reply.status, &reply.body["error"]["code"]), (400, &json!("BODY_MALFORMED")), "{kind}");
}

/// The newest entry of a person's history.
pub async fn last_entry(r: &Running, number: &str) -> Value {
    let entries = r.get(&format!("/v1/persons/{number}/history")).await.body["history"].clone();
    entries.as_array().unwrap().last().unwrap().clone()
}
