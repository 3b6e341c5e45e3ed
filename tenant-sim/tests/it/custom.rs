//! Paths that the test answers itself.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use crate::common::{Reader, bearer, items, offline_bearer};
use proptest::prelude::*;
use serde_json::{Value, json};
use tenant_sim::{CredentialState, FaultPlan, Sim, Tenant, ThrottleMode};

const PATH: &str = "print/printers";

async fn batch(reader: &Reader, version: &str, urls: &[&str]) -> Vec<Value> {
    let requests: Vec<Value> = urls
        .iter()
        .map(|url| json!({"id": url, "method": "GET", "url": url}))
        .collect();
    let answer = reader
        .http
        .post(reader.url(&format!("{version}/$batch")))
        .bearer_auth(&reader.token)
        .body(json!({"requests": requests}).to_string())
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    let find = |url: &&str| {
        let responses = answer["responses"].as_array().unwrap();
        let response = responses.iter().find(|response| response["id"] == **url);
        response.unwrap().clone()
    };
    urls.iter().map(find).collect()
}

#[tokio::test]
async fn a_path_is_answered_in_both_versions_alone_and_in_a_batch() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    assert_eq!(reader.refusal("v1.0/print/printers", &[]).await.0, 400);
    let body = json!({"value": [{"id": "1", "quotes": "\"é\""}]});
    assert!(sim.route(PATH, body.clone()));
    for version in ["v1.0", "beta"] {
        for path in [
            "print/printers",
            "Print/Printers?$top=5",
            "print/%70rinters",
        ] {
            assert_eq!(reader.get(&format!("{version}/{path}")).await, body);
        }
        let answers = batch(&reader, version, &["/print/printers", "print/shares"]).await;
        assert_eq!(
            (&answers[0]["status"], &answers[0]["body"]),
            (&json!(200), &body)
        );
        assert_eq!(answers[1]["status"], 400);
    }
    for path in ["v1.0/print", "v1.0/print/printers/1", "print/printers"] {
        assert_eq!(reader.refusal(path, &[]).await.0, 400, "{path}");
    }
    assert_eq!(sim.stats().route(PATH), 8);
    let write = reader.http.post(reader.url("v1.0/print/printers"));
    let write = write.bearer_auth(&reader.token).send().await.unwrap();
    assert_eq!((write.status().as_u16(), sim.stats().writes), (403, 1));
}

#[tokio::test]
async fn a_later_answer_replaces_and_a_version_goes_before_both() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    sim.route(PATH, json!(1));
    sim.route("/Print/printers/?$select=id", json!(2));
    sim.route("/beta/print/printers", json!(3));
    assert_eq!(reader.get("v1.0/print/printers").await, 2);
    assert_eq!(reader.get("beta/print/printers").await, 3);
    // What is built in comes after, with its areas.
    sim.route("organization", json!({"value": []}));
    sim.deny(tenant_sim::Area::Organization);
    assert_eq!(reader.get("v1.0/organization").await["value"], json!([]));
}

#[tokio::test]
async fn it_needs_a_token_of_its_tenant_with_a_role() {
    let tenants = [
        Tenant::example(),
        Tenant::generate(tenant_sim::GenerateOptions::default()),
    ];
    let sim = Sim::builder().tenants(tenants).start().await.unwrap();
    let second = sim.tenants().nth(1).unwrap();
    second.route(PATH, json!({}));
    let mut reader = Reader::new(&sim).await;
    assert_eq!(reader.refusal("v1.0/print/printers", &[]).await.0, 400);
    let bare = reader.http.get(reader.url("v1.0/print/printers"));
    assert_ne!(bare.send().await.unwrap().status(), 200);
    reader.token = bearer(second).await;
    reader.get("v1.0/print/printers").await;
    second.credential_state(CredentialState::NoConsent);
    reader.token = bearer(second).await;
    assert_eq!(reader.refusal("v1.0/print/printers", &[]).await.0, 403);
    second.expire_bearer_tokens();
    assert_eq!(reader.refusal("v1.0/print/printers", &[]).await.0, 401);
}

#[tokio::test]
async fn its_pages_are_followed_and_faults_strike_it() {
    let sim = Sim::builder()
        .throttle(ThrottleMode::Documented { time_scale: 1.0 })
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    let next = format!("{}/v1.0/print/printers/more", sim.graph_url());
    sim.route(
        PATH,
        json!({"value": [{"id": "1"}], "@odata.nextLink": next}),
    );
    sim.route("print/printers/more", json!({"value": [{"id": "2"}]}));
    let pages = reader.pages("v1.0/print/printers", &[]).await;
    assert_eq!(items(&pages), [json!({"id": "1"}), json!({"id": "2"})]);
    sim.foreign_next_link(Some("https://elsewhere.example"));
    let page = reader.get("v1.0/print/printers").await;
    assert_eq!(
        page["@odata.nextLink"],
        "https://elsewhere.example/v1.0/print/printers/more"
    );
    // A link that is somebody else's already stays as it is.
    sim.route(PATH, json!({"@odata.nextLink": "x"}));
    sim.foreign_next_link(Some("https://elsewhere.example"));
    assert_eq!(
        reader.get("v1.0/print/printers").await["@odata.nextLink"],
        "x"
    );
    sim.faults(FaultPlan {
        throttled: 1.0,
        max_in_a_row: 2,
        ..FaultPlan::none()
    });
    for status in [429, 429, 200] {
        assert_eq!(
            reader.send("v1.0/print/printers", &[]).await.status(),
            status
        );
    }
    // Nothing leads from it to the delta of another path.
    sim.faults(FaultPlan {
        gone_with_location: 1.0,
        ..FaultPlan::none()
    });
    reader.get("v1.0/print/printers?$deltatoken=1").await;
}

#[tokio::test]
async fn an_error_is_an_answer_and_what_is_no_status_is_not_taken() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let error = json!({"error": {"code": "Forbidden", "message": "No printers for you."}});
    assert!(sim.route_status(PATH, 403, error));
    let refused = (403, "Forbidden".to_owned());
    assert_eq!(reader.refusal("v1.0/print/printers", &[]).await, refused);
    assert_eq!(batch(&reader, "beta", &[PATH]).await[0]["status"], 403);
    for status in [0, 100, 199, 600, u16::MAX] {
        assert!(!sim.route_status(PATH, status, json!({})));
    }
    for status in [204, 304, 599] {
        assert!(sim.route_status(PATH, status, json!({})));
        assert_eq!(
            reader.send("v1.0/print/printers", &[]).await.status(),
            status
        );
    }
    reader.get("v1.0/organization").await;
}

#[test]
fn a_thousand_paths_are_taken_and_no_more() {
    let sim = Sim::builder().offline();
    for number in 0..1_000 {
        assert!(sim.route(&format!("a/{number}"), json!(number)));
    }
    assert!(!sim.route("a/1000", json!(0)));
    assert!(sim.route("a/999", json!(0)));
}

proptest! {
    #[test]
    fn any_path_and_body_is_taken_without_a_panic(path in ".{0,40}", text in ".{0,200}") {
        let sim = Sim::builder().offline();
        let is_taken = sim.route(&path, json!({"@odata.nextLink": text}));
        prop_assert!(is_taken);
        sim.foreign_next_link(Some("https://elsewhere.example"));
        let uri = format!("{}/v1.0/{path}", sim.graph_url());
        let request = http::Request::get(uri)
            .header("authorization", format!("Bearer {}", offline_bearer(&sim)))
            .body(bytes::Bytes::new());
        if let Ok(request) = request {
            prop_assert!(sim.answer(std::time::Duration::ZERO, &request).is_some());
        }
    }
}
