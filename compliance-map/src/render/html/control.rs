//! Every control of every framework, with what stands behind its status.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::super::remedy;
use super::super::words::{capital, headline};
use super::chart;
use super::escape::{Name, Text};
use super::page::{Page, anchor, refs, theme_anchor};
use super::{date, fact};
use crate::assess::ControlResult;
use crate::coverage::Covered;
use crate::evidence::EvidenceUse;
use crate::summary::{FamilySummary, FrameworkSummary, family_of};
use crate::verdict::Status;

impl<'a> Page<'a> {
    /// One section per framework: a table per family, and what merely waits for a person below it.
    pub(super) fn controls(&mut self) -> fmt::Result {
        let summary = self.summary;
        for framework in &summary.frameworks {
            write!(
                self.out,
                "<section class=\"framework\" id=\"{}\" aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\">{}</h2>",
                anchor(&framework.id),
                Text(&title(framework)),
            )?;
            write!(self.out, "<p>{}</p>", Text(&sentence(framework)))?;
            chart::statuses(&mut self.out, &framework.counts, "Controls by status")?;
            let assessment = self.assessment;
            let own = (assessment.results.iter())
                .filter(|result| result.control.framework() == framework.id)
                .collect::<Vec<_>>();
            let mut assumptions: Vec<&String> = Vec::new();
            for assumption in own.iter().flat_map(|result| &result.assumptions) {
                if !assumptions.contains(&assumption) {
                    assumptions.push(assumption);
                }
            }
            for assumption in assumptions {
                write!(
                    self.out,
                    "<p class=\"quiet\">Assumed: {}</p>",
                    Text(assumption)
                )?;
            }
            let mut families: BTreeMap<&str, Vec<&ControlResult>> = BTreeMap::new();
            for result in own {
                families
                    .entry(family_of(&result.control))
                    .or_default()
                    .push(result);
            }
            for family in &framework.families {
                let results = families.remove(family.id.as_str()).unwrap_or_default();
                self.family(family, &results)?;
            }
            self.out.push_str("</section>");
        }
        Ok(())
    }

    /// What controls of several frameworks have in common, each theme once.
    pub(super) fn crosswalk(&mut self) -> fmt::Result {
        let assessment = self.assessment;
        if assessment.crosswalk.is_empty() {
            return Ok(());
        }
        self.out.push_str("<section id=\"crosswalk\" aria-labelledby=\"crosswalk-title\"><h2 id=\"crosswalk-title\">What the same evidence bears on</h2><ul class=\"entries\">");
        for (theme, controls) in &assessment.crosswalk {
            write!(
                self.out,
                "<li id=\"{}\"><h3>{}</h3>",
                theme_anchor(theme),
                Text(theme)
            )?;
            refs(self, controls)?;
            self.out.push_str("</li>");
        }
        self.out.push_str("</ul></section>");
        Ok(())
    }

