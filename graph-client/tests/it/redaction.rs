//! Nothing secret and no content in any `Debug`, `Display` or log line: calls that carry marks go
//! well and badly in every way, all that can be shown of them is shown, and no mark is found.
#![allow(
    clippy::unwrap_used,
    clippy::clone_on_ref_ptr,
    clippy::similar_names,
    reason = "a failed expectation is a failed test"
)]

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::support::{Events, Fixture, SECRET, builder, fixture, page};
use futures::{StreamExt as _, stream};
use graph_client::notify::{ClientState, Handshake};
use graph_client::test_util::Answer;
use graph_client::write::{NewSubscription, Writer};
use graph_client::{
    AccessToken, BatchRequest, Credential, CredentialError, IntoPath as _, ReportPeriod,
    TokenProvider, TokenQuery, TransportErrorKind, TransportRequest,
};
use serde::Deserialize;

/// Stands for what must not be seen, in any case.
const MARK: &str = "M4RK";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().map_or(Ok(0), |mut log| log.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs what shows things, and returns all of it with the log of the way there.
fn seen(show: impl AsyncFnOnce(&mut String)) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut shown = String::new();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(show(&mut shown)));
    let log = log.0.lock().unwrap();
    shown + &String::from_utf8_lossy(&log)
}

/// All that can be seen of an error, down to its last source.
fn tell(shown: &mut String, error: &graph_client::Error) {
    writeln!(shown, "{error} {error:?} {error:#?}").unwrap();
    let mut source = error.source();
    while let Some(cause) = source {
        writeln!(shown, "{cause} {cause:?}").unwrap();
        source = cause.source();
    }
    if let Some(item) = error.item() {
        writeln!(shown, "{item} {item:?}").unwrap();
    }
}

fn show<T: Debug>(shown: &mut String, thing: &T) {
    writeln!(shown, "{thing:?} {thing:#?}").unwrap();
}

fn check(seen: &str, expected: &[&str]) {
    for secret in [MARK, &MARK.to_lowercase(), SECRET, "token-1", "Bearer"] {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
    for expected in expected {
        assert!(seen.contains(expected), "{expected} not in {seen}");
    }
}

/// A type that has content in its keys, and complains in words of its own.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only its decoding matters")]
struct Picky {
    id: String,
    #[serde(default, rename = "byMail")]
    by_mail: BTreeMap<String, bool>,
    #[serde(default)]
    kind: Option<Kind>,
    #[serde(default)]
    own: Option<Own>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its decoding matters")]
enum Kind {
    Known(u8),
}

#[derive(Debug)]
struct Own;

impl<'de> Deserialize<'de> for Own {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format!("{text} is wrong")))
    }
}

const BAD_ITEMS: &str = r#"
    {"id":"M4RK-1","byMail":{"M4RK@contoso.com":"M4RK"}},
    {"id":"M4RK-2","kind":{"M4RK kind":1}},
    {"id":"M4RK-3","kind":{"known":"M4RK, expected M4RK"}},
    {"id":"M4RK-4","own":"x, expected M4RK"},
    {"id":["M4RK-5"]}, "M4RK-6""#;

fn bad_page() -> Answer {
    Answer::json(format!(
        r#"{{"value":[{BAD_ITEMS}],"@odata.deltaLink":"/v1.0/users/delta?$deltatoken=M4RK"}}"#
    ))
}

#[test]
fn requests_show_no_filter_search_id_header_or_body() {
    let seen = seen(async |shown| {
        let f = fixture();
        let filter = "mail eq 'M4RK@contoso.com'";
        let list = f
            .client
            .list::<Picky>(["users", "M4RK@contoso.com", "memberOf"]);
        let list = list
            .filter(filter)
            .search("\"displayName:M4RK\"")
            .order_by("M4RK");
        show(
            shown,
            &list
                .query("$extra", "M4RK")
                .header("x-key", "M4RK")
                .prefer("M4RK"),
        );
        show(shown, &f.client.delta::<Picky>("users").filter(filter));
        show(shown, &f.client.get::<Picky>(["users", "M4RK@contoso.com"]));
        show(shown, &f.client.count("users").filter(filter));
        show(shown, &f.client.raw("users").query("$filter", filter));
        show(shown, &["users", "M4RK@contoso.com"].into_path());
        let request = BatchRequest::get(["users", "M4RK@contoso.com"]).filter(filter);
        show(
            shown,
            &request
                .key("M4RK")
                .id("M4RK")
                .depends_on("M4RK")
                .header("x", "M4RK"),
        );
        let body = serde_json::json!({"passwordProfile": {"password": "M4RK"}});
        show(
            shown,
            &Writer::new(&f.client).post(["users", "M4RK@contoso.com"], &body),
        );
        let state = ClientState::new("M4RK").unwrap();
        let now = std::time::SystemTime::now();
        let url = "https://example.org/hook?code=M4RK";
        let new = NewSubscription::new("users/M4RK@contoso.com", "updated", url, &state, now);
        show(
            shown,
            &new.lifecycle_url(url).with_resource_data("id", "M4RK"),
        );
        show(shown, &Handshake::of_query("validationToken=M4RK"));
        let url = "https://graph.microsoft.com/v1.0/users?$filter=M4RK"
            .parse()
            .unwrap();
        let timeout = std::time::Duration::from_secs(1);
        let mut request = TransportRequest::new(http::Method::POST, url, timeout, 1);
        request.body = "client_secret=M4RK".into();
        request.headers.insert("x-key", "M4RK".parse().unwrap());
        show(shown, &request);
    });
    check(&seen, &["$filter", "users/{id}/memberOf", "x-key"]);
}

