//! The page about sources, from their descriptors.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use graph_client::Limits;

use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::id::SyncMode;
use crate::source::Source;

/// A Markdown table of sources: what each reads, yields and needs, and how often. `docs/sources.md`
/// holds those of the catalogue; give your own sources for a page of your own.
///
/// ```
/// let table = m365_collect::sources::table(&m365_collect::sources::catalogue());
/// assert!(table.contains("`deviceManagement/managedDevices`"));
/// ```
pub fn table(sources: &[Arc<dyn Source>]) -> String {
    let mut table = String::from(
        "| source | reads | yields | permission | license | limit | read |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for source in sources {
        let descriptor = source.descriptor();
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| **`{}`**<br>{} | {} | {} | {} | {} | {} | {} |",
            descriptor.id,
            about(descriptor),
            lines(descriptor.endpoints.iter().map(request)),
            yields(descriptor),
            permissions(descriptor),
            license(descriptor),
            lines(descriptor.endpoints.iter().take(1).map(limit)),
            how(descriptor),
        );
    }
    table
}

fn lines(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("<br>")
}

/// What it is, with its page and what is peculiar about it.
fn about(descriptor: &Descriptor) -> String {
    let title = match &descriptor.page {
        Some(page) => format!("[{}]({page})", descriptor.title),
        None => descriptor.title.to_string(),
    };
    match &descriptor.remark {
        Some(remark) => format!("{title}<br>*{remark}*"),
        None => title,
    }
}

/// The path, and the options but for long lists of properties.
fn request(endpoint: &Endpoint) -> String {
    let mut text = format!("`{}`", endpoint.path);
    if endpoint.beta {
        text.push_str(" (beta)");
    }
    for (name, value) in &endpoint.query {
        let value = match (*name, value.split(',').count()) {
            ("$select", many @ 6..) => format!("{many} properties"),
            _ => format!("`{}`", value.replace('|', "\\|")),
        };
        let _ = write!(text, "<br>`{name}` {value}");
    }
    text
}

fn yields(descriptor: &Descriptor) -> String {
    let kinds = descriptor.kinds.iter().map(|kind| format!("`{kind}`"));
    let relations = descriptor.relations.iter();
    lines(kinds.chain(relations.map(|relation| format!("→ `{}`", relation.as_str()))))
}

fn permissions(descriptor: &Descriptor) -> String {
    let needed = descriptor
        .permissions
        .iter()
        .map(|name| format!("`{name}`"));
    let optional = descriptor.optional_permissions.iter();
    lines(needed.chain(optional.map(|name| format!("more with `{name}`"))))
}

fn license(descriptor: &Descriptor) -> String {
    let license = descriptor.license.iter().map(ToString::to_string);
    let answer = descriptor.without_license.iter();
    lines(license.chain(answer.map(|answer| format!("else {answer}"))))
}

/// The workload, and how many such requests fit into an hour by the documented figures.
fn limit(endpoint: &Endpoint) -> String {
    let workload = endpoint.workload();
    match endpoint.reads_an_hour(&Limits::documented()) {
        Some(reads) => format!("{workload}: {} an hour", grouped(reads)),
        None => format!("{workload}: none documented"),
    }
}

/// With commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn how(descriptor: &Descriptor) -> String {
    let mode = match descriptor.mode {
        SyncMode::Delta => "changes",
        SyncMode::Full => "whole",
        SyncMode::Window => "what is new",
    };
    let per = if descriptor
        .endpoints
        .first()
        .is_some_and(Endpoint::is_per_parent)
    {
        let parents: Vec<String> = descriptor
            .after
            .iter()
            .map(|id| format!("`{id}`"))
            .collect();
        format!(", one by one of {}", parents.join(", "))
    } else {
        String::new()
    };
    format!("{mode}{per}, {}", every(descriptor.cadence))
}

fn every(cadence: Duration) -> String {
    match cadence.as_secs() / 3600 {
        0 => format!("every {} minutes", cadence.as_secs() / 60),
        1 => "hourly".to_owned(),
        24 => "daily".to_owned(),
        hours => format!("every {hours} hours"),
    }
}
