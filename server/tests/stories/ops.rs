//! For those who run the server.

use crate::on_both;
use crate::support::window::HAN;
use crate::support::{Kind, Site};

on_both!(health_metrics_and_description_answer, too_much_is_refused);

async fn health_metrics_and_description_answer(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let (_, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items).await;
    let get = |path: &'static str| {
        let url = format!("{}{path}", site.url());
        async move {
            let response =
                reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap();
            assert_eq!(response.status().as_u16(), 200, "{path}");
            response.text().await.unwrap()
        }
    };
    assert_eq!(get("/healthz").await, "ok\n");
    assert_eq!(get("/readyz").await, "ready\n");
    let metrics = get("/metrics").await;
    assert!(metrics.contains("window_acts_total{outcome=\"placed\"}"), "{metrics}");
    for personal in [HAN.name, HAN.number, "F0001", &local_id(&items)] {
        assert!(!metrics.contains(personal));
    }
    let description: serde_json::Value = serde_json::from_str(&get("/openapi.json").await).unwrap();
    let paths = description["paths"].as_object().unwrap();
    // The table in the protocol's documentation is what is described.
    let table = include_str!("../../../crates/protocol/src/lib.rs");
    let mut lines = 0;
    for line in table.lines().filter_map(|line| line.strip_prefix("//! | `")) {
        let (method, path) = line.split_once('`').unwrap().0.split_once(' ').unwrap();
        assert!(paths[path][method.to_lowercase()].is_object(), "{method} {path}");
        lines += 1;
    }
    assert!(lines >= 16);
    site.finish().await;
}

fn local_id(items: &[protocol::push::PushItem]) -> String {
    domain::act::Act::from_bytes(&items[0].act).unwrap().case.to_string()
}

async fn too_much_is_refused(kind: Kind) {
    let mut site = Site::prepare(kind, None).await;
    // More than a window asks for that fetches every definition, and few enough to be exceeded below.
    site.settings.policy.requests_per_second = 25;
    site.restart().await;
    let counter = site.window("counter1").await;
    let large = counter.send("POST", "/v1/login", vec![0; 300 * 1024]).await;
    assert_eq!(large.status().as_u16(), 413);
    let unreadable = counter.send("POST", "/v1/push", vec![0; 300]).await;
    assert_eq!(unreadable.status().as_u16(), 400);
    // All at once: one after the other a slow PC never gets to the limit.
    let many = (0..500).map(|_| counter.send("GET", "/v1/roster", Vec::new()));
    let answers = futures::future::join_all(many).await;
    assert!(answers.iter().any(|answer| answer.status().as_u16() == 429));
    site.finish().await;
}