#[test]
fn answers_and_what_is_wrong_with_them_show_no_content() {
    let seen = seen(async |shown| {
        let f = fixture();
        f.graph.on(
            "/v1.0/users",
            [bad_page(), bad_page(), page(&["M4RK"], None)],
        );
        f.graph.on("/v1.0/users/delta", [bad_page(), bad_page()]);
        let mut bad = f.client.list::<Picky>("users").items();
        while let Some(item) = bad.next().await {
            tell(shown, &item.unwrap_err());
        }
        let pages: Vec<_> = f.client.list::<Picky>("users").pages().collect().await;
        show(shown, &pages);
        let pages: Vec<_> = f
            .client
            .list::<crate::support::User>("users")
            .pages()
            .collect()
            .await;
        show(shown, &pages);
        let changes: Vec<_> = f.client.delta::<Picky>("users").pages().collect().await;
        show(shown, &changes);
        let events: Vec<_> = f.client.delta::<Picky>("users").events().collect().await;
        show(shown, &events);

        let whole = Answer::json(r#"{"id":"M4RK","byMail":{"M4RK mail":"M4RK"}}"#);
        let cut = Answer::json(r#"{"id":"M4RK","byMail":{"M4RK"#);
        let refused = Answer::status(403)
            .body(r#"{"error":{"code":"M4RK mail","message":"M4RK@contoso.com","innerError":{}}}"#);
        f.graph.on("/v1.0/users/1", [whole]);
        tell(
            shown,
            &f.client.get::<Picky>("users/1").send().await.unwrap_err(),
        );
        f.graph.on("/v1.0/users/1", vec![cut; 8]);
        tell(
            shown,
            &f.client.get::<Picky>("users/1").send().await.unwrap_err(),
        );
        f.graph.on("/v1.0/users/1", [refused]);
        tell(
            shown,
            &f.client.get::<Picky>("users/1").send().await.unwrap_err(),
        );
    });
    let expected = [
        "byMail.{key}",
        "expected a boolean",
        "expected u8",
        "Page {",
        "DeltaPage {",
    ];
    check(&seen, &expected);
}

#[test]
fn batches_show_neither_what_is_asked_nor_what_is_answered() {
    let seen = seen(async |shown| {
        let f = fixture();
        let batch = || {
            Answer::json(format!(
                r#"{{"responses":[{{"id":"0","status":200,"body":{{"value":[{BAD_ITEMS}]}}}},
                    {{"id":"1","status":404,"headers":{{"x":"M4RK"}},
                      "body":{{"error":{{"code":"x","message":"M4RK"}}}}}}]}}"#
            ))
        };
        f.graph.on("/v1.0/$batch", [batch(), batch()]);
        let request = |id: &str| BatchRequest::get(["users", id]).key(id).filter("M4RK");
        let requests = || vec![request("M4RK@a.example"), request("M4RK@b.example")];
        let answers = f.client.batch(requests()).await.unwrap();
        show(shown, &answers);
        tell(shown, &answers[0].decode::<Picky>().unwrap_err());
        tell(shown, answers[1].result.as_ref().unwrap_err());
        let pages: Vec<_> = f
            .client
            .fan_out::<Picky>(stream::iter(requests()))
            .collect()
            .await;
        show(shown, &pages);
    });
    check(&seen, &["BatchResponse {", "FanOutPage {", "route=$batch"]);
}

/// Yields no token, and shows what it was asked.
struct Broker(Arc<Mutex<String>>);

#[async_trait::async_trait]
impl TokenProvider for Broker {
    async fn token(&self, query: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
        writeln!(self.0.lock().unwrap(), "{query:?}").unwrap();
        if query.claims.is_some() {
            return Err("no such token".into());
        }
        let token = AccessToken::new("M4RK", std::time::Duration::from_secs(60));
        writeln!(self.0.lock().unwrap(), "{token:?}").unwrap();
        Ok(token)
    }
}

