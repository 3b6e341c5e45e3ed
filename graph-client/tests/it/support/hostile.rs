//! What must hold whatever the service, a proxy or a stranger sends. Each function takes any bytes;
//! it is run by the fuzzer and, over the corpus, by the tests.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a broken expectation is a finding"
)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::executor::block_on;
use futures::{StreamExt as _, TryStreamExt as _};
use graph_client::notify::{
    DecryptionKeys, EncryptedContent, Handshake, Notifications, SigningKeys, TokenValidator,
};
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
use graph_client::{
    BatchRequest, Client, Cloud, Credential, Limits, ReportPeriod, RetryOptions, TenantId,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
}

/// A row of a report, by its columns.
#[derive(Debug, Deserialize)]
struct Row {
    #[serde(rename = "User Principal Name", default)]
    user_principal_name: Option<String>,
    #[serde(rename = "Send Count", default)]
    send_count: Option<u64>,
}

type Check = fn(&[u8]);

/// What the fuzzer calls, by name.
pub(crate) const TARGETS: &[(&str, Check)] = &[
    ("links", links),
    ("retry_after", retry_after),
    ("error_body", error_body),
    ("delta_page", delta_page),
    ("csv", csv),
    ("batch", batch),
    ("notification", notification),
];

struct Setup {
    client: Client,
    graph: Arc<FakeTransport>,
    clock: Arc<ManualClock>,
}

fn setup() -> Setup {
    let graph = Arc::new(FakeTransport::new());
    let clock = Arc::new(ManualClock::new());
    let client = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app-id", "s3cr3t"),
    )
    .transport(Arc::<FakeTransport>::clone(&graph))
    .clock(Arc::<ManualClock>::clone(&clock))
    .random(Arc::new(FixedRandom::new(0.0)))
    .limits(Limits::none())
    .retry(RetryOptions::default().max_attempts(3))
    .build()
    .unwrap();
    Setup {
        client,
        graph,
        clock,
    }
}

impl Setup {
    /// The token went nowhere but to Graph, and only over TLS.
    fn check_tokens(&self) {
        for request in self.graph.all_requests() {
            let graph = request.url.scheme() == "https"
                && request.url.host_str() == Some("graph.microsoft.com")
                && request.url.port().is_none()
                && request.url.username().is_empty();
            assert!(
                graph || request.header("authorization").is_none(),
                "a token went to {}",
                request.url
            );
            // What is elsewhere is out on the internet.
            let host = request.url.host().unwrap().to_owned();
            let own = match host {
                url::Host::Ipv4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
                url::Host::Ipv6(ip) => ip.segments()[0] & 0xe000 != 0x2000,
                url::Host::Domain(name) => !name.contains('.') || name.ends_with(".internal"),
            };
            let usual = request.url.scheme() == "https" && request.url.port().is_none();
            assert!(usual && !own, "asked {}", request.url);
        }
    }
}

/// Links and redirects of all kinds: none takes the token elsewhere.
pub(crate) fn links(data: &[u8]) {
    let Ok(link) = std::str::from_utf8(data) else {
        return;
    };
    let s = setup();
    let page = serde_json::json!({"value": [{"id": "1"}], "@odata.nextLink": link});
    s.graph.on("/v1.0/users", [Answer::json(page.to_string())]);
    let redirect = || Answer::status(302).header("location", link);
    s.graph.on("/v1.0/users/1", [redirect()]);
    s.graph.on(
        "/v1.0/users/delta",
        [Answer::status(410).header("location", link)],
    );
    s.graph.on(
        "/v1.0/reports/getEmailActivityUserDetail(period='D7')",
        [redirect()],
    );
    block_on(async {
        let mut pages = s.client.list::<User>("users").pages();
        for _ in 0..3 {
            let _ = pages.next().await;
        }
        let _ = s.client.get::<User>("users/1").send().await;
        let mut changes = s.client.delta::<User>("users").events();
        for _ in 0..3 {
            let _ = changes.next().await;
        }
        let report = s
            .client
            .report::<Row>("getEmailActivityUserDetail")
            .period(ReportPeriod::D7);
        let _ = report.send().await;
    });
    s.check_tokens();
}

