//! Two reports for people: what is proven about multifactor authentication, and which licenses
//! nobody uses. Every number is computed from what was read.

use std::fmt::Write as _;
use std::sync::Arc;

use compliance_map::coverage::{Covered, mfa_summary_in};
use compliance_map::render::printable;
use compliance_map::{
    Assessment, Catalogue, ControlResult, Directory, Facts, Options, Status, Timestamp, assess_in,
};
use m365_collect::insight::license::{Audit, SkuAudit, Unused};

use crate::exit::Failure;

/// The controls that ask the questions of the report most directly: multifactor authentication for
/// everybody, and for administrators.
const EVERYBODY: &str = "cis-v8.1:6.3";
const ADMINISTRATORS: &str = "cis-v8.1:6.5";

/// What is proven about multifactor authentication.
///
/// # Errors
/// When the built-in catalogue cannot be assessed.
pub fn mfa(facts: &Facts, directory: &Arc<Directory>, as_of: Timestamp) -> Result<String, Failure> {
    let options = Options::new(as_of);
    let assessment = assess_in(facts, directory, &Catalogue::builtin(), &options)
        .map_err(|error| Failure::other(error.to_string()))?;
    let summary = mfa_summary_in(facts, directory, as_of);
    let mut text = String::new();
    let tenant = facts.tenant.as_ref();
    let name = tenant.map_or("the tenant", |tenant| {
        tenant.name.as_deref().unwrap_or(&tenant.id)
    });
    line(&mut text, format_args!("MFA evidence report for {name}"));
    let read_at = facts.identity_users.collected_at;
    line(
        &mut text,
        format_args!(
            "Last sync: {}",
            read_at.map_or_else(|| "never".to_owned(), |time| time.to_string())
        ),
    );
    line(&mut text, format_args!(""));
    for (who, covered) in [
        ("Overall", summary.overall),
        ("Administrators", summary.administrators),
        ("Standard users", summary.standard_users),
    ] {
        line(&mut text, format_args!("  {who:<15} {}", share(covered)));
    }
    if !summary.complete {
        line(
            &mut text,
            format_args!("  The evidence is not complete: these numbers are a minimum."),
        );
    }
    line(&mut text, format_args!(""));
    line(
        &mut text,
        format_args!("Registered methods (the best one of each person)"),
    );
    for (method, people) in &summary.methods {
        line(&mut text, format_args!("  {method:<20} {people:>4}"));
    }
    line(&mut text, format_args!(""));
    line(
        &mut text,
        format_args!("Conditional access policies that are enforced"),
    );
    for policy in &summary.policies {
        line(&mut text, format_args!("  {policy}"));
    }
    if summary.policies.is_empty() {
        line(&mut text, format_args!("  none that asks for MFA"));
    }
    for (what, people) in [
        ("Without MFA", &summary.failing),
        ("With MFA under some condition only", &summary.conditional),
        ("Not known", &summary.unknown),
    ] {
        if people.is_empty() {
            continue;
        }
        line(&mut text, format_args!(""));
        line(&mut text, format_args!("{what}: {}", people.len()));
        for person in people {
            let name = person.display_name.as_deref().unwrap_or(&person.id);
            let upn = person.upn.as_deref().unwrap_or(&person.id);
            line(&mut text, format_args!("  {name} <{upn}>: {}", person.why));
        }
    }
    verdict(&mut text, &assessment);
    Ok(text)
}

fn verdict(text: &mut String, assessment: &Assessment) {
    let Some(main) = assessment.result(EVERYBODY) else {
        return;
    };
    line(text, format_args!(""));
    line(text, format_args!("Status: {}", headline(main.status)));
    line(text, format_args!("  {}", main.why));
    if let Some(recommendation) = &main.recommendation {
        line(text, format_args!("Recommendation: {recommendation}"));
    }
    for missing in &main.missing {
        line(
            text,
            format_args!("Missing: {} {}", missing.fact, missing.problem),
        );
    }
    for (who, anchor) in [("everybody", EVERYBODY), ("administrators", ADMINISTRATORS)] {
        line(text, format_args!(""));
        line(text, format_args!("Controls that ask it for {who}"));
        controls(text, assessment, anchor);
    }
}

