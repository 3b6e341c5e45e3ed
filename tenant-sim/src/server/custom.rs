//! Paths that are answered as the owner of the simulation says.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::reply::Reply;
use crate::server::endpoint::Endpoint;

/// So many paths are kept.
const MOST: usize = 1_000;

/// An answer, and its path as it was given.
#[derive(Debug)]
struct CustomRoute {
    path: String,
    status: u16,
    body: Value,
}

/// Answers by path.
#[derive(Debug, Default)]
pub(crate) struct CustomRoutes(HashMap<String, CustomRoute>);

impl CustomRoutes {
    /// Whether the answer is taken.
    pub(crate) fn insert(&mut self, path: &str, status: u16, body: Value) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        let path = path.trim_matches('/').to_owned();
        let key = key(&path);
        let is_taken =
            (200..600).contains(&status) && (self.0.len() < MOST || self.0.contains_key(&key));
        if is_taken {
            self.0.insert(key, CustomRoute { path, status, body });
        }
        is_taken
    }

    pub(crate) fn find(&self, path: &str) -> Option<Endpoint> {
        let route = self.0.get(&key(path))?;
        let reply = Reply::value(&route.body).with_status(route.status);
        Some(Endpoint::custom(&route.path, reply))
    }
}

/// A path as it is compared: decoded, without case.
fn key(path: &str) -> String {
    percent_decode_str(path.trim_matches('/'))
        .decode_utf8_lossy()
        .to_ascii_lowercase()
}