    fn family(&mut self, family: &FamilySummary, results: &[&'a ControlResult]) -> fmt::Result {
        write!(self.out, "<h3>{}", Text(&family.id))?;
        if let Some(name) = &family.name {
            write!(self.out, " {}", Text(name))?;
        }
        self.out.push_str("</h3>");
        let (waiting, looked_at): (Vec<&ControlResult>, Vec<&ControlResult>) =
            results.iter().partition(|result| merely_waits(result));
        if !looked_at.is_empty() {
            write!(
                self.out,
                "<table><caption>{}</caption><thead><tr><th scope=\"col\">Control</th><th scope=\"col\" class=\"col-status\">Status</th><th scope=\"col\" class=\"col-people\">Passing</th></tr></thead><tbody>",
                Text(&chart::in_words(&family.counts)),
            )?;
            for result in looked_at {
                self.row(result)?;
            }
            self.out.push_str("</tbody></table>");
        }
        if !waiting.is_empty() {
            let unasked = waiting
                .iter()
                .filter(|r| r.status == Status::NotApplicable)
                .count();
            let mut parts = Vec::new();
            match waiting.len() - unasked {
                0 => {}
                1 => parts.push("1 waits for a person".to_owned()),
                wait => parts.push(format!("{wait} wait for a person")),
            }
            if unasked > 0 {
                parts.push(format!("{unasked} without bearing on the tenant"));
            }
            write!(
                self.out,
                "<details><summary>{}</summary><ul class=\"waiting\">",
                parts.join(", ")
            )?;
            for result in waiting {
                write!(
                    self.out,
                    "<li id=\"{}\"><span class=\"id\">{}</span>{}{}</li>",
                    anchor(&result.control.to_string()),
                    Text(result.control.control()),
                    Text(&result.title),
                    if result.status == Status::NotApplicable {
                        " <span class=\"quiet\">(not applicable)</span>"
                    } else {
                        ""
                    }
                )?;
            }
            self.out.push_str("</ul></details>");
        }
        Ok(())
    }

    fn row(&mut self, result: &'a ControlResult) -> fmt::Result {
        write!(
            self.out,
            "<tr id=\"{}\"><th scope=\"row\"><span class=\"id\">{}</span>{}",
            anchor(&result.control.to_string()),
            Text(result.control.control()),
            Text(&result.title),
        )?;
        write!(self.out, "</th><td>{}", status(result.status))?;
        if let Some(native) = &result.native {
            write!(self.out, "<span class=\"native\">{}</span>", Text(native))?;
        }
        self.out.push_str("</td><td class=\"number\">");
        match covered(result.ratio.as_deref()) {
            Some(covered) if covered.total > 1 => {
                write!(self.out, "{covered}")?;
                chart::share(&mut self.out, covered.covered, covered.total)?;
            }
            _ => self.out.push_str("<span class=\"quiet\">–</span>"),
        }
        self.out
            .push_str("</td></tr><tr class=\"more\"><td colspan=\"3\">");
        self.detail(result)?;
        self.out.push_str("</td></tr>");
        Ok(())
    }

    /// What stands behind a status, folded.
    fn detail(&mut self, result: &'a ControlResult) -> fmt::Result {
        self.out.push_str(
            "<details><summary>Why, and what would change it</summary><div class=\"detail\">",
        );
        if result.clauses.len() < 2 {
            write!(self.out, "<p>{}.</p>", Text(&capital(&result.why)))?;
        } else {
            self.out.push_str("<ul class=\"clauses\">");
            for clause in &result.clauses {
                write!(
                    self.out,
                    "<li>{} {} <span class=\"quiet\">{}</span></li>",
                    status(clause.status),
                    Text(&capital(&clause.question)),
                    Text(&clause.why)
                )?;
            }
            self.out.push_str("</ul>");
        }
        if result.incomplete {
            self.out
                .push_str("<p>Evidence is missing, so there may be more than is listed.</p>");
        }
        let assessment = self.assessment;
        self.people
            .write(&mut self.out, assessment, &result.subjects)?;
        self.out.push_str("<dl>");
        self.steps(result)?;
        if !result.evidence.is_empty() {
            self.out.push_str("<dt>Evidence</dt>");
            for usage in &result.evidence {
                let words = fact::words(&usage.fact).unwrap_or(&usage.fact);
                write!(
                    self.out,
                    "<dd>{} <span class=\"quiet\">{}</span></dd>",
                    Text(words),
                    read(usage)
                )?;
            }
        }
        if !result.themes.is_empty() {
            self.out.push_str("<dt>Shares evidence on</dt><dd>");
            for theme in &result.themes {
                write!(
                    self.out,
                    "<a href=\"#{}\">{}</a> ",
                    theme_anchor(theme),
                    Text(theme)
                )?;
            }
            self.out.push_str("</dd>");
        }
        self.out.push_str("</dl></div></details>");
        Ok(())
    }

    fn steps(&mut self, result: &ControlResult) -> fmt::Result {
        let steps: Vec<String> = match (&result.remedies[..], &result.recommendation) {
            _ if result.status == Status::Satisfied => Vec::new(),
            ([], recommendation) => recommendation.iter().cloned().collect(),
            (remedies, _) => remedies.iter().map(remedy::sentence).collect(),
        };
        if !steps.is_empty() {
            self.out.push_str("<dt>What would change it</dt>");
        }
        for step in steps {
            write!(self.out, "<dd>{}</dd>", Name(&capital(&step)))?;
        }
        Ok(())
    }
}

/// How a fact was read, and how old it is.
fn read(usage: &EvidenceUse) -> String {
    let state = match (usage.state.as_str(), usage.complete) {
        ("ok", true) => "read to the end".to_owned(),
        ("ok", false) => "not complete".to_owned(),
        (state, _) => state.replace('_', " "),
    };
    match usage.age_hours {
        None => state,
        Some(..0) => format!("{state}, dated after the assessment"),
        Some(hours) => format!("{state}, {} old", date::age(hours)),
    }
}

/// A status as a word with a sign before it.
pub(super) fn status(status: Status) -> String {
    format!(
        "<span class=\"status {}\">{}</span>",
        status.as_str(),
        capital(&headline(status).to_lowercase())
    )
}

pub(super) fn covered(ratio: Option<&str>) -> Option<Covered> {
    let (covered, total) = ratio?.split_once('/')?;
    let (covered, total) = (covered.parse().ok()?, total.parse().ok()?);
    Some(Covered { covered, total })
}

pub(super) fn title(framework: &FrameworkSummary) -> String {
    match &framework.version {
        Some(version) => format!("{} {version}", framework.name),
        None => framework.name.clone(),
    }
}

/// The counts of a framework, then in its own words, then what was left out.
fn sentence(framework: &FrameworkSummary) -> String {
    let mut parts = vec![format!(
        "{} controls assessed",
        chart::in_words(&framework.counts)
    )];
    if !framework.native.is_empty() {
        let words = framework.native.iter();
        let words: Vec<String> = words
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        parts.push(format!(
            "In the framework's own words: {}",
            words.join(", ")
        ));
    }
    if framework.official_ids_not_assessed > 0 {
        parts.push(format!(
            "{} further official ids are headings, were not asked for, or lie outside what Microsoft 365 evidence can bear on",
            framework.official_ids_not_assessed
        ));
    }
    parts.join(". ") + "."
}

fn merely_waits(result: &ControlResult) -> bool {
    matches!(result.status, Status::Manual | Status::NotApplicable) && result.clauses.is_empty()
}