/// The control and those of other frameworks that ask the same.
fn controls(text: &mut String, assessment: &Assessment, anchor: &str) {
    let Some(anchor) = assessment.result(anchor) else {
        return;
    };
    let also = assessment.crosswalk_of(anchor);
    let same: Vec<&ControlResult> = assessment
        .results
        .iter()
        .filter(|result| result.control == anchor.control || also.contains(&result.control))
        .collect();
    for result in same {
        let native = result.native.as_deref().unwrap_or("");
        line(
            text,
            format_args!(
                "  {:<36} {:<20} {:<17} {}",
                result.control.to_string(),
                headline(result.status),
                native,
                result.ratio.as_deref().unwrap_or("")
            ),
        );
    }
}

/// Which licenses nobody uses.
pub fn licenses(audit: &Audit) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("License audit"));
    for sku in &audit.skus {
        product(&mut text, sku);
    }
    for waste in &audit.waste {
        line(
            &mut text,
            format_args!(
                "Together: {} a month, {} a year",
                money(waste.cents_a_month, &waste.currency),
                money(waste.cents_a_year, &waste.currency)
            ),
        );
    }
    for unknown in &audit.unknown {
        line(&mut text, format_args!("Not known: {unknown}"));
    }
    text
}

fn product(text: &mut String, sku: &SkuAudit) {
    line(
        text,
        format_args!(
            "  {}: {} licenses, {} assigned, {} not assigned, {} unused{}",
            match sku.name {
                None => sku.part_number.clone(),
                Some(name) => format!("{name} ({})", sku.part_number),
            },
            seats(sku.purchased),
            seats(sku.assigned),
            seats(sku.unassigned),
            sku.unused.len(),
            match sku.unknown {
                0 => String::new(),
                seats => format!(", {seats} not known"),
            }
        ),
    );
    for seat in &sku.unused {
        let why = match seat.reason {
            Unused::Disabled => "disabled",
            Unused::NeverSignedIn => "never signed in",
            Unused::NotWithinWindow => "not signed in for long",
            _ => "unused",
        };
        let name = seat.display_name.as_deref().unwrap_or(&seat.user);
        line(text, format_args!("    {name}: {why}"));
    }
    if let Some(waste) = &sku.waste {
        let seats = sku.unused.len() as u64;
        line(
            text,
            format_args!(
                "    {} × {} = {} a month, {} a year",
                seats,
                money(
                    waste.cents_a_month.checked_div(seats).unwrap_or(0),
                    &waste.currency
                ),
                money(waste.cents_a_month, &waste.currency),
                money(waste.cents_a_year, &waste.currency)
            ),
        );
    }
}

fn seats(count: Option<u64>) -> String {
    count.map_or_else(
        || "an unknown number of".to_owned(),
        |count| count.to_string(),
    )
}

/// `47 of 50, 94 %`; cut, never rounded up.
fn share(covered: Covered) -> String {
    let counts = format!("{} of {}", covered.covered, covered.total);
    match (covered.covered * 1000).checked_div(covered.total) {
        None => counts,
        Some(thousandths) => match (thousandths / 10, thousandths % 10) {
            (whole, 0) => format!("{counts}, {whole} %"),
            (whole, tenth) => format!("{counts}, {whole}.{tenth} %"),
        },
    }
}

/// `$1,932`, or `$19.50`; other currencies by their code.
fn money(cents: u64, currency: &str) -> String {
    let whole = (cents / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !cents.is_multiple_of(100) {
        let _ = write!(grouped, ".{:02}", cents % 100);
    }
    match currency {
        "USD" => format!("${grouped}"),
        other => format!("{grouped} {other}"),
    }
}

fn headline(status: Status) -> String {
    status.as_str().replace('_', " ").to_uppercase()
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    let words = words.to_string();
    text.push_str(printable(&words).trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_cut_and_never_rounded_up() {
        let share = |covered, total| super::share(Covered { covered, total });
        assert_eq!(share(47, 50), "47 of 50, 94 %");
        assert_eq!(share(42, 45), "42 of 45, 93.3 %");
        assert_eq!(share(9_999, 10_000), "9999 of 10000, 99.9 %");
        assert_eq!(share(0, 0), "0 of 0");
    }

    #[test]
    fn money_is_grouped_by_thousands() {
        assert_eq!(money(193_200, "USD"), "$1,932");
        assert_eq!(money(1_950, "USD"), "$19.50");
        assert_eq!(money(123_456_700, "EUR"), "1,234,567 EUR");
        assert_eq!(money(0, "USD"), "$0");
    }
}