#[test]
fn signing_in_shows_neither_form_nor_token_nor_challenge() {
    let seen = seen(async |shown| {
        let token = "/contoso.example/oauth2/v2.0/token";
        let refusals = [
            Answer::status(401).body(
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: M4RK",
                    "error_codes":[7000215],"trace_id":"M4RK trace"}"#,
            ),
            Answer::status(200).body(r#"{"access_token":["M4RK"]}"#),
            Answer::status(400).body("<html>M4RK"),
        ];
        for refusal in refusals {
            let f = fixture();
            f.graph.on(token, [refusal]);
            let client = f.client.with_observer(Arc::new(Events::default()));
            tell(shown, &client.authenticate().await.unwrap_err());
            show(shown, &client);
        }
        let credential = Credential::refresh_token("app", Some(MARK.into()), MARK, |_| {});
        show(shown, &credential);
        let (client, ..) = builder();
        show(shown, &client);

        let told = Arc::new(Mutex::new(String::new()));
        let (_, graph, clock) = builder();
        let broker = Credential::provider("app", Arc::new(Broker(Arc::clone(&told))));
        let tenant = graph_client::TenantId::new("contoso.example").unwrap();
        let client = graph_client::Client::builder(tenant, broker);
        let client = client
            .transport(graph.clone())
            .clock(clock)
            .build()
            .unwrap();
        // {"access_token":{"M4RK":1}}
        let challenge = r#"Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnsiTTRSSyI6MX19""#;
        let answer = Answer::status(401).header("www-authenticate", challenge);
        graph.on("/v1.0/users/1", [answer]);
        tell(
            shown,
            &client.get::<Picky>("users/1").send().await.unwrap_err(),
        );
        shown.push_str(&told.lock().unwrap());
    });
    check(&seen, &["AADSTS7000215", "claims: true", "no such token"]);
}

#[test]
fn events_reports_and_failures_on_the_way_show_nothing() {
    #[derive(Debug, Deserialize)]
    struct Row {
        #[serde(rename = "Send Count")]
        _count: u64,
    }
    async fn report(f: &Fixture) -> graph_client::Result<graph_client::Report<Row>> {
        let report = f.client.report("getEmailActivityUserDetail");
        report.period(ReportPeriod::D7).send().await
    }
    let seen = seen(async |shown| {
        let path = "/v1.0/reports/getEmailActivityUserDetail(period='D7')";
        let link = "https://reports.example/M4RK?code=M4RK";
        let redirect = || Answer::status(302).header("location", link);
        let f = fixture();
        f.graph.on(path, [redirect(), redirect(), redirect()]);
        let file = "Report Refresh Date,Name,Send Count\n2026-01-01,M4RK,M4RK\n";
        f.graph.on("/M4RK", [Answer::status(200).body(file)]);
        let read = report(&f).await.unwrap();
        show(shown, &read);
        for row in read.rows() {
            tell(shown, &row.unwrap_err());
        }
        f.graph
            .on("/M4RK", [Answer::status(302).header("location", link)]);
        tell(shown, &report(&f).await.unwrap_err());
        f.graph.on(
            "/M4RK",
            vec![Answer::failure(TransportErrorKind::Connect); 8],
        );
        tell(shown, &report(&f).await.unwrap_err());

        let events = Arc::new(Events::default());
        let client = f.client.with_observer(events.clone());
        let failed = Answer::failure(TransportErrorKind::Interrupted);
        f.graph.on("/v1.0/users", vec![failed; 8]);
        let mut users = client
            .list::<Picky>("users")
            .filter("mail eq 'M4RK'")
            .items();
        tell(shown, &users.next().await.unwrap().unwrap_err());
        show(shown, &*events.0.lock().unwrap());
    });
    check(&seen, &["Send Count", "redirects elsewhere", "Attempt {"]);
}

#[cfg(feature = "rustls")]
#[test]
fn a_proxy_shows_no_password_even_when_it_cannot_be_reached() {
    use graph_client::{HttpTransport, Transport as _};

    let seen = seen(async |shown| {
        // Nobody listens there.
        let transport = HttpTransport::with_proxy("http://user:M4RK@127.0.0.1:9").unwrap();
        show(shown, &transport);
        for target in [
            "https://graph.example/M4RK?x=M4RK",
            "http://graph.example/M4RK?x=M4RK",
        ] {
            let timeout = std::time::Duration::from_secs(30);
            let url = target.parse().unwrap();
            let mut request = TransportRequest::new(http::Method::POST, url, timeout, 1);
            request.body = "client_secret=M4RK".into();
            request.headers.insert("x-key", "M4RK".parse().unwrap());
            let error = transport.send(request).await.unwrap_err();
            show(shown, &error);
            let mut source: Option<&dyn std::error::Error> = Some(&error);
            while let Some(cause) = source {
                writeln!(shown, "{cause} {cause:?}").unwrap();
                source = cause.source();
            }
        }
        tell(
            shown,
            &HttpTransport::with_proxy("http://user:M4RK@").unwrap_err(),
        );
    });
    check(&seen, &["proxy", "no connection could be made"]);
}
