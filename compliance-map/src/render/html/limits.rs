//! What the report does not say: missing evidence, open questions, accepted risks.

use std::fmt::{self, Write as _};

use super::super::subjects::name;
use super::super::words::capital;
use super::escape::{Name, Text};
use super::overview::several;
use super::page::{Page, refs};
use super::{date, fact};
use crate::summary::{AcceptedRisk, Attestation, EvidenceGap, Term};

impl Page<'_> {
    pub(super) fn not_assessed(&mut self) -> fmt::Result {
        self.out.push_str("<section id=\"not-assessed\" aria-labelledby=\"not-assessed-title\"><h2 id=\"not-assessed-title\">What was not assessed, and why</h2>");
        let summary = self.summary;
        if summary.gaps.is_empty() {
            self.out
                .push_str("<p>No evidence is missing for the questions that rules ask.</p>");
        } else {
            self.out.push_str("<p class=\"quiet\">Missing evidence never counts as good news. The first is what holds up most controls.</p><ul class=\"entries\">");
            for gap in &summary.gaps {
                self.gap(gap)?;
            }
            self.out.push_str("</ul>");
        }
        if !summary.open_questions.is_empty() {
            write!(
                self.out,
                "<h3>For a person to decide</h3><details><summary>{} that no setting answers</summary><ul>",
                several(summary.open_questions.len(), "question")
            )?;
            for open in &summary.open_questions {
                write!(self.out, "<li>{}", Text(&capital(&open.question)))?;
                refs(self, &open.controls)?;
                self.out.push_str("</li>");
            }
            self.out.push_str("</ul></details>");
        }
        if !summary.not_asked.is_empty() {
            write!(
                self.out,
                "<p class=\"small quiet\">Not asked for: {}.</p>",
                Text(&summary.not_asked.join(", "))
            )?;
        }
        self.out.push_str("</section>");
        Ok(())
    }

    fn gap(&mut self, gap: &EvidenceGap) -> fmt::Result {
        write!(
            self.out,
            "<li><h3>{}</h3><p>{}, <code>{}</code>.",
            Text(fact::words(&gap.fact).unwrap_or(&gap.fact)),
            Text(&capital(&gap.problem)),
            Text(&gap.fact),
        )?;
        if let Some(permission) = &gap.permission {
            write!(self.out, " Permission: {}.", Text(permission))?;
        }
        if let Some(license) = &gap.license {
            write!(self.out, " License: {}.", Text(license))?;
        }
        self.out.push_str("</p>");
        for (controls, effect) in [
            (&gap.unknown, "unknown for want of it"),
            (
                &gap.incomplete,
                "with a lack that may be larger than is shown",
            ),
        ] {
            if !controls.is_empty() {
                write!(
                    self.out,
                    "<details><summary>{} {effect}</summary>",
                    several(controls.len(), "control")
                )?;
                refs(self, controls)?;
                self.out.push_str("</details>");
            }
        }
        self.out.push_str("</li>");
        Ok(())
    }

    pub(super) fn accepted(&mut self) -> fmt::Result {
        self.out.push_str("<section id=\"accepted\" aria-labelledby=\"accepted-title\"><h2 id=\"accepted-title\">Accepted risks and attestations</h2>");
        let summary = self.summary;
        if summary.exceptions.is_empty() {
            self.out.push_str("<p>No exceptions were handed in.</p>");
        } else {
            self.out.push_str("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Exceptions\"><table><caption>Exceptions. They never hide a result: whoever is excepted stays listed.</caption><thead><tr><th scope=\"col\">Exception</th><th scope=\"col\">Age</th><th scope=\"col\">Ends</th><th scope=\"col\">Effect</th></tr></thead><tbody>");
            for exception in &summary.exceptions {
                self.exception(exception)?;
            }
            self.out.push_str("</tbody></table></div>");
        }
        if summary.attestations.is_empty() {
            self.out.push_str("<p>No attestations were handed in.</p>");
        } else {
            self.out.push_str("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Attestations\"><table><caption>Attestations</caption><thead><tr><th scope=\"col\">Control</th><th scope=\"col\">Age</th><th scope=\"col\">Ends</th><th scope=\"col\">Document and signer</th></tr></thead><tbody>");
            for attestation in &summary.attestations {
                self.attestation(attestation)?;
            }
            self.out.push_str("</tbody></table></div>");
        }
        self.out.push_str("</section>");
        Ok(())
    }

    fn exception(&mut self, exception: &AcceptedRisk) -> fmt::Result {
        let told = |member: &Option<String>| member.clone().unwrap_or_else(|| "not given".into());
        let subject = exception.subject.as_ref();
        let who = subject.map(|id| name(self.assessment, id));
        write!(
            self.out,
            "<tr><th scope=\"row\"><span class=\"id\">{}</span>{}<span class=\"native\">{}; approved by {}</span></th>",
            Name(&told(&exception.id)),
            Name(&told(&who)),
            Name(&told(&exception.reason)),
            Name(&told(&exception.approved_by)),
        )?;
        self.term(&exception.term)?;
        self.out.push_str("<td>");
        if let Some(defect) = &exception.defect {
            write!(
                self.out,
                "<strong>Does not count</strong>: it {}",
                Text(defect)
            )?;
        } else if exception.applied.is_empty() {
            self.out.push_str("No effect");
            if !exception.without_effect.is_empty() {
                write!(
                    self.out,
                    " on {} that it names: whom it excepts passes there or is not among those who count",
                    several(exception.without_effect.len(), "control")
                )?;
            }
        } else {
            write!(
                self.out,
                "Applies to {}",
                several(exception.applied.len(), "control")
            )?;
            refs(self, &exception.applied)?;
        }
        for unresolved in &exception.unresolved {
            write!(
                self.out,
                "<span class=\"native\">{}</span>",
                Text(unresolved)
            )?;
        }
        self.out.push_str("</td></tr>");
        Ok(())
    }

    fn attestation(&mut self, attestation: &Attestation) -> fmt::Result {
        write!(
            self.out,
            "<tr><th scope=\"row\">{}</th>",
            Text(&attestation.control)
        )?;
        self.term(&attestation.term)?;
        let told = |member: &Option<String>| member.clone().unwrap_or_else(|| "not given".into());
        write!(
            self.out,
            "<td>{}, {}",
            Name(&told(&attestation.document)),
            Name(&told(&attestation.signer))
        )?;
        if let Some(defect) = &attestation.defect {
            write!(self.out, "<span class=\"native\">{}</span>", Text(defect))?;
        }
        self.out.push_str("</td></tr>");
        Ok(())
    }

    /// Two cells: how old, and what is left.
    fn term(&mut self, term: &Term) -> fmt::Result {
        let age = match term.age_days {
            Some(days) => date::days(days),
            None => "not known".to_owned(),
        };
        let left = match term.days_left {
            None => "no readable end".to_owned(),
            Some(days) if days < 0 => "expired".to_owned(),
            Some(days) => format!("in {}", date::days(days)),
        };
        let day = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            text.get(..10).unwrap_or(text).to_owned()
        };
        write!(
            self.out,
            "<td class=\"term\">{age}<span class=\"native\">{}</span></td><td class=\"term\">{left}<span class=\"native\">{}</span></td>",
            Text(&day(&term.since)),
            Text(&day(&term.expires)),
        )
    }
}
