//! A small reader over reqwest: no retries, no models, what it reads is JSON.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test support: each test program uses a part of it, and a failed step is a failed test"
)]

pub mod served;

use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use std::time::Duration;
use tenant_sim::{Offline, SimHandle};

pub struct Reader {
    pub http: Client,
    pub token: String,
    pub origin: String,
}

/// A token request with these fields changed.
pub async fn token_response(sim: &SimHandle, tenant: &str, changes: &[(&str, &str)]) -> Response {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", sim.client_id()),
        ("client_secret", sim.client_secret()),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    Client::new()
        .post(format!("{}/{tenant}/oauth2/v2.0/token", sim.login_url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap()
}

pub async fn bearer(sim: &SimHandle) -> String {
    let answer: Value = token_response(sim, sim.tenant_id(), &[])
        .await
        .json()
        .await
        .unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// A token of a simulation without a server, from its start.
pub fn offline_bearer(sim: &Offline) -> String {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://graph.microsoft.com/.default",
        sim.client_id(),
        sim.client_secret()
    );
    let uri = format!("{}/{}/oauth2/v2.0/token", sim.login_url(), sim.tenant_id());
    let request = http::Request::post(uri).body(form.into()).unwrap();
    let answer = sim.answer(Duration::ZERO, &request).unwrap();
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

impl Reader {
    pub async fn new(sim: &SimHandle) -> Self {
        Self {
            http: Client::new(),
            token: bearer(sim).await,
            origin: sim.graph_url().to_owned(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/{path}", self.origin)
        }
    }

    pub async fn send(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.http.get(self.url(path)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Value {
        let response = self.send(path, headers).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The status and error code of a refused request.
    pub async fn refusal(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let response = self.send(path, headers).await;
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["error"]["code"].as_str().unwrap().to_owned())
    }

    /// The pages of a listing or round, to its end.
    pub async fn pages(&self, path: &str, headers: &[(&str, &str)]) -> Vec<Value> {
        let mut pages = vec![self.get_with(path, headers).await];
        while let Some(next) = pages.last().unwrap()["@odata.nextLink"]
            .as_str()
            .map(ToOwned::to_owned)
        {
            pages.push(self.get_with(&next, headers).await);
        }
        pages
    }

    /// The items of a listing, to its end.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        items(&self.pages(path, &[]).await)
    }
}

pub fn items(pages: &[Value]) -> Vec<Value> {
    pages
        .iter()
        .flat_map(|page| page["value"].as_array().unwrap())
        .cloned()
        .collect()
}

pub fn delta_link(pages: &[Value]) -> String {
    pages.last().unwrap()["@odata.deltaLink"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is no text in {value}"))
}