/// `Retry-After` and its kin: no wait is shorter than a number asked for, and none without end.
pub(crate) fn retry_after(data: &[u8]) {
    let (status, data) = data.split_first().unwrap_or((&0, &[]));
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // HTTP allows no others in a header.
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return;
    }
    let s = setup();
    let statuses = [429, 503, 509, 409, 504];
    let status = statuses[usize::from(*status) % statuses.len()];
    let mut answer = Answer::error(status, "Directory_ConcurrencyViolation");
    for name in ["retry-after", "x-ms-throttle-scope", "ratelimit-reset"] {
        answer = answer.header(name, text);
    }
    s.graph
        .on("/v1.0/users/1", [answer, Answer::json(r#"{"id":"1"}"#)]);
    let result = block_on(s.client.get::<User>("users/1").send());
    let elapsed = s.clock.elapsed();
    assert!(elapsed <= Duration::from_secs(301), "waited {elapsed:?}");
    if let (Ok(_), Ok(asked)) = (&result, text.trim().parse::<u32>()) {
        // A number is a number of seconds, whoever reads it.
        let plain = text.trim().bytes().all(|b| b.is_ascii_digit());
        let asked = Duration::from_secs(asked.into());
        assert!(
            !plain || elapsed >= asked,
            "asked {asked:?}, waited {elapsed:?}"
        );
    }
}

/// Bodies and headers of refusals: always a typed error that shows nothing of them.
pub(crate) fn error_body(data: &[u8]) {
    let (status, body) = data.split_first().unwrap_or((&0, &[]));
    let status = 400 + u16::from(*status) % 200;
    let s = setup();
    let answer = Answer::status(status)
        .bytes(body.to_vec())
        .header("www-authenticate", &String::from_utf8_lossy(body));
    s.graph.on("/v1.0/users/1", vec![answer.clone(); 4]);
    s.graph.on("/contoso.example/oauth2/v2.0/token", [answer]);
    let outcome = block_on(s.client.authenticate());
    let told = |error: &graph_client::Error| {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("s3cr3t") && shown.len() < 4096, "{shown}");
        assert!(error.service_message().is_none_or(|m| m.len() < 16_384));
    };
    if let Err(error) = outcome {
        told(&error);
    }
    if let Err(error) = block_on(s.client.get::<User>("users/1").send()) {
        told(&error);
    }
}

/// Pages of changes and listings: never a success that is none, never a loop.
pub(crate) fn delta_page(data: &[u8]) {
    let s = setup();
    let page = || Answer::status(200).bytes(data.to_vec());
    s.graph.on("/v1.0/users/delta", vec![page(); 6]);
    s.graph.on("/v1.0/users", vec![page(); 6]);
    block_on(async {
        let mut changes = s.client.delta::<User>("users").events();
        for _ in 0..8 {
            if let Ok(None) | Err(_) = changes.try_next().await {
                break;
            }
        }
        let mut items = s.client.list::<User>("users").items();
        let mut read = 0;
        while let Some(item) = items.next().await {
            read += 1;
            if item.is_err_and(|error| !error.is_malformed_item()) || read > 1000 {
                break;
            }
        }
        let mut raw = s.client.list::<User>("users").raw_pages();
        let _ = raw.next().await;
    });
    s.check_tokens();
}

/// Reports: rows or errors, whatever the file is.
pub(crate) fn csv(data: &[u8]) {
    let s = setup();
    s.graph.on(
        "/v1.0/reports/getEmailActivityUserDetail(period='D7')",
        [Answer::status(302).header("location", "https://reports.example/file?key=1")],
    );
    s.graph
        .on("/file", [Answer::status(200).bytes(data.to_vec())]);
    let report = s
        .client
        .report::<Row>("getEmailActivityUserDetail")
        .period(ReportPeriod::D7);
    if let Ok(report) = block_on(report.send()) {
        let rows = report.rows().flatten().count();
        assert!(rows <= data.len(), "{rows} rows of {} bytes", data.len());
    }
    s.check_tokens();
}

/// Answers to batches: one answer to each request, in order, none invented.
pub(crate) fn batch(data: &[u8]) {
    let s = setup();
    s.graph.on(
        "/v1.0/$batch",
        vec![Answer::status(200).bytes(data.to_vec()); 3],
    );
    let requests = (0..3).map(|n| BatchRequest::get(["users", &n.to_string()]).key(n.to_string()));
    let answers = block_on(s.client.batch(requests.collect())).unwrap();
    let keys: Vec<&str> = answers.iter().map(|answer| answer.key.as_str()).collect();
    assert_eq!(keys, ["0", "1", "2"]);
    for answer in &answers {
        let _ = answer.decode::<User>();
        if let Ok(body) = &answer.result {
            let _ = s.client.page::<User>(body);
        }
    }
    s.check_tokens();
}

/// What arrives at a webhook: nothing that was not signed is believed.
pub(crate) fn notification(data: &[u8]) {
    if let Ok(query) = std::str::from_utf8(data)
        && let Ok(Some(handshake)) = Handshake::of_query(query)
    {
        assert!(!handshake.body().contains(['<', '>', '\r', '\n']));
    }
    let keys = include_str!("../../fixtures/notification-vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(keys).unwrap();
    let keys = SigningKeys::from_json(vectors["keys"].to_string().as_bytes()).unwrap();
    let validator = TokenValidator::new(Cloud::Global, ["app"]);
    let private = DecryptionKeys::new()
        .with_pem(
            "first",
            include_str!("../../fixtures/throwaway-certificate.pem"),
        )
        .unwrap();
    let _ = SigningKeys::from_json(data);
    if let Ok(content) = serde_json::from_slice::<EncryptedContent>(data) {
        let genuine: EncryptedContent =
            serde_json::from_value(vectors["encryptedContent"].clone()).unwrap();
        let same = content.data == genuine.data && content.data_key == genuine.data_key;
        assert!(same || private.decrypt(&content).is_err());
    }
    let Ok(notifications) = Notifications::parse(data) else {
        return;
    };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_660);
    // The genuine tokens are for another application than this.
    assert!(
        notifications
            .validated_tenants(&validator, &keys, now)
            .is_empty()
    );
    for notification in &notifications.items {
        if let Some(content) = &notification.encrypted {
            let _ = private.decrypt(content);
        }
    }
}
